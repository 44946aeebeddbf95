// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/ordinal_encoder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>

#include "preprocessing/category_codes.hpp"

namespace espalier {
namespace {

/// Categories without the missing one, which has no position of its own.
Index present(const Categories& categories) {
  return categories.size() - (categories.has_missing() ? 1 : 0);
}

bool is_code(double value) { return std::isnan(value) || value == std::floor(value); }

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Throws when `value` is the code of a category that is not infrequent.
void check_free(std::string_view param, double value, Index frequent, const std::string& column) {
  if (value >= 0.0 && value < static_cast<double>(frequent))
    throw InvalidParameter(
        fmt::format("The '{}' parameter of OrdinalEncoder is {}, which is already the code of a "
                    "category of column '{}'.",
                    param, number_text(value), column));
}

class OrdinalStep : public RowStep {
 public:
  struct Input {
    RowCategories position;
    std::vector<double> values;     // by category
    std::optional<double> missing;  // none: refused
    std::optional<double> unseen;
  };
  OrdinalStep(std::vector<Input> inputs, Index to) : inputs_(std::move(inputs)), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    double* out = registers + to_;
    for (const Input& input : inputs_) {
      const std::int32_t position = input.position(registers);
      if (position >= 0) {
        *out++ = input.values[static_cast<std::size_t>(position)];
        continue;
      }
      const auto& value = position == RowCategories::missing ? input.missing : input.unseen;
      if (!value) return RowStatus::unknown_category;
      *out++ = *value;
    }
    return RowStatus::ok;
  }

 private:
  std::vector<Input> inputs_;
  Index to_;
};

}  // namespace

void OrdinalEncoderState::check(const Schema& schema) const {
  detail::check_learned("OrdinalEncoder", schema, categories, infrequent);
  for (std::size_t j = 0; j < categories.size(); ++j)
    if (!infrequent[j].empty() && infrequent[j].back() >= present(categories[j]))
      throw FormatError("OrdinalEncoder: missing cells are an infrequent category");
}

void OrdinalEncoder::do_validate() const {
  const Params& p = params();
  detail::check_min_frequency(type_name, p.min_frequency);
  const bool uses_value = p.handle_unknown == OrdinalUnknown::use_encoded_value;
  if (uses_value ? !p.unknown_value || !is_code(*p.unknown_value) : p.unknown_value.has_value())
    detail::refuse_param(type_name, "unknown_value",
                         uses_value
                             ? "a whole number or NaN with handle_unknown='use_encoded_value'"
                             : "none unless handle_unknown='use_encoded_value'",
                         Codec<std::optional<double>>::encode(p.unknown_value));
  if (!is_code(p.encoded_missing_value))
    detail::refuse_param(type_name, "encoded_missing_value", "a whole number or NaN",
                         p.encoded_missing_value);
}

OrdinalEncoderState OrdinalEncoder::do_fit(const Features& X, const FitContext&) const {
  const Params& p = params();
  auto learned = detail::learn_categories(
      X, {type_name, p.categories, p.handle_unknown == OrdinalUnknown::error, p.min_frequency,
          p.max_categories, false});
  State state{std::move(learned.categories), std::move(learned.infrequent)};
  const std::vector<std::string> names = X.names_or_default();
  for (std::size_t j = 0; j < names.size(); ++j) {
    const Index frequent =
        present(state.categories[j]) - static_cast<Index>(state.infrequent[j].size());
    if (p.unknown_value) check_free("unknown_value", *p.unknown_value, frequent, names[j]);
    if (state.categories[j].has_missing())
      check_free("encoded_missing_value", p.encoded_missing_value, frequent, names[j]);
  }
  return state;
}

Features OrdinalEncoder::do_transform(const State& state, const Features& X) const {
  Matrix result(X.rows(), X.cols());
  const double work = 5.0 * static_cast<double>(X.rows()) * static_cast<double>(X.cols());
  parallel_for(X.cols(), work, [&](Index j) {
    const auto k = static_cast<std::size_t>(j);
    const FeatureColumn column = X.column(j);
    const Categories& categories = state.categories[k];
    const std::vector<std::int32_t> codes = detail::encode_cells(column, categories);
    if (!params().unknown_value) {
      const std::string unknown = detail::unseen_cells(column, codes);
      if (!unknown.empty())
        throw InvalidInput(fmt::format(
            "OrdinalEncoder: found unknown categories [{}] in column '{}' during transform. "
            "handle_unknown='use_encoded_value' with an unknown_value accepts them.",
            unknown, column.name));
    }
    const detail::Grouping grouping =
        detail::group_categories(present(categories), state.infrequent[k]);
    std::vector<double> value_of(grouping.group_of.begin(),
                                 grouping.group_of.end());  // by category
    if (categories.has_missing()) value_of.push_back(params().encoded_missing_value);
    std::transform(codes.begin(), codes.end(), result.col(j).begin(), [&](std::int32_t code) {
      return code < 0 ? *params().unknown_value : value_of[static_cast<std::size_t>(code)];
    });
  });
  return result;
}

void OrdinalEncoder::do_compile(const State& state, RowBuilder& builder) const {
  std::vector<RowColumn> columns = builder.columns();
  const Index first = builder.reserve(static_cast<Index>(columns.size()));
  std::vector<OrdinalStep::Input> inputs;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Categories& categories = state.categories[j];
    const detail::Grouping grouping =
        detail::group_categories(present(categories), state.infrequent[j]);
    OrdinalStep::Input input{detail::row_categories(columns[j], categories),
                             {grouping.group_of.begin(), grouping.group_of.end()},
                             params().unknown_value,
                             params().unknown_value};
    if (categories.has_missing()) input.missing = params().encoded_missing_value;
    inputs.push_back(std::move(input));
    columns[j] = {columns[j].name, first + static_cast<Index>(j)};
  }
  builder.add(OrdinalStep(std::move(inputs), first));
  builder.set_columns(std::move(columns));
  builder.set_sparse(false);
}

Features OrdinalEncoder::do_inverse_transform(const State& state, const Features& X) const {
  const Features numbers = X.to_dense();
  const MatrixView values = numbers.dense();
  std::vector<Column> columns;
  for (Index j = 0; j < X.cols(); ++j) {
    const auto k = static_cast<std::size_t>(j);
    const Categories& categories = state.categories[k];
    const detail::Grouping grouping =
        detail::group_categories(present(categories), state.infrequent[k]);
    std::vector<Index> codes;
    for (const double value : values.col(j)) {
      // NOLINTNEXTLINE(bugprone-branch-clone): unknown_value may be the code of infrequent ones
      if (categories.has_missing() && same(value, params().encoded_missing_value)) {
        codes.push_back(-1);
      } else if (value >= 0.0 && value < static_cast<double>(grouping.groups) &&
                 value == std::floor(value)) {
        const auto group = static_cast<Index>(value);
        const bool infrequent = grouping.has_infrequent && group == grouping.infrequent_group();
        codes.push_back(infrequent ? categories.size() : grouping.first_of(group));
      } else if (params().unknown_value && same(value, *params().unknown_value)) {
        codes.push_back(-1);
      } else {
        throw InvalidInput(fmt::format(
            "OrdinalEncoder: {} in row {} is not the code of a category of column '{}'.",
            number_text(value), codes.size(), schema().name(j)));
      }
    }
    columns.push_back(detail::decode_cells(schema().name(j), codes, categories));
  }
  DataFrame table(std::move(columns));
  return schema().types.empty() ? Features(table.to_matrix()) : Features(std::move(table));
}

template class Implements<OrdinalEncoder, Transformer, OrdinalEncoderParams, OrdinalEncoderState>;

}  // namespace espalier

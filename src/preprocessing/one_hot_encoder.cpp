// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/one_hot_encoder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/warnings.hpp>

#include "preprocessing/category_codes.hpp"

namespace espalier {
namespace {

/// Where the outputs of one column lie.
class ColumnLayout {
 public:
  ColumnLayout(const OneHotEncoderState& state, std::size_t j, Index offset)
      : grouping_(detail::group_categories(state.categories[j].size(), state.infrequent[j])),
        dropped_(state.drop_idx[j] < 0 ? -1 : group_of(state.drop_idx[j])),
        offset_(offset) {}

  Index offset() const { return offset_; }
  Index width() const { return grouping_.groups - (dropped_ >= 0 ? 1 : 0); }
  Index dropped_group() const { return dropped_; }
  bool has_infrequent() const { return grouping_.has_infrequent; }
  bool is_infrequent(Index group) const {
    return has_infrequent() && group == grouping_.infrequent_group();
  }

  Index group_of(Index category) const {
    return grouping_.group_of[static_cast<std::size_t>(category)];
  }
  Index first_category_of(Index group) const { return grouping_.first_of(group); }
  /// The group that output `k` of this column stands for.
  Index group_at(Index k) const { return dropped_ >= 0 && k >= dropped_ ? k + 1 : k; }
  /// The output column of a group; -1 for the dropped one.
  Index output_of(Index group) const {
    if (group == dropped_) return -1;
    return offset_ + group - (dropped_ >= 0 && group > dropped_ ? 1 : 0);
  }
  Index infrequent_output() const {
    return has_infrequent() ? output_of(grouping_.infrequent_group()) : -1;
  }

 private:
  detail::Grouping grouping_;
  Index dropped_;
  Index offset_;
};

std::vector<ColumnLayout> layout_of(const OneHotEncoderState& state) {
  std::vector<ColumnLayout> layout;
  for (std::size_t j = 0; j < state.categories.size(); ++j)
    layout.emplace_back(state, j,
                        layout.empty() ? 0 : layout.back().offset() + layout.back().width());
  return layout;
}

Index width_of(const std::vector<ColumnLayout>& layout) {
  return layout.back().offset() + layout.back().width();
}

/// The position of an explicitly dropped category. @throws InvalidInput
Index find_dropped(const std::optional<Category>& wanted, const Categories& categories,
                   const std::string& column) {
  const bool missing = !wanted || (wanted->number() != nullptr && std::isnan(*wanted->number()));
  Index at = categories.size();
  if (missing) {
    if (categories.has_missing()) at = categories.size() - 1;
  } else if (categories.is_numeric() && wanted->number() != nullptr) {
    const auto& numbers = categories.numbers();
    const auto found = std::find(numbers.begin(), numbers.end(), *wanted->number());
    if (found != numbers.end()) at = found - numbers.begin();
  } else if (!categories.is_numeric() && wanted->text() != nullptr) {
    const auto& texts = categories.texts();
    const auto found = std::find(texts.begin(), texts.end(), *wanted->text());
    if (found != texts.end()) at = found - texts.begin();
  }
  if (at == categories.size())
    throw InvalidInput(fmt::format(
        "OneHotEncoder: the category {} of column '{}' was to be dropped, but is not there.",
        missing ? "nan" : wanted->to_string(), column));
  return at;
}

/// For each column the category that is left out, or -1.
std::vector<Index> choose_dropped(const OneHotEncoderParams& params,
                                  const OneHotEncoderState& state,
                                  const std::vector<std::string>& names) {
  std::vector<Index> drop;
  for (std::size_t j = 0; j < state.categories.size(); ++j) {
    const auto& rare = state.infrequent[j];
    const detail::Grouping grouping = detail::group_categories(state.categories[j].size(), rare);
    Index dropped = -1;
    if (!params.drop_categories.empty()) {
      dropped = find_dropped(params.drop_categories[j], state.categories[j], names[j]);
      if (std::binary_search(rare.begin(), rare.end(), dropped))
        throw InvalidInput(fmt::format(
            "OneHotEncoder: unable to drop category {} of column '{}' because it is infrequent.",
            state.categories[j].name(dropped), names[j]));
    } else if (params.drop == OneHotDrop::first ||
               (params.drop == OneHotDrop::if_binary && grouping.groups == 2)) {
      dropped = grouping.first_of(0);
    }
    drop.push_back(dropped);
  }
  return drop;
}

/// The output columns that have a 1: one entry a column of X and row, -1 for none.
class Encoded {
 public:
  Encoded(Index rows, Index cols) : rows_(rows), cells_(static_cast<std::size_t>(rows * cols)) {}

  std::span<std::int32_t> column(Index j) {
    return {cells_.data() + j * rows_, static_cast<std::size_t>(rows_)};
  }
  std::int32_t operator()(Index i, Index j) const {
    return cells_[static_cast<std::size_t>(j * rows_ + i)];
  }

 private:
  Index rows_;
  std::vector<std::int32_t> cells_;
};

SparseMatrix to_sparse(const Encoded& encoded, Index rows, Index cols, Index width) {
  if (rows * cols > std::numeric_limits<int>::max())
    throw InvalidInput(
        fmt::format("OneHotEncoder: {} rows of {} columns are more than a sparse matrix can hold.",
                    rows, cols));
  SparseMatrix result(rows, width);
  Index stored = 0;
  for (Index i = 0; i < rows; ++i) {
    result.outerIndexPtr()[i] = static_cast<int>(stored);
    for (Index j = 0; j < cols; ++j) stored += encoded(i, j) >= 0 ? 1 : 0;
  }
  result.outerIndexPtr()[rows] = static_cast<int>(stored);
  result.resizeNonZeros(stored);
  std::fill_n(result.valuePtr(), stored, 1.0);
  int* place = result.innerIndexPtr();
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j)
      if (encoded(i, j) >= 0) *place++ = encoded(i, j);
  return result;
}

Matrix to_dense(const Encoded& encoded, Index rows, Index cols, Index width) {
  Matrix result = Matrix::Zero(rows, width);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i)
      if (encoded(i, j) >= 0) result(i, encoded(i, j)) = 1.0;
  return result;
}

/// The output column of each cell of one column of X. Returns the unknown cells as a message
/// shows them.
std::string encode_column(const FeatureColumn& column, const Categories& categories,
                          const ColumnLayout& layout, Index unknown_output,
                          std::span<std::int32_t> outputs) {
  std::vector<std::int32_t> output_of;  // by category
  for (Index c = 0; c < categories.size(); ++c)
    output_of.push_back(static_cast<std::int32_t>(layout.output_of(layout.group_of(c))));
  const std::vector<std::int32_t> codes = detail::encode_cells(column, categories);
  std::transform(codes.begin(), codes.end(), outputs.begin(), [&](std::int32_t code) {
    return code < 0 ? static_cast<std::int32_t>(unknown_output)
                    : output_of[static_cast<std::size_t>(code)];
  });
  return detail::unseen_cells(column, codes);
}

/// The category that the outputs of one column stand for, as decode_cells takes it; none if they
/// are all zeros and no category was dropped.
template <class Outputs>
std::optional<Index> decode_outputs(const Outputs& outputs, const ColumnLayout& layout,
                                    const Categories& categories) {
  Index group = layout.dropped_group();
  if (outputs.size() > 0 && (outputs.array() != 0.0).any()) {
    Index best = 0;
    outputs.maxCoeff(&best);
    group = layout.group_at(best);
  }
  if (group < 0) return std::nullopt;
  return layout.is_infrequent(group) ? categories.size() : layout.first_category_of(group);
}

class OneHotStep : public RowStep {
 public:
  static constexpr std::int32_t nowhere = -1;  // outputs that stay 0
  static constexpr std::int32_t refused = -2;
  struct Input {
    RowCategories position;
    std::vector<std::int32_t> outputs;  // by category
    std::int32_t missing;
    std::int32_t unseen;
  };
  OneHotStep(std::vector<Input> inputs, Index to, Index width)
      : inputs_(std::move(inputs)), to_(to), width_(width) {}

  RowStatus run(double* registers) const noexcept override {
    double* const out = registers + to_;
    std::fill_n(out, width_, 0.0);
    for (const Input& input : inputs_) {
      const std::int32_t position = input.position(registers);
      const std::int32_t output = position >= 0 ? input.outputs[static_cast<std::size_t>(position)]
                                  : position == RowCategories::missing ? input.missing
                                                                       : input.unseen;
      if (output == refused) return RowStatus::unknown_category;
      if (output >= 0) out[output] = 1.0;
    }
    return RowStatus::ok;
  }

 private:
  std::vector<Input> inputs_;
  Index to_;
  Index width_;
};

}  // namespace

void OneHotEncoderState::check(const Schema& schema) const {
  detail::check_learned("OneHotEncoder", schema, categories, infrequent);
  if (drop_idx.size() != categories.size())
    throw FormatError("OneHotEncoder: drop_idx has not one entry a column");
  for (std::size_t j = 0; j < drop_idx.size(); ++j)
    if (drop_idx[j] < -1 || drop_idx[j] >= categories[j].size())
      throw FormatError("OneHotEncoder: drop_idx names a category that is not there");
}

void OneHotEncoder::do_validate() const {
  detail::check_min_frequency(type_name, params().min_frequency);
  if (params().drop && !params().drop_categories.empty())
    throw InvalidParameter(
        "The 'drop' parameter of OneHotEncoder must be none when drop_categories is given.");
}

OneHotEncoderState OneHotEncoder::do_fit(const Features& X, const FitContext&) const {
  const Params& p = params();
  if (!p.drop_categories.empty() && static_cast<Index>(p.drop_categories.size()) != X.cols())
    throw InvalidParameter(
        fmt::format("OneHotEncoder: drop_categories has {} entries, but X has {} columns.",
                    p.drop_categories.size(), X.cols()));
  auto learned = detail::learn_categories(
      X, {type_name, p.categories, p.handle_unknown == OneHotUnknown::error, p.min_frequency,
          p.max_categories, true});
  State state{std::move(learned.categories), std::move(learned.infrequent), {}};
  state.drop_idx = choose_dropped(p, state, X.names_or_default());
  return state;
}

Features OneHotEncoder::do_transform(const State& state, const Features& X) const {
  const std::vector<ColumnLayout> layout = layout_of(state);
  const OneHotUnknown rule = params().handle_unknown;
  const bool use_group = rule == OneHotUnknown::infrequent_if_exist || rule == OneHotUnknown::warn;
  Encoded encoded(X.rows(), X.cols());
  std::vector<std::string> unknown(layout.size());
  const double work = 5.0 * static_cast<double>(X.rows()) * static_cast<double>(X.cols());
  parallel_for(X.cols(), work, [&](Index j) {
    const auto k = static_cast<std::size_t>(j);
    const Index unknown_output = use_group ? layout[k].infrequent_output() : -1;
    unknown[k] = encode_column(X.column(j), state.categories[k], layout[k], unknown_output,
                               encoded.column(j));
  });
  report_unknown(unknown);
  const Index width = width_of(layout);
  if (params().sparse_output) return to_sparse(encoded, X.rows(), X.cols(), width);
  return to_dense(encoded, X.rows(), X.cols(), width);
}

void OneHotEncoder::do_compile(const State& state, RowBuilder& builder) const {
  const std::vector<ColumnLayout> layout = layout_of(state);
  const OneHotUnknown rule = params().handle_unknown;
  const bool use_group = rule == OneHotUnknown::infrequent_if_exist || rule == OneHotUnknown::warn;
  const Index first = builder.reserve(width_of(layout));
  std::vector<OneHotStep::Input> inputs;
  for (std::size_t j = 0; j < layout.size(); ++j) {
    const Categories& categories = state.categories[j];
    OneHotStep::Input input{detail::row_categories(builder.columns()[j], categories), {}, 0, 0};
    for (Index c = 0; c < categories.size(); ++c)
      input.outputs.push_back(
          static_cast<std::int32_t>(layout[j].output_of(layout[j].group_of(c))));
    input.unseen = rule == OneHotUnknown::error ? OneHotStep::refused
                   : use_group ? static_cast<std::int32_t>(layout[j].infrequent_output())
                               : OneHotStep::nowhere;
    input.missing = categories.has_missing() ? input.outputs.back() : input.unseen;
    inputs.push_back(std::move(input));
  }
  builder.add(OneHotStep(std::move(inputs), first, width_of(layout)));
  std::vector<RowColumn> columns;
  for (Index k = 0; k < width_of(layout); ++k)
    columns.push_back(
        {get_feature_names_out()[static_cast<std::size_t>(k)], first + k, nullptr, true});
  builder.set_columns(std::move(columns));
  builder.set_sparse(params().sparse_output);
}

void OneHotEncoder::report_unknown(const std::vector<std::string>& unknown) const {
  std::string found;
  for (std::size_t j = 0; j < unknown.size(); ++j)
    if (!unknown[j].empty())
      found += fmt::format("{}[{}] in column '{}'", found.empty() ? "" : ", ", unknown[j],
                           schema().name(static_cast<Index>(j)));
  if (found.empty()) return;
  const OneHotUnknown rule = params().handle_unknown;
  if (rule == OneHotUnknown::error)
    throw InvalidInput(fmt::format(
        "OneHotEncoder: found unknown categories during transform: {}. handle_unknown='ignore' or "
        "'infrequent_if_exist' accepts them.",
        found));
  if (rule == OneHotUnknown::warn || params().drop || !params().drop_categories.empty())
    warn(
        WarningKind::data, std::string(type_name),
        fmt::format("found unknown categories during transform: {}. They are encoded as {}.", found,
                    rule == OneHotUnknown::ignore
                        ? "zeros"
                        : "the infrequent category, or zeros where there is none"));
}

Features OneHotEncoder::do_inverse_transform(const State& state, const Features& X) const {
  const OneHotUnknown rule = params().handle_unknown;
  const std::vector<ColumnLayout> layout = layout_of(state);
  std::vector<std::vector<Index>> codes(layout.size(),
                                        std::vector<Index>(static_cast<std::size_t>(X.rows()), -1));
  const Features numbers = X.is_sparse() ? X : X.to_dense();
  const Blocks blocks{X.rows(), 1024};  // a sparse X is filled with its zeros block by block
  for (Index b = 0; b < blocks.count(); ++b) {
    const Index begin = blocks.begin(b), n = blocks.end(b) - begin;
    const Matrix rows = X.is_sparse() ? Matrix(numbers.sparse().middleRows(begin, n))
                                      : Matrix(numbers.dense().middleRows(begin, n));
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const bool zeros_allowed = rule == OneHotUnknown::ignore ||
                                 (rule != OneHotUnknown::error && !layout[j].has_infrequent());
      for (Index i = 0; i < n; ++i) {
        const auto outputs = rows.row(i).segment(layout[j].offset(), layout[j].width());
        const std::optional<Index> code = decode_outputs(outputs, layout[j], state.categories[j]);
        if (!code && !zeros_allowed)
          throw InvalidInput(
              fmt::format("OneHotEncoder: row {} cannot be inverted: its outputs of column '{}' "
                          "are all zeros, which stand for no "
                          "category unless one was dropped or handle_unknown allows unknown ones.",
                          begin + i, schema().name(static_cast<Index>(j))));
        if (code) codes[j][static_cast<std::size_t>(begin + i)] = *code;
      }
    }
  }
  std::vector<Column> columns;
  for (std::size_t j = 0; j < layout.size(); ++j)
    columns.push_back(
        detail::decode_cells(schema().name(static_cast<Index>(j)), codes[j], state.categories[j]));
  DataFrame table(std::move(columns));
  return schema().types.empty() ? Features(table.to_matrix()) : Features(std::move(table));
}

std::vector<std::string> OneHotEncoder::do_feature_names_out(const State& state,
                                                             const Schema& schema) const {
  std::vector<std::string> names;
  const std::vector<ColumnLayout> layout = layout_of(state);
  for (std::size_t j = 0; j < layout.size(); ++j)
    for (Index k = 0; k < layout[j].width(); ++k) {
      const Index group = layout[j].group_at(k);
      const std::string category =
          layout[j].is_infrequent(group)
              ? std::string(detail::infrequent_name)
              : state.categories[j].name(layout[j].first_category_of(group));
      names.push_back(schema.name(static_cast<Index>(j)) + "_" + category);
    }
  return names;
}

template class Implements<OneHotEncoder, Transformer, OneHotEncoderParams, OneHotEncoderState>;

}  // namespace espalier

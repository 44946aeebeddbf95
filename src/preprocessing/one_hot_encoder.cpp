// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/one_hot_encoder.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include <espalier/core/parallel.hpp>
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
  bool is_infrequent(Index group) const { return has_infrequent() && group == grouping_.infrequent_group(); }

  Index group_of(Index category) const { return grouping_.group_of[static_cast<std::size_t>(category)]; }
  Index first_category_of(Index group) const { return grouping_.first_of(group); }
  /// The group that output `k` of this column stands for.
  Index group_at(Index k) const { return dropped_ >= 0 && k >= dropped_ ? k + 1 : k; }
  /// The output column of a group; -1 for the dropped one.
  Index output_of(Index group) const {
    if (group == dropped_) return -1;
    return offset_ + group - (dropped_ >= 0 && group > dropped_ ? 1 : 0);
  }
  Index infrequent_output() const { return has_infrequent() ? output_of(grouping_.infrequent_group()) : -1; }

 private:
  detail::Grouping grouping_;
  Index dropped_;
  Index offset_;
};

std::vector<ColumnLayout> layout_of(const OneHotEncoderState& state) {
  std::vector<ColumnLayout> layout;
  for (std::size_t j = 0; j < state.categories.size(); ++j)
    layout.emplace_back(state, j, layout.empty() ? 0 : layout.back().offset() + layout.back().width());
  return layout;
}

Index width_of(const std::vector<ColumnLayout>& layout) { return layout.back().offset() + layout.back().width(); }

/// The position of an explicitly dropped category. @throws InvalidInput
Index find_dropped(const std::optional<Category>& wanted, const Categories& categories, const std::string& column) {
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
    throw InvalidInput(fmt::format("OneHotEncoder: the category {} of column '{}' was to be dropped, but is not there.",
                                   missing ? "nan" : wanted->to_string(), column));
  return at;
}

/// For each column the category that is left out, or -1.
std::vector<Index> choose_dropped(const OneHotEncoderParams& params, const OneHotEncoderState& state,
                                  const std::vector<std::string>& names) {
  std::vector<Index> drop;
  for (std::size_t j = 0; j < state.categories.size(); ++j) {
    const auto& rare = state.infrequent[j];
    const detail::Grouping grouping = detail::group_categories(state.categories[j].size(), rare);
    Index dropped = -1;
    if (!params.drop_categories.empty()) {
      dropped = find_dropped(params.drop_categories[j], state.categories[j], names[j]);
      if (std::binary_search(rare.begin(), rare.end(), dropped))
        throw InvalidInput(fmt::format("OneHotEncoder: unable to drop category {} of column '{}' because it is infrequent.",
                                       state.categories[j].name(dropped), names[j]));
    } else if (params.drop == OneHotDrop::first || (params.drop == OneHotDrop::if_binary && grouping.groups == 2)) {
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
  std::int32_t operator()(Index i, Index j) const { return cells_[static_cast<std::size_t>(j * rows_ + i)]; }

 private:
  Index rows_;
  std::vector<std::int32_t> cells_;
};

SparseMatrix to_sparse(const Encoded& encoded, Index rows, Index cols, Index width) {
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

/// Rows of zeros in one column of X, when nothing says what they stand for.
[[noreturn]] void refuse_zeros(Index row, const std::string& column) {
  throw InvalidInput(fmt::format(
      "OneHotEncoder: row {} cannot be inverted: its outputs of column '{}' are all zeros, and with drop=none and "
      "handle_unknown='error' they stand for nothing.",
      row, column));
}

}  // namespace

void OneHotEncoderState::check(const Schema& schema) const {
  detail::check_learned("OneHotEncoder", schema, categories, infrequent);
  if (drop_idx.size() != categories.size()) throw FormatError("OneHotEncoder: drop_idx has not one entry a column");
  for (std::size_t j = 0; j < drop_idx.size(); ++j)
    if (drop_idx[j] < -1 || drop_idx[j] >= categories[j].size())
      throw FormatError("OneHotEncoder: drop_idx names a category that is not there");
}

void OneHotEncoder::do_validate() const {
  detail::check_min_frequency(type_name, params().min_frequency);
  if (params().drop && !params().drop_categories.empty())
    throw InvalidParameter("The 'drop' parameter of OneHotEncoder must be none when drop_categories is given.");
}

OneHotEncoderState OneHotEncoder::do_fit(const Features& X, const FitContext&) const {
  const Params& p = params();
  if (!p.drop_categories.empty() && static_cast<Index>(p.drop_categories.size()) != X.cols())
    throw InvalidParameter(fmt::format("OneHotEncoder: drop_categories has {} entries, but X has {} columns.",
                                       p.drop_categories.size(), X.cols()));
  auto learned = detail::learn_categories(X, {type_name, p.categories, p.handle_unknown == OneHotUnknown::error,
                                              p.min_frequency, p.max_categories, true});
  State state{std::move(learned.categories), std::move(learned.infrequent), {}};
  state.drop_idx = choose_dropped(p, state, X.names_or_default());
  return state;
}

Features OneHotEncoder::do_transform(const State& state, const Features& X) const {
  const std::vector<ColumnLayout> layout = layout_of(state);
  const OneHotUnknown rule = params().handle_unknown;
  const bool use_group = rule == OneHotUnknown::infrequent_if_exist || rule == OneHotUnknown::warn;
  const bool warns = rule == OneHotUnknown::warn || params().drop || !params().drop_categories.empty();
  Encoded encoded(X.rows(), X.cols());
  std::vector<std::string> unknown(static_cast<std::size_t>(X.cols()));
  const double work = 5.0 * static_cast<double>(X.rows()) * static_cast<double>(X.cols());
  parallel_for(X.cols(), work, [&](Index j) {
    const auto k = static_cast<std::size_t>(j);
    const ColumnLayout& place = layout[k];
    const FeatureColumn column = X.column(j);
    const std::vector<std::int32_t> codes = detail::encode_cells(column, state.categories[k]);
    if (rule == OneHotUnknown::error || warns) unknown[k] = detail::unseen_cells(column, codes);
    if (rule == OneHotUnknown::error && !unknown[k].empty())
      throw InvalidInput(fmt::format(
          "OneHotEncoder: found unknown categories [{}] in column '{}' during transform. handle_unknown='ignore' or "
          "'infrequent_if_exist' accepts them.",
          unknown[k], column.name));
    const Index unknown_output = use_group ? place.infrequent_output() : -1;
    std::vector<std::int32_t> output_of;  // by category
    for (Index c = 0; c < state.categories[k].size(); ++c)
      output_of.push_back(static_cast<std::int32_t>(place.output_of(place.group_of(c))));
    std::transform(codes.begin(), codes.end(), encoded.column(j).begin(), [&](std::int32_t code) {
      return code < 0 ? static_cast<std::int32_t>(unknown_output) : output_of[static_cast<std::size_t>(code)];
    });
  });
  for (std::size_t k = 0; warns && k < unknown.size(); ++k)
    if (!unknown[k].empty())
      warn(WarningKind::data, std::string(type_name),
           fmt::format("found unknown categories [{}] in column '{}' during transform; they are encoded as {}.",
                       unknown[k], schema().name(static_cast<Index>(k)),
                       use_group && layout[k].has_infrequent() ? "the infrequent category" : "all zeros"));
  const Index width = width_of(layout);
  if (params().sparse_output) return to_sparse(encoded, X.rows(), X.cols(), width);
  return to_dense(encoded, X.rows(), X.cols(), width);
}

Features OneHotEncoder::do_inverse_transform(const State& state, const Features& X) const {
  const OneHotUnknown rule = params().handle_unknown;
  const std::vector<ColumnLayout> layout = layout_of(state);
  std::vector<std::vector<Index>> codes(layout.size(), std::vector<Index>(static_cast<std::size_t>(X.rows())));
  const Blocks blocks{X.rows(), 1024};  // a sparse X is filled with its zeros block by block
  for (Index b = 0; b < blocks.count(); ++b) {
    const Index begin = blocks.begin(b), n = blocks.end(b) - begin;
    const Matrix rows = X.is_sparse() ? Matrix(X.sparse().middleRows(begin, n)) : Matrix(X.to_dense().dense().middleRows(begin, n));
    for (std::size_t j = 0; j < layout.size(); ++j) {
      const ColumnLayout& place = layout[j];
      const bool accepts_unknown = rule == OneHotUnknown::ignore ||
                                   (rule != OneHotUnknown::error && !place.has_infrequent());
      for (Index i = 0; i < n; ++i) {
        const auto outputs = rows.row(i).segment(place.offset(), place.width());
        Index group = place.dropped_group();
        if (outputs.size() > 0 && (outputs.array() != 0.0).any()) {
          Index best = 0;
          outputs.maxCoeff(&best);
          group = place.group_at(best);
        } else if (group < 0 && !accepts_unknown) {
          refuse_zeros(begin + i, schema().name(static_cast<Index>(j)));
        }
        Index& code = codes[j][static_cast<std::size_t>(begin + i)];
        if (group < 0)
          code = -1;
        else
          code = place.is_infrequent(group) ? state.categories[j].size() : place.first_category_of(group);
      }
    }
  }
  std::vector<Column> columns;
  for (std::size_t j = 0; j < layout.size(); ++j)
    columns.push_back(detail::decode_cells(schema().name(static_cast<Index>(j)), codes[j], state.categories[j]));
  DataFrame table(std::move(columns));
  return schema().types.empty() ? Features(table.to_matrix()) : Features(std::move(table));
}

std::vector<std::string> OneHotEncoder::do_feature_names_out(const State& state, const Schema& schema) const {
  std::vector<std::string> names;
  const std::vector<ColumnLayout> layout = layout_of(state);
  for (std::size_t j = 0; j < layout.size(); ++j)
    for (Index k = 0; k < layout[j].width(); ++k) {
      const Index group = layout[j].group_at(k);
      const std::string category = layout[j].is_infrequent(group)
                                       ? std::string(detail::infrequent_name)
                                       : state.categories[j].name(layout[j].first_category_of(group));
      names.push_back(schema.name(static_cast<Index>(j)) + "_" + category);
    }
  return names;
}

template class Implements<OneHotEncoder, Transformer, OneHotEncoderParams, OneHotEncoderState>;

}  // namespace espalier

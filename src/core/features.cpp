// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/features.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

const std::shared_ptr<const std::vector<std::string>>& no_names() {
  static const auto empty = std::make_shared<const std::vector<std::string>>();
  return empty;
}

[[noreturn]] void refuse_kind(std::string_view expected, Features::Kind got) {
  constexpr std::array<std::string_view, 4> names{"a dense matrix", "a sparse matrix", "a table",
                                                  "a dense matrix of float"};
  throw InvalidInput(
      fmt::format("X is {}, but {} was asked for", names[static_cast<std::size_t>(got)], expected));
}

std::shared_ptr<const SparseMatrix> compressed(SparseMatrix&& X) {
  X.makeCompressed();
  return std::make_shared<const SparseMatrix>(std::move(X));
}

}  // namespace

std::vector<std::string> default_names(Index n) {
  std::vector<std::string> names(static_cast<std::size_t>(n));
  for (Index j = 0; j < n; ++j) names[static_cast<std::size_t>(j)] = "x" + std::to_string(j);
  return names;
}

Features::Features(const double* data, Index rows, Index cols, Index stride)
    : data_(Dense<double>{data, stride, nullptr}), names_(no_names()), rows_(rows), cols_(cols) {}

Features::Features(const float* data, Index rows, Index cols, Index stride)
    : data_(Dense<float>{data, stride, nullptr}), names_(no_names()), rows_(rows), cols_(cols) {}

Features::Features(const Matrix& X) : Features(X.data(), X.rows(), X.cols(), X.outerStride()) {}
Features::Features(const Matrix32& X) : Features(X.data(), X.rows(), X.cols(), X.outerStride()) {}

Features::Features(Matrix&& X) : names_(no_names()), rows_(X.rows()), cols_(X.cols()) {
  auto owner = std::make_shared<const Matrix>(std::move(X));
  const double* data = owner->data();
  data_ = Dense<double>{data, rows_, std::move(owner)};
}

Features::Features(Matrix32&& X) : names_(no_names()), rows_(X.rows()), cols_(X.cols()) {
  auto owner = std::make_shared<const Matrix32>(std::move(X));
  const float* data = owner->data();
  data_ = Dense<float>{data, rows_, std::move(owner)};
}

Features::Features(const SparseMatrix& X)
    : data_(X.isCompressed() ? Sparse(&X, [](const SparseMatrix*) {})
                             : compressed(SparseMatrix(X))),
      names_(no_names()),
      rows_(X.rows()),
      cols_(X.cols()) {}

Features::Features(SparseMatrix&& X)
    : data_(compressed(std::move(X))),
      names_(no_names()),
      rows_(std::get<Sparse>(data_)->rows()),
      cols_(std::get<Sparse>(data_)->cols()) {}

Features::Features(const DataFrame& X)
    : data_(Table(&X, [](const DataFrame*) {})),
      names_(std::make_shared<const std::vector<std::string>>(X.names())),
      rows_(X.rows()),
      cols_(X.cols()) {}

Features::Features(DataFrame&& X) : rows_(X.rows()), cols_(X.cols()) {
  names_ = std::make_shared<const std::vector<std::string>>(X.names());
  data_ = std::make_shared<const DataFrame>(std::move(X));
}

MatrixView Features::dense() const {
  const auto* const d = std::get_if<Dense<double>>(&data_);
  if (d == nullptr) refuse_kind("a dense matrix", kind());
  return MatrixView(d->data, rows_, cols_, Eigen::OuterStride<>(d->stride));
}

MatrixView32 Features::dense32() const {
  const auto* const d = std::get_if<Dense<float>>(&data_);
  if (d == nullptr) refuse_kind("a dense matrix of float", kind());
  return MatrixView32(d->data, rows_, cols_, Eigen::OuterStride<>(d->stride));
}

const SparseMatrix& Features::sparse() const {
  if (!is_sparse()) refuse_kind("a sparse matrix", kind());
  return *std::get<Sparse>(data_);
}

const DataFrame& Features::table() const {
  if (!is_table()) refuse_kind("a table", kind());
  return *std::get<Table>(data_);
}

std::vector<std::string> Features::names_or_default() const {
  return has_names() ? *names_ : default_names(cols_);
}

Features Features::with_names(std::vector<std::string> names) const {
  return with_names(std::make_shared<const std::vector<std::string>>(std::move(names)));
}

Features Features::with_names(std::shared_ptr<const std::vector<std::string>> names) const {
  if (!names->empty() && static_cast<Index>(names->size()) != cols_)
    throw InvalidInput(
        fmt::format("X has {} columns, but {} names were given", cols_, names->size()));
  Features result = *this;
  if (is_table() && !names->empty() && *names != *names_) {
    std::vector<Column> columns;
    for (std::size_t j = 0; j < names->size(); ++j)
      columns.push_back(table().columns()[j].renamed((*names)[j]));
    result.data_ = std::make_shared<const DataFrame>(std::move(columns));
  }
  result.names_ = std::move(names);
  return result;
}

FeatureColumn Features::column(Index j) const {
  if (is_table()) {
    const Column& c = table().column(j);
    if (c.is_numeric()) return {c.name(), c.values(), {}, nullptr};
    return {c.name(), {}, c.codes(), &c};
  }
  const MatrixView X = dense();
  if (j < 0 || j >= cols_)
    throw InvalidInput(fmt::format("X has no column {}; it has {}", j, cols_));
  return {has_names() ? (*names_)[static_cast<std::size_t>(j)] : "x" + std::to_string(j),
          {X.data() + j * X.outerStride(), static_cast<std::size_t>(rows_)},
          {},
          nullptr};
}

Features Features::to_dense() const {
  if (is_dense()) return *this;
  Features result = to_matrix();
  result.names_ = names_;
  return result;
}

Matrix Features::to_matrix() const {
  if (is_sparse()) return Matrix(sparse());
  if (is_table()) return table().to_matrix();
  if (is_float32()) return dense32().cast<double>();
  return dense();
}

DataFrame Features::to_table() const {
  if (is_table()) return table();
  return DataFrame::from_matrix(to_matrix(), names_or_default());
}

namespace {

template <class View>
typename View::PlainObject rows_of(const View& X, std::span<const Index> rows) {
  typename View::PlainObject taken(static_cast<Index>(rows.size()), X.cols());
  for (Index j = 0; j < X.cols(); ++j)
    for (Index i = 0; i < taken.rows(); ++i) taken(i, j) = X(rows[static_cast<std::size_t>(i)], j);
  return taken;
}

template <class View>
typename View::PlainObject columns_of(const View& X, std::span<const Index> columns) {
  typename View::PlainObject selected(X.rows(), static_cast<Index>(columns.size()));
  for (Index j = 0; j < selected.cols(); ++j)
    selected.col(j) = X.col(columns[static_cast<std::size_t>(j)]);
  return selected;
}

}  // namespace

Features Features::take(std::span<const Index> rows) const {
  for (const Index i : rows)
    if (i < 0 || i >= rows_)
      throw InvalidInput(fmt::format("X has no row {}; it has {}", i, rows_));
  Features result = [&]() -> Features {
    if (is_table()) return table().take(rows);
    if (is_dense()) return rows_of(dense(), rows);
    if (is_float32()) return rows_of(dense32(), rows);
    const SparseMatrix& X = sparse();
    SparseMatrix taken(static_cast<Index>(rows.size()), cols_);
    for (Index i = 0; i < taken.rows(); ++i) {
      taken.startVec(i);
      for (SparseMatrix::InnerIterator it(X, rows[static_cast<std::size_t>(i)]); it; ++it)
        taken.insertBack(i, it.col()) = it.value();
    }
    taken.finalize();
    return taken;
  }();
  result.names_ = names_;
  return result;
}

Features Features::select_columns(std::span<const Index> columns) const {
  std::vector<std::string> names;
  for (const Index j : columns) {
    if (j < 0 || j >= cols_)
      throw InvalidInput(fmt::format("X has no column {}; it has {}", j, cols_));
    if (has_names()) names.push_back((*names_)[static_cast<std::size_t>(j)]);
  }
  if (is_table()) return table().select(columns);
  if (is_dense()) return Features(columns_of(dense(), columns)).with_names(std::move(names));
  if (is_float32()) return Features(columns_of(dense32(), columns)).with_names(std::move(names));
  const auto q = static_cast<Index>(columns.size());
  std::vector<std::vector<Index>> places(static_cast<std::size_t>(cols_));
  for (Index j = 0; j < q; ++j)
    places[static_cast<std::size_t>(columns[static_cast<std::size_t>(j)])].push_back(j);
  std::vector<Eigen::Triplet<double>> triplets;
  for (Index i = 0; i < rows_; ++i)
    for (SparseMatrix::InnerIterator it(sparse(), i); it; ++it)
      for (const Index j : places[static_cast<std::size_t>(it.col())])
        triplets.emplace_back(static_cast<int>(i), static_cast<int>(j), it.value());
  SparseMatrix selected(rows_, q);
  selected.setFromTriplets(triplets.begin(), triplets.end());
  return Features(std::move(selected)).with_names(std::move(names));
}

Features Features::owned() const {
  Features result = *this;
  if (const auto* const d = std::get_if<Dense<double>>(&data_)) {
    if (d->owner == nullptr) result = Features(Matrix(dense()));
  } else if (const auto* const f = std::get_if<Dense<float>>(&data_)) {
    if (f->owner == nullptr) result = Features(Matrix32(dense32()));
  } else if (is_sparse()) {
    result.data_ = std::make_shared<const SparseMatrix>(sparse());
  } else {
    result.data_ = std::make_shared<const DataFrame>(table());
  }
  result.names_ = names_;
  return result;
}

namespace {

SparseMatrix hstack_sparse(const std::vector<Features>& blocks, Index rows, Index cols) {
  std::vector<SparseMatrix> parts;
  Index non_zeros = 0;
  for (const Features& block : blocks) {
    parts.push_back(block.is_sparse() ? block.sparse()
                                      : SparseMatrix(block.to_matrix().sparseView()));
    non_zeros += parts.back().nonZeros();
  }
  SparseMatrix result(rows, cols);
  result.reserve(non_zeros);
  for (Index i = 0; i < rows; ++i) {
    result.startVec(i);
    Index offset = 0;
    for (const SparseMatrix& part : parts) {
      for (SparseMatrix::InnerIterator it(part, i); it; ++it)
        result.insertBack(i, offset + it.col()) = it.value();
      offset += part.cols();
    }
  }
  result.finalize();
  return result;
}

}  // namespace

Features Features::hstack(const std::vector<Features>& blocks, bool sparse) {
  if (blocks.empty()) throw InvalidInput("there is nothing to put side by side");
  const Index rows = blocks.front().rows();
  Index cols = 0;
  std::vector<std::string> names;
  for (const Features& block : blocks) {
    if (block.rows() != rows)
      throw InvalidInput(
          fmt::format("blocks of {} and of {} rows cannot stand side by side", rows, block.rows()));
    cols += block.cols();
    names.insert(names.end(), block.names().begin(), block.names().end());
  }
  if (static_cast<Index>(names.size()) != cols) names.clear();
  const auto has_categories = [](const Features& b) {
    return b.is_table() && b.table().select(ColumnType::categorical).cols() > 0;
  };
  if (std::any_of(blocks.begin(), blocks.end(), has_categories)) {
    DataFrame result = blocks.front().to_table();
    for (std::size_t b = 1; b < blocks.size(); ++b) result = result.with(blocks[b].to_table());
    return result;
  }
  if (sparse) return Features(hstack_sparse(blocks, rows, cols)).with_names(std::move(names));
  const auto side_by_side = [&](auto result, const auto& view) {
    Index offset = 0;
    for (const Features& block : blocks) {
      view(block, result.middleCols(offset, block.cols()));
      offset += block.cols();
    }
    return Features(std::move(result)).with_names(std::move(names));
  };
  if (std::all_of(blocks.begin(), blocks.end(), [](const auto& b) { return b.is_float32(); }))
    return side_by_side(Matrix32(rows, cols), [](const auto& b, auto out) { out = b.dense32(); });
  return side_by_side(Matrix(rows, cols),
                      [](const auto& b, auto out) { out = b.to_dense().dense(); });
}

}  // namespace espalier

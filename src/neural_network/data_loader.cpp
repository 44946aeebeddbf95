// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/data_loader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/params.hpp>
#include <espalier/core/random.hpp>

#include "core/huge_pages.hpp"

namespace espalier::nn {
namespace {

/// False if one is NaN or infinite: 0 times that is NaN.
template <class T>
bool all_finite(const T* numbers, Index n) {
  return (Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(numbers, n) * T(0)).sum() == T(0);
}

template <class T>
[[noreturn]] void refuse_first_non_finite(const Rows<T>& rows, std::string_view what) {
  Index i = 0;
  while (std::isfinite(rows.data()[i])) ++i;
  throw InvalidInput(fmt::format(
      "DataLoader: {} has {} in row {}, column {}, as a {}; expected finite numbers (SimpleImputer "
      "fills in missing ones)",
      what, rows.data()[i], i / rows.cols(), i % rows.cols(),
      std::is_same_v<T, float> ? "float" : "double"));
}

/// The same numbers by rows, in tiles that stay in the cache: reads whole lines of some columns,
/// and writes whole lines of some rows.
template <class T, class From>
void copy_by_rows(const From& X, Rows<T>& rows) {
  constexpr Index rows_per_block = 256, tile_rows = 16, tile_cols = 64;
  rows.resize(X.rows(), X.cols());
  // Rows are met in random order: small pages would cost a look-up of the address for each.
  detail::advise_huge_pages(rows.data(), static_cast<std::size_t>(rows.size()) * sizeof(T));
  const Index p = X.cols();
  parallel_for_blocks({X.rows(), rows_per_block}, static_cast<double>(X.size()),
                      [&](Index begin, Index end) {
                        for (Index left = 0; left < p; left += tile_cols) {
                          const Index right = std::min(p, left + tile_cols);
                          for (Index top = begin; top < end; top += tile_rows) {
                            const Index n = std::min(tile_rows, end - top);
                            for (Index j = left; j < right; ++j) {
                              const auto* const column = X.data() + j * X.outerStride() + top;
                              T* const out = rows.data() + top * p + j;
                              for (Index r = 0; r < n; ++r) out[r * p] = static_cast<T>(column[r]);
                            }
                          }
                        }
                      });
}

template <class T>
bool all_finite(const Rows<T>& rows) {
  constexpr Index numbers_per_block = 1 << 16;
  const auto bad_blocks = reduce_blocks(
      {rows.size(), numbers_per_block}, static_cast<double>(rows.size()), 0,
      [&](Index begin, Index end) { return all_finite(rows.data() + begin, end - begin) ? 0 : 1; },
      [](int& total, int block) { total += block; });
  return bad_blocks == 0;
}

/// The rows `order[0 … n)`, or begin … begin + n without an order.
struct Choice {
  const Index* order;
  Index begin;
  Index n;
  Index operator[](Index r) const { return order == nullptr ? begin + r : order[r]; }
};

/// `copy(r)` for each row of a batch; wide ones by several threads.
template <class Copy>
void for_each_row(Index n, Index cols, const Copy& copy) {
  constexpr Index numbers_per_block = 1 << 14;
  constexpr double work_per_number = 0.25;  // beside an addition in the memory of a core
  parallel_for_blocks({n, std::max<Index>(1, numbers_per_block / cols)},
                      work_per_number * static_cast<double>(n * cols), [&](Index begin, Index end) {
                        for (Index r = begin; r < end; ++r) copy(r);
                      });
}

template <class T>
void gather(const Rows<T>& from, Choice rows, Rows<T>& to) {
  const Index p = from.cols();
  to.resize(rows.n, p);
  for_each_row(rows.n, p,
               [&](Index r) { std::copy_n(from.data() + rows[r] * p, p, to.data() + r * p); });
}

template <class T>
void gather(const Eigen::SparseMatrix<T, Eigen::RowMajor>& from, Choice rows, Rows<T>& to) {
  using Entries = typename Eigen::SparseMatrix<T, Eigen::RowMajor>::InnerIterator;
  to.resize(rows.n, from.cols());
  for_each_row(rows.n, from.cols(), [&](Index r) {
    to.row(r).setZero();
    for (Entries entry(from, rows[r]); entry; ++entry) to(r, entry.col()) = entry.value();
  });
}

void check_shapes(const Features& X, const Target& y, const DataLoaderOptions& options) {
  if (options.batch_size < 1)
    detail::refuse_param("DataLoader", "batch_size", "an integer in the range [1, inf)",
                         options.batch_size);
  if (options.random_state < 0)
    detail::refuse_param("DataLoader", "random_state", "an integer in the range [0, inf)",
                         options.random_state);
  const Index n = X.rows(), n_weights = options.sample_weight.size();
  if (n == 0 || X.cols() == 0)
    throw InvalidInput(fmt::format("DataLoader: X has {} rows and {} columns", n, X.cols()));
  if (y.rows() != n)
    throw InvalidInput(fmt::format("DataLoader: X has {} rows, y {}", n, y.rows()));
  if (n_weights != 0 && n_weights != n)
    throw InvalidInput(
        fmt::format("DataLoader: X has {} rows, but there are {} weights", n, n_weights));
}

/// The rows of positive weight, as a T. @throws InvalidInput  a weight is no weight, or none is
/// positive
template <class T>
std::vector<Index> rows_that_count(const Vector& weights) {
  std::vector<Index> rows;
  for (Index i = 0; i < weights.size(); ++i) {
    const auto weight = static_cast<T>(weights[i]);
    if (!(weight >= T(0)) || !std::isfinite(weight))
      throw InvalidInput(fmt::format(
          "DataLoader: expected weights ≥ 0, got {} in row {} of sample_weight", weight, i));
    if (weight > T(0)) rows.push_back(i);
  }
  if (rows.empty() && weights.size() > 0)
    throw InvalidInput("DataLoader: all weights of sample_weight are 0");
  return rows;
}

/// The place of each label among `classes`. @throws InvalidInput  it is not there
Labels numbers_of(const Labels& labels, const Labels& classes) {
  for (Index k = 1; k < classes.size(); ++k)
    if (classes[k] <= classes[k - 1])
      throw InvalidInput("DataLoader: expected the classes in ascending order");
  Labels numbers(labels.size());
  for (Index i = 0; i < labels.size(); ++i) {
    const auto found = std::lower_bound(classes.begin(), classes.end(), labels[i]);
    if (found == classes.end() || *found != labels[i])
      throw InvalidInput(
          fmt::format("DataLoader: y has the label {} in row {}, which is not among the classes",
                      labels[i], i));
    numbers[i] = static_cast<int>(found - classes.begin());
  }
  return numbers;
}

}  // namespace

template <class T>
DataLoader<T>::DataLoader(const Features& X, const Target& y, DataLoaderOptions options)
    : options_(std::move(options)) {
  check_shapes(X, y, options_);
  const std::vector<Index> rows = rows_that_count<T>(options_.sample_weight);
  if (rows.empty() || static_cast<Index>(rows.size()) == X.rows()) {
    set_rows(X);
    set_target(y);
  } else {
    set_rows(X.take(rows));
    set_target(y.take(rows));
  }
  for (const Index row : rows) weight_.push_back(static_cast<T>(options_.sample_weight[row]));
  if (n_batches() == 0)
    throw InvalidInput(
        fmt::format("DataLoader: drop_last leaves nothing of {} rows in batches of {}", n_rows(),
                    options_.batch_size));
}

template <class T>
void DataLoader<T>::set_rows(const Features& X) {
  if (X.is_sparse()) {
    sparse_ = X.sparse().template cast<T>();
    if (!all_finite(sparse_.valuePtr(), sparse_.nonZeros()))
      refuse_first_non_finite(Rows<T>(sparse_), "X");
    return;
  }
  if (X.is_float32())
    copy_by_rows(X.dense32(), X_);
  else
    copy_by_rows(X.to_dense().dense(), X_);
  if (!all_finite(X_)) refuse_first_non_finite(X_, "X");
}

template <class T>
void DataLoader<T>::set_target(const Target& y) {
  if (!y.is_labels()) {
    y_ = y.values().template cast<T>();
    if (!all_finite(y_)) refuse_first_non_finite(y_, "y");
    return;
  }
  if (options_.classes.size() > 0) {
    classes_ = options_.classes;
    y_ = numbers_of(y.labels(), classes_).template cast<T>();
  } else {
    EncodedLabels encoded = encode_labels(y.labels());
    classes_ = std::move(encoded.classes);
    y_ = encoded.codes.template cast<T>();
  }
}

template <class T>
Index DataLoader<T>::n_batches() const {
  return options_.drop_last ? n_rows() / options_.batch_size
                            : Blocks{n_rows(), options_.batch_size}.count();
}

template <class T>
typename DataLoader<T>::Epoch DataLoader<T>::epoch(Index number) {
  if (options_.shuffle)
    order_ = Random(static_cast<std::uint64_t>(options_.random_state),
                    static_cast<std::uint64_t>(number))
                 .permutation(n_rows());
  return Epoch(this);
}

template <class T>
MiniBatch<T> DataLoader<T>::rows(Index begin, Index end) {
  const Index n = end - begin;
  const auto weight = weight_.empty()
                          ? std::span<const T>()
                          : std::span<const T>(weight_).subspan(static_cast<std::size_t>(begin),
                                                                static_cast<std::size_t>(n));
  const ConstBatch<T> y(y_.data() + begin * y_.cols(), n, y_.cols());
  if (!is_sparse()) return {{X_.data() + begin * X_.cols(), n, X_.cols()}, y, weight};
  gather(sparse_, {nullptr, begin, n}, batch_X_);
  return {view(batch_X_), y, weight};
}

template <class T>
MiniBatch<T> DataLoader<T>::batch(Index i) {
  const Blocks blocks{n_rows(), options_.batch_size};
  const Index begin = blocks.begin(i), end = blocks.end(i);
  if (order_.empty()) return rows(begin, end);
  const Choice choice{order_.data() + begin, begin, end - begin};
  if (is_sparse())
    gather(sparse_, choice, batch_X_);
  else
    gather(X_, choice, batch_X_);
  gather(y_, choice, batch_y_);
  batch_weight_.resize(weight_.empty() ? 0 : static_cast<std::size_t>(choice.n));
  for (std::size_t r = 0; r < batch_weight_.size(); ++r)
    batch_weight_[r] = weight_[static_cast<std::size_t>(choice[static_cast<Index>(r)])];
  return {view(batch_X_), view(batch_y_), batch_weight_};
}

template class DataLoader<float>;
template class DataLoader<double>;

}  // namespace espalier::nn

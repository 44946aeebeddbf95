// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>
#include <espalier/model_selection/split.hpp>

namespace espalier {

/// A share of the rows, between 0 and 1 (a `double`), or a number of rows (an integer).
class SplitSize {
 public:
  SplitSize(double share) : share_(share) {}
  template <std::integral T>
  SplitSize(T count) : count_(static_cast<Index>(count)), is_count_(true) {}

  bool is_count() const { return is_count_; }
  Index count() const { return count_; }
  double share() const { return share_; }

 private:
  double share_ = 0.0;
  Index count_ = 0;
  bool is_count_ = false;
};

struct TrainTestSplitOptions {
  std::optional<SplitSize> test_size =
      {};  ///< none: what train_size leaves, or a quarter; ⌈share·n⌉
  std::optional<SplitSize> train_size = {};       ///< none: what test_size leaves; ⌊share·n⌋
  std::optional<std::int64_t> random_state = {};  ///< ≥ 0; none: other rows each time
  bool shuffle = true;    ///< false: the last rows are the test rows (a time series)
  bool stratify = false;  ///< each class has the same share in both parts, up to rounding
};

/// The rows of one random split of n, in random order.
///
/// With `stratify` the number of rows of each class follows by largest remainders, ties at random,
/// first for the training part and then, among the rest, for the test part. Sizes and these numbers
/// are scikit-learn's; the rows drawn are other ones, the same for a `random_state` on every
/// platform. O(n), stratified O(n log n).
///
/// @throws InvalidParameter  a size is not in (0, 1) or not in [1, n), the two together exceed n,
///                           a part would be empty; random_state is negative; stratify without y
///                           or shuffle
/// @throws InvalidInput      stratify: a class has a single row (it is named), a part has fewer
///                           rows than there are classes, or y is continuous
Split train_test_indices(Index n, const TrainTestSplitOptions& options = {});
Split train_test_indices(const Target& y, const TrainTestSplitOptions& options = {});

/// What train_test_split returns, made to be taken apart.
template <class X, class Y>
struct TrainTest {
  X X_train;
  X X_test;
  Y y_train;
  Y y_test;
};

namespace detail {

Matrix take_rows(const Matrix& values, std::span<const Index> rows);
Vector take_rows(const Vector& values, std::span<const Index> rows);
Labels take_rows(const Labels& values, std::span<const Index> rows);
SparseMatrix take_rows(const SparseMatrix& values, std::span<const Index> rows);

template <class T>
auto take_rows(const T& values, std::span<const Index> rows) {
  if constexpr (requires { values.take(rows); }) {  // DataFrame, Features, Column, Target
    return values.take(rows);
  } else if constexpr (requires { typename T::PlainObject; }) {  // other matrices and expressions
    const typename T::PlainObject& evaluated = values;
    constexpr int cols = T::ColsAtCompileTime;
    return Eigen::Matrix<typename T::Scalar, Eigen::Dynamic, cols>(evaluated(rows, Eigen::all));
  } else {
    T taken;
    taken.reserve(rows.size());
    for (const Index i : rows) taken.push_back(values[static_cast<std::size_t>(i)]);
    return taken;
  }
}

template <class T>
Index count_rows(const T& values) {
  if constexpr (requires { values.rows(); })
    return values.rows();
  else
    return static_cast<Index>(values.size());
}

void check_same_rows(Index x_rows, Index y_rows);
void check_split(const Split& split, Index n, std::string_view owner);

}  // namespace detail

/// X and y, cut in two by rows that are chosen elsewhere (train_test_indices, a splitter).
///
/// The types stay: a DataFrame gives DataFrames, a Matrix matrices, a column of a table columns,
/// labels labels; also Features, SparseMatrix, Vector, Target, std::vector and any Eigen
/// expression.
/// @throws InvalidInput  X and y differ in length, a part is empty, or a row does not exist
template <class X, class Y>
auto train_test_split(const X& x, const Y& y, const Split& rows) {
  const Index n = detail::count_rows(x);
  detail::check_same_rows(n, detail::count_rows(y));
  detail::check_split(rows, n, "train_test_split");
  using XPart = decltype(detail::take_rows(x, rows.train));
  using YPart = decltype(detail::take_rows(y, rows.train));
  return TrainTest<XPart, YPart>{detail::take_rows(x, rows.train), detail::take_rows(x, rows.test),
                                 detail::take_rows(y, rows.train), detail::take_rows(y, rows.test)};
}

/// X and y, cut in two at random; see train_test_indices for the options and errors.
///
///     auto [X_train, X_test, y_train, y_test] =
///         train_test_split(table.drop("churn"), table["churn"],
///                          {.random_state = 0, .stratify = true});
///
/// What goes beside X and y is split along by the rows themselves:
///
///     const Split rows = train_test_indices(y, {.random_state = 0});
///     auto [X_train, X_test, y_train, y_test] = train_test_split(X, y, rows);
///     const Vector w_train = w(rows.train);
template <class X, class Y>
requires std::constructible_from<Target, const Y&>
auto train_test_split(const X& x, const Y& y, const TrainTestSplitOptions& options = {}) {
  const Index n = detail::count_rows(x);
  detail::check_same_rows(n, detail::count_rows(y));
  return train_test_split(
      x, y,
      options.stratify ? train_test_indices(Target(y), options) : train_test_indices(n, options));
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// One column of a dense matrix or of a table, without a copy.
struct FeatureColumn {
  std::string name;
  std::span<const double> numbers;      ///< of a numeric column
  std::span<const std::int32_t> codes;  ///< of a categorical column
  const Column* categorical = nullptr;  ///< the column itself, if it is categorical
};

/// What every `fit`, `transform` and `predict` takes as X, and what `transform` returns: a dense
/// matrix, a sparse matrix or a DataFrame, with feature names. Samples are rows.
///
/// Anything of Eigen converts implicitly. A column-major matrix, Map or block of `double` or `float`
/// and a compressed SparseMatrix are borrowed without a copy, and must then outlive this object;
/// row-major matrices and expressions are evaluated into a matrix of our own. A dense matrix of
/// `float` stays one: estimators that compute in single precision (Tags::float32) take it as it is,
/// the others are handed a copy in `double`. Numbers of all other types become `double`.
/// Temporaries are taken over, or copied where their type is another one; but a block or a Map of a
/// temporary is borrowed as any other, and dangles as everywhere in Eigen. A Features object is
/// immutable, so copies share the data.
///
/// A column vector does not convert: whether it is one sample or one feature only the caller knows.
/// Pass `x.transpose()` for one sample, or `X.middleCols(j, 1)` for one feature.
class Features {
 public:
  enum class Kind { dense, sparse, table, float32 };

  Features(const Matrix& X);
  Features(Matrix&& X);
  Features(const Matrix32& X);
  Features(Matrix32&& X);
  Features(const SparseMatrix& X);
  Features(SparseMatrix&& X);
  Features(const DataFrame& X);
  Features(DataFrame&& X);

  template <class Derived>
  Features(const Eigen::MatrixBase<Derived>& X) : Features(from_expression(X.derived())) {}

  // Temporaries of other types that hold their numbers themselves, as a Ref to constant data may.
  // (`found ? stored : Matrix(…)` is a constant temporary when `stored` is constant.)
  template <class Scalar, int... sizes>
  Features(const Eigen::Matrix<Scalar, sizes...>&& X) : Features(evaluated(X)) {}
  template <class M, int options, class Strides>
  Features(const Eigen::Ref<const M, options, Strides>&& X) : Features(evaluated(X)) {}
  Features(const SparseMatrix&& X) : Features(SparseMatrix(X)) {}
  Features(const DataFrame&& X) : Features(DataFrame(X)) {}

  template <class Derived>
  Features(const Eigen::SparseMatrixBase<Derived>& X)
      : Features(SparseMatrix(X.derived().template cast<double>())) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_dense() const { return kind() == Kind::dense; }  ///< a dense matrix of `double`
  bool is_sparse() const { return kind() == Kind::sparse; }
  bool is_table() const { return kind() == Kind::table; }
  bool is_float32() const { return kind() == Kind::float32; }  ///< a dense matrix of `float`

  MatrixView dense() const;            ///< @throws InvalidInput  not a dense matrix of `double`
  MatrixView32 dense32() const;        ///< @throws InvalidInput  not a dense matrix of `float`
  const SparseMatrix& sparse() const;  ///< @throws InvalidInput  not a sparse matrix
  const DataFrame& table() const;      ///< @throws InvalidInput  not a table

  /// The names of the columns; empty when X came without names.
  const std::vector<std::string>& names() const { return *names_; }
  bool has_names() const { return !names_->empty(); }
  /// The names, or x0, x1, … as scikit-learn calls nameless features.
  std::vector<std::string> names_or_default() const;
  /// The same data under other names (one for each column, or none at all).
  Features with_names(std::vector<std::string> names) const;
  Features with_names(std::shared_ptr<const std::vector<std::string>> names) const;

  /// Column j of a dense matrix of `double` or a table. @throws InvalidInput  another kind, or out of
  /// range
  FeatureColumn column(Index j) const;

  /// The same as dense `double`s: a table's numeric columns, a sparse matrix filled with its zeros.
  /// @throws InvalidInput  a column is categorical; names it and the encoders
  Features to_dense() const;
  Matrix to_matrix() const;
  /// The same as a table; a sparse matrix is filled with its zeros.
  DataFrame to_table() const;

  Features take(std::span<const Index> rows) const;  ///< those rows, in that order; owned
  Features select_columns(std::span<const Index> columns) const;  ///< those columns, in that order

  /// An equal object that owns all its data, however long the original lives.
  Features owned() const;

  /// Column blocks side by side. A table if any has categorical columns, else sparse if `sparse`,
  /// else dense, of `float` if all blocks are. Names are kept if all blocks have them.
  static Features hstack(const std::vector<Features>& blocks, bool sparse = false);

 private:
  template <class Scalar>
  using DenseMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  template <class Scalar>
  struct Dense {
    const Scalar* data;
    Index stride;
    std::shared_ptr<const DenseMatrix<Scalar>> owner;  // null: borrowed
  };
  using Sparse = std::shared_ptr<const SparseMatrix>;  // with an empty deleter: borrowed
  using Table = std::shared_ptr<const DataFrame>;

  Features(const double* data, Index rows, Index cols, Index stride);
  Features(const float* data, Index rows, Index cols, Index stride);

  template <class Scalar>
  using Stored = std::conditional_t<std::is_same_v<Scalar, float>, float, double>;

  template <class Derived>
  static DenseMatrix<Stored<typename Derived::Scalar>> evaluated(const Derived& X) {
    static_assert(Derived::ColsAtCompileTime != 1 || Derived::RowsAtCompileTime == 1,
                  "X is two-dimensional, samples × features: a column vector is ambiguous; pass "
                  "x.transpose() for one sample, or X.middleCols(j, 1) for one feature");
    return X.template cast<Stored<typename Derived::Scalar>>();
  }

  template <class Derived>
  static Features from_expression(const Derived& X) {
    constexpr bool viewable =
        (Derived::Flags & Eigen::DirectAccessBit) != 0 && !Derived::IsRowMajor &&
        std::is_same_v<typename Derived::Scalar, Stored<typename Derived::Scalar>>;
    if constexpr (viewable) {
      if (X.innerStride() == 1) return Features(X.data(), X.rows(), X.cols(), X.outerStride());
    }
    return Features(evaluated(X));
  }

  std::variant<Dense<double>, Sparse, Table, Dense<float>> data_;  // in the order of Kind
  std::shared_ptr<const std::vector<std::string>> names_;
  Index rows_ = 0;
  Index cols_ = 0;
};

/// x0, x1, …: the names of nameless features.
std::vector<std::string> default_names(Index n);

}  // namespace espalier

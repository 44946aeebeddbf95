// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include <espalier/core/features.hpp>

#include "linalg/sparse_columns.hpp"
#include "linear_model/coordinate_kernels.hpp"

namespace espalier::detail {

/// The columns of X in the form in which coordinate descent reads them: a view of a dense X, a copy
/// by columns of a sparse one.
template <class T>
struct DesignColumns {
  Index rows = 0, cols = 0;
  const T* dense = nullptr;  // null: sparse
  Index stride = 0;
  SparseColumns sparse = {};

  bool is_sparse() const { return dense == nullptr; }
  const T* column(Index j) const { return dense + j * stride; }
  Index nonzeros(Index j) const {
    return is_sparse() ? sparse.outerIndexPtr()[j + 1] - sparse.outerIndexPtr()[j] : rows;
  }
};

/// Of `float` for an X of `float`, of `double` for a dense or sparse X.
template <class T>
DesignColumns<T> design_columns(const Features& X);

/// Of every column: its weighted mean (0 without an intercept), Σ s·(x − mean)², and (x − mean)ᵀv.
struct DesignMoments {
  Vector mean, norm, with_v;
};

/// Without what rounding may make negative; NaN, of squares that overflow, stays.
inline double not_negative(double x) { return x < 0.0 ? 0.0 : x; }

/// One pass over X. `s` are weights of the rows, empty: ones; v are n numbers.
template <class T>
DesignMoments design_moments(const DesignColumns<T>& X, const Vector& s, const Vector& v,
                             bool fit_intercept);

/// out[j] = (xⱼ − meanⱼ)ᵀv for the columns in `which`; other places of `out` stay. v_sum is Σv.
template <class T>
void correlations(const DesignColumns<T>& X, const Vector& mean, std::span<const int> which,
                  const Vector& v, Vector& out);

/// Σ wⱼ(xⱼ − meanⱼ) over the columns in `which`, n.
template <class T>
Vector combination(const DesignColumns<T>& X, const Vector& mean, std::span<const int> which,
                   const Vector& w);

/// Products of centred columns of a dense X, weighted by s, of a set of columns that grows:
/// G(a, b) = Σᵢ sᵢ (xₐ − meanₐ)(x_b − mean_b).
template <class T>
class GrowingGram {
 public:
  /// All must outlive this object.
  GrowingGram(const DesignColumns<T>& X, const Vector& s, const Vector& mean)
      : X_(X), s_(s), mean_(mean) {}

  /// O(n·m·new) for m columns with the new ones.
  void add(std::span<const int> columns);

  Index size() const { return static_cast<Index>(columns_.size()); }
  const std::vector<int>& columns() const { return columns_; }  ///< in the order of their coming
  const double* data() const { return products_.data(); }
  Index stride() const { return products_.rows(); }

 private:
  using Numbers = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  Numbers centred(Index first_row, Index end_row) const;
  Matrix products_of(Index first_row, Index end_row, Index first) const;

  const DesignColumns<T>& X_;
  const Vector& s_;
  const Vector& mean_;
  std::vector<int> columns_;
  Matrix products_;  // capacity × capacity
};

}  // namespace espalier::detail

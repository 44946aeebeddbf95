// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/newton_objective.hpp"

#include <algorithm>
#include <type_traits>

#include "core/dense_view.hpp"
#include "linear_model/block_kernels.hpp"
#include "linear_model/column_moments.hpp"

namespace espalier::detail {
namespace {

/// Partial Hessians that exist at a time hold so many numbers together.
constexpr Index numbers_in_flight = 1 << 24;

/// Rows that go through the cache together: about 64 KiB.
Index rows_per_block(const Features& X) {
  const auto padded = [](Index rows) {
    return (rows + block_padding - 1) / block_padding * block_padding;
  };
  return std::min(padded(X.rows()),
                  std::clamp<Index>(padded(8192 / std::max<Index>(X.cols(), 1)), 64, 512));
}

/// Long enough that adding up the partial Hessians costs little beside making them.
Blocks cut(const Features& X, Index variables) {
  const Index block = rows_per_block(X);
  const Index rows = std::max<Index>(4096, 4 * variables);
  return {X.rows(), (rows + block - 1) / block * block};
}

/// The mean of some rows evenly spread, exact for a constant column.
Vector sampled_center(const Features& X) {
  if (X.is_sparse()) return Vector::Zero(X.cols());
  return with_dense(X, [](const auto& rows) -> Vector {
    const Index step = std::max<Index>(1, rows.rows() / 256);
    const Vector first = rows.row(0).template cast<double>();
    Vector sum = Vector::Zero(rows.cols());
    double count = 0.0;
    for (Index i = 0; i < rows.rows(); i += step, count += 1.0)
      sum += rows.row(i).transpose().template cast<double>() - first;
    return first + sum / count;
  });
}

}  // namespace

/// Takes the blocks of one task through the cache, one after the other.
template <class T>
class NewtonObjective::BlockWorker {
 public:
  BlockWorker(const NewtonObjective& objective, const Vector& x)
      : o_(objective),
        rows_(rows_per_block(o_.X_)),
        coef_(o_.outputs_of(x).template cast<T>()),
        center_(o_.center_.template cast<T>()),
        centred_(rows_, o_.width()),
        scaled_(rows_, o_.width()),
        raw_(rows_, o_.k_),
        weights_(Numbers::Zero(rows_, 1)),
        derivatives_(rows_, o_.k_),
        curvature_(rows_, o_.k_) {
    if (o_.fit_intercept_) centred_.col(o_.p_).setOnes();
  }

  void add(Index begin, Index end, Sums& sums) {
    n_ = end - begin;
    center(begin);
    for (Index c = 0; c < o_.k_; ++c)
      kernels_.multiply(centred_.data(), rows_, o_.p_, &coef_(0, c),
                        o_.fit_intercept_ ? coef_(o_.p_, c) : T(0), &raw_(0, c));
    derivatives_.topRows(n_) = raw_.topRows(n_).template cast<double>();
    sums.loss +=
        o_.loss_.loss_gradient_curvature(begin, derivatives_.topRows(n_), curvature_.topRows(n_));
    raw_.topRows(n_) = derivatives_.topRows(n_).template cast<T>();
    raw_.bottomRows(rows_ - n_).setZero();
    kernels_.add_products(centred_.data(), o_.width(), raw_.data(), o_.k_, rows_, false,
                          sums.gradient.data(), o_.width());
    for (Index a = 0; a < o_.k_; ++a)
      for (Index b = 0; b <= a; ++b) add_hessian(a, b, sums);
  }

 private:
  using Numbers = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

  void center(Index begin) {
    const auto of_dense = [&](const auto& X) {
      kernels_.center(X.data() + begin, X.outerStride(), n_, o_.p_, center_.data(), centred_.data(),
                      rows_);
    };
    if constexpr (std::is_same_v<T, float>)
      return of_dense(o_.X_.dense32());
    else if (o_.X_.is_dense())
      return of_dense(o_.X_.dense());
    centred_.leftCols(o_.p_).setZero();
    for (Index i = 0; i < n_; ++i)
      for (SparseMatrix::InnerIterator it(o_.X_.sparse(), begin + i); it; ++it)
        centred_(i, it.col()) = static_cast<T>(it.value());
  }

  /// The part of the Hessian by outputs a and b.
  void add_hessian(Index a, Index b, Sums& sums) {
    const auto c = curvature_.topRows(n_).array();
    if (o_.k_ == 1) {
      weights_.col(0).head(n_) = curvature_.col(0).head(n_).template cast<T>();
    } else {
      const Eigen::ArrayXd share =
          (c.rowwise().sum() > 0.0).select(c.col(b) / c.rowwise().sum(), 0.0);
      const Eigen::ArrayXd weights = c.col(a) * ((a == b ? 1.0 : 0.0) - share);
      weights_.col(0).head(n_) = weights.matrix().template cast<T>();
    }
    weights_.col(0).tail(rows_ - n_).setZero();
    const Index q = o_.width();
    kernels_.scale(centred_.data(), rows_, q, weights_.data(), scaled_.data());
    kernels_.add_products(centred_.data(), q, scaled_.data(), q, rows_, true,
                          &sums.hessian(a * q, b * q), sums.hessian.rows());
  }

  const NewtonObjective& o_;
  const BlockKernels<T>& kernels_ = block_kernels<T>();
  Index rows_;
  Index n_ = 0;
  Numbers coef_;                    // width × k
  Numbers center_;                  // p
  Numbers centred_;                 // rows × width, the last column ones
  Numbers scaled_;                  // the same, rows multiplied by weights
  Numbers raw_;                     // rows × k: margins, then gradients
  Numbers weights_;                 // rows
  Matrix derivatives_, curvature_;  // rows × k
};

NewtonObjective::NewtonObjective(const Features& X, const BlockLoss& loss, const Vector& weights,
                                 double l2, bool fit_intercept)
    : X_(X),
      loss_(loss),
      weights_(weights),
      p_(X.cols()),
      k_(loss.outputs()),
      fit_intercept_(fit_intercept),
      l2_(l2),
      tasks_(cut(X, (p_ + 1) * k_)),
      center_(fit_intercept ? sampled_center(X) : Vector::Zero(p_)) {
  thin_out(1);
}

void NewtonObjective::thin_out(Index every) {
  every_ = every;
  total_weight_ = 0.0;
  for (Index b = 0; b < tasks_.count(); b += every) {
    const Index n = tasks_.end(b) - tasks_.begin(b);
    total_weight_ +=
        weights_.size() > 0 ? weights_.segment(tasks_.begin(b), n).sum() : static_cast<double>(n);
  }
}

NewtonObjective::Sums NewtonObjective::sums_of_rows(Index begin, Index end, const Vector& x) const {
  const Index m = x.size();
  Sums sums{0.0, Vector::Zero(m), Matrix::Zero(m, m)};
  const Index step = rows_per_block(X_);
  const auto take_through = [&](auto&& worker) {
    for (Index i = begin; i < end; i += step) worker.add(i, std::min(end, i + step), sums);
  };
  if (X_.is_float32())
    take_through(BlockWorker<float>(*this, x));
  else
    take_through(BlockWorker<double>(*this, x));
  return sums;
}

double NewtonObjective::operator()(const Vector& x, Vector& gradient, Matrix& hessian) const {
  const Index m = x.size();
  const Index used = (tasks_.count() + every_ - 1) / every_;
  const double work =
      numbers_in(X_) * static_cast<double>(width() * k_ * k_) / static_cast<double>(2 * every_);
  const Index in_flight = std::clamp<Index>(numbers_in_flight / (m * m), 4, 256);
  Sums sums = reduce_blocks(
      Blocks{used, 1}, work, Sums{0.0, Vector::Zero(m), Matrix::Zero(m, m)},
      [&](Index i, Index) {
        return sums_of_rows(tasks_.begin(i * every_), tasks_.end(i * every_), x);
      },
      [](Sums& total, const Sums& part) {
        total.loss += part.loss;
        total.gradient += part.gradient;
        total.hessian += part.hessian;
      },
      in_flight);
  gradient = sums.gradient / total_weight_;
  hessian = sums.hessian / total_weight_;
  const Index q = width();
  double squares = 0.0;
  for (Index c = 0; c < k_; ++c) {
    const auto C = x.segment(c * q, p_);
    gradient.segment(c * q, p_) += l2_ * C;
    hessian.diagonal().segment(c * q, p_).array() += l2_;
    squares += C.squaredNorm();
  }
  if (k_ > 1) complete(hessian);
  return sums.loss / total_weight_ + 0.5 * l2_ * squares;
}

void NewtonObjective::complete(Matrix& hessian) const {
  const Index q = width();
  const Vector diagonal = hessian.diagonal();  // Eigen 3.4 reshapes it wrongly where it lies
  const Vector mean = diagonal.reshaped(q, k_).rowwise().mean();
  for (Index a = 0; a < k_; ++a)
    for (Index b = 0; b <= a; ++b) {
      auto block = hessian.block(a * q, b * q, q, q);
      if (a != b) block.triangularView<Eigen::StrictlyUpper>() = block.transpose();
      block.diagonal() += mean;
    }
}

Vector NewtonObjective::variables(const Matrix& coef, const Vector& intercept) const {
  Matrix x(width(), k_);
  x.topRows(p_) = coef.transpose();
  if (fit_intercept_) x.row(p_) = (intercept + coef * center_).transpose();
  return x.reshaped();
}

Matrix NewtonObjective::coef(const Vector& x) const {
  return outputs_of(x).topRows(p_).transpose();
}

Vector NewtonObjective::intercept(const Vector& x) const {
  if (!fit_intercept_) return Vector::Zero(k_);
  return outputs_of(x).row(p_).transpose() - coef(x) * center_;
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/linear_predict.hpp"

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "core/dense_view.hpp"

namespace espalier::detail {
namespace {

/// a·b + c, rounded once or twice as the processor likes it, but always the same: a compiler that
/// chooses by itself may fuse the two in one loop and not in another.
inline double multiply_add(double a, double b, double c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return std::fma(a, b, c);
#else
  return a * b + c;
#endif
}

}  // namespace

Matrix linear_predict(const Features& X, const Matrix& coef, const Vector& intercept) {
  const Index n = X.rows(), p = X.cols(), k = coef.rows();
  Matrix result(n, k);
  const double work = static_cast<double>(n) * static_cast<double>(p) * static_cast<double>(k);
  parallel_for_blocks({n, 2048}, work, [&](Index begin, Index end) {
    for (Index c = 0; c < k; ++c)
      result.col(c).segment(begin, end - begin).setConstant(intercept[c]);
    if (X.is_sparse()) {
      for (Index i = begin; i < end; ++i)
        for (SparseMatrix::InnerIterator it(X.sparse(), i); it; ++it)
          for (Index c = 0; c < k; ++c)
            result(i, c) = multiply_add(coef(c, it.col()), it.value(), result(i, c));
      return;
    }
    // One column of X at a time: contiguous, vectorised over rows, and in a fixed order within a
    // row.
    with_dense(X, [&](const auto& dense) {
      for (Index j = 0; j < p; ++j)
        for (Index c = 0; c < k; ++c) {
          const double weight = coef(c, j);
          const auto* const x = dense.col(j).data();
          double* const out = result.col(c).data();
          for (Index i = begin; i < end; ++i)
            out[i] = multiply_add(weight, static_cast<double>(x[i]), out[i]);
        }
    });
  });
  return result;
}

LinearRow::LinearRow(RowBuilder& builder, const Matrix& coef, const Vector& intercept)
    : first_(builder.contiguous()),
      p_(static_cast<std::size_t>(coef.cols())),
      intercept_(intercept.begin(), intercept.end()) {
  for (Index c = 0; c < coef.rows(); ++c)
    for (Index j = 0; j < coef.cols(); ++j) coef_.push_back(coef(c, j));
}

RowStatus LinearRow::raw(const double* registers, double* out) const noexcept {
  const double* const x = registers + first_;
  for (std::size_t c = 0; c < intercept_.size(); ++c) {
    double sum = intercept_[c];
    const double* const coef = coef_.data() + c * p_;
    for (std::size_t j = 0; j < p_; ++j) sum = multiply_add(coef[j], x[j], sum);
    out[c] = sum;
  }
  return RowStatus::ok;
}

void check_linear_shapes(std::string_view owner, const Matrix& coef, const Vector& intercept,
                         const Schema& schema) {
  if (coef.rows() < 1 || coef.cols() != schema.n_features || intercept.size() != coef.rows())
    throw FormatError(fmt::format("{}: coef of {} × {} and intercept of {} do not fit {} features",
                                  owner, coef.rows(), coef.cols(), intercept.size(),
                                  schema.n_features));
}

void check_one_output(std::string_view owner, const Matrix& coef, const Vector& intercept,
                      int n_iter, const Schema& schema) {
  check_linear_shapes(owner, coef, intercept, schema);
  if (coef.rows() != 1 || n_iter < 0)
    throw FormatError(
        fmt::format("{}: {} rows of coefficients and {} iterations", owner, coef.rows(), n_iter));
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/standard_scaler.hpp>

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>

#include "core/dense_view.hpp"
#include "core/huge_pages.hpp"
#include "linalg/column_moments.hpp"

namespace espalier {
namespace {

struct Moments {
  double weight, mean, var;
};

/// Mean and variance from Σw, Σw(x − shift) and Σw(x − shift)², for a shift that is near the mean.
Moments moments_about(double shift, double weight, double first, double second) {
  if (weight <= 0.0) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {0.0, nan, nan};
  }
  const double offset = first / weight;
  const double var = second / weight - offset * offset;
  return {weight, shift + offset, var < 0.0 ? 0.0 : var};  // NaN, of squares that overflow, stays
}

/// The columns of a sparse matrix one after the other would be slow by rows: all at once, zeros
/// by subtraction from the total weight.
std::vector<Moments> sparse_moments(const SparseMatrix& X, const Vector& weights) {
  const Index p = X.cols();
  const auto weight = [&](Index i) { return weights.size() > 0 ? weights[i] : 1.0; };
  const double total = weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows());
  Vector sum = Vector::Zero(p), missing = Vector::Zero(p), stored = Vector::Zero(p);
  for (Index i = 0; i < X.outerSize(); ++i)
    for (SparseMatrix::InnerIterator it(X, i); it; ++it)
      std::isnan(it.value()) ? missing[it.col()] += weight(i)
                             : sum[it.col()] += weight(i) * it.value();
  const Vector observed = total - missing.array();
  const Vector mean = sum.cwiseQuotient(observed);
  Vector first = Vector::Zero(p), second = Vector::Zero(p);
  for (Index i = 0; i < X.outerSize(); ++i)
    for (SparseMatrix::InnerIterator it(X, i); it; ++it) {
      if (std::isnan(it.value())) continue;
      const double d = it.value() - mean[it.col()];
      stored[it.col()] += weight(i);
      first[it.col()] += weight(i) * d;
      second[it.col()] += weight(i) * d * d;
    }
  std::vector<Moments> result;
  for (Index j = 0; j < p; ++j) {
    const double zeros = observed[j] - stored[j];
    result.push_back(moments_about(mean[j], observed[j], first[j] - zeros * mean[j],
                                   second[j] + zeros * mean[j] * mean[j]));
  }
  return result;
}

std::vector<Moments> all_moments(const Features& X, const Vector& weights) {
  if (X.is_sparse()) return sparse_moments(X.sparse(), weights);
  std::vector<Moments> result;
  const auto moments = detail::with_dense(
      X, [&](const auto& dense) { return linalg::column_moments(dense, weights); });
  for (const linalg::ColumnMoments& m : moments)
    result.push_back(moments_about(m.mean, m.weight, 0.0, m.squares));
  return result;
}

/// Constant up to rounding: the variance is below the error that computing it makes.
bool nearly_constant(const Moments& m) {
  constexpr double eps = std::numeric_limits<double>::epsilon();
  const double error = m.weight * m.mean * eps;
  return m.var <= m.weight * eps * m.var + error * error;
}

/// The numbers of a column may be so large that their sum or their squares overflow.
void check_finite(const Moments& m, bool with_std, const Features& X, Index j) {
  if (m.weight <= 0.0 || (std::isfinite(m.mean) && (!with_std || std::isfinite(m.var)))) return;
  throw InvalidInput(
      fmt::format("StandardScaler: X is too large, in column '{}': its mean or variance is not "
                  "finite. Divide it by a constant.",
                  X.names_or_default()[static_cast<std::size_t>(j)]));
}

/// Of a column that one task writes: a huge page, for which two threads would wait.
constexpr Index bytes_per_block = 2 << 20;

/// Each part of a column of X by `kernel`, in parallel, into a new matrix.
template <class T, class View>
Features by_columns(const View& X, const Vector& mean, const Vector& scale,
                    void (*kernel)(const T*, std::ptrdiff_t, double, double, T*)) {
  const Index n = X.rows(), p = X.cols();
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> result(n, p);
  detail::advise_huge_pages(result.data(), static_cast<std::size_t>(result.size()) * sizeof(T));
  const Blocks blocks{n, bytes_per_block / static_cast<Index>(sizeof(T))};
  parallel_for(p * blocks.count(), static_cast<double>(n * p), [&](Index task) {
    const Index j = task / blocks.count(), block = task % blocks.count();
    const Index begin = blocks.begin(block);
    kernel(X.data() + j * X.outerStride() + begin, blocks.end(block) - begin, mean[j], scale[j],
           result.data() + j * n + begin);
  });
  return Features(std::move(result));
}

/// (x − mean) / scale
class ScaleStep : public RowStep {
 public:
  struct Cell {
    Index from;
    double mean;
    double scale;
  };
  ScaleStep(std::vector<Cell> cells, Index to) : cells_(std::move(cells)), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    double* out = registers + to_;
    for (const Cell& cell : cells_) *out++ = (registers[cell.from] - cell.mean) / cell.scale;
    return RowStatus::ok;
  }

 private:
  std::vector<Cell> cells_;
  Index to_;
};

/// x · scale
class MultiplyStep : public RowStep {
 public:
  MultiplyStep(std::vector<ScaleStep::Cell> cells, Index to) : cells_(std::move(cells)), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    double* out = registers + to_;
    for (const ScaleStep::Cell& cell : cells_) *out++ = registers[cell.from] * cell.scale;
    return RowStatus::ok;
  }

 private:
  std::vector<ScaleStep::Cell> cells_;
  Index to_;
};

}  // namespace

void StandardScalerState::check(const Schema& schema) const {
  const Index p = schema.n_features;
  if (mean.size() != p || scale.size() != p || n_samples_seen.size() != p ||
      (var.size() != 0 && var.size() != p))
    throw FormatError("StandardScaler: mean, var and scale do not fit the number of features");
}

void StandardScaler::refuse_sparse_centring(const Features& X) const {
  if (X.is_sparse() && params().with_mean)
    throw InvalidInput(
        "StandardScaler: X is sparse and cannot be centred without filling its zeros; set "
        "with_mean=false.");
}

StandardScalerState StandardScaler::do_fit(const Features& X, const FitContext& context) const {
  refuse_sparse_centring(X);
  const std::vector<Moments> moments = all_moments(X, context.sample_weight);
  const Index p = X.cols();
  State state{Vector(p), Vector(params().with_std ? p : 0), Vector::Ones(p), Vector(p)};
  for (Index j = 0; j < p; ++j) {
    const Moments& m = moments[static_cast<std::size_t>(j)];
    check_finite(m, params().with_std, X, j);
    state.mean[j] = m.mean;
    state.n_samples_seen[j] = m.weight;
    if (!params().with_std) continue;
    state.var[j] = m.var;
    state.scale[j] = nearly_constant(m) ? 1.0 : std::sqrt(m.var);
  }
  return state;
}

Features StandardScaler::do_transform(const State& state, const Features& X) const {
  refuse_sparse_centring(X);
  if (X.is_sparse()) return SparseMatrix(X.sparse() * state.scale.cwiseInverse().asDiagonal());
  const Vector mean = params().with_mean ? state.mean : Vector::Zero(X.cols());
  return X.is_float32() ? by_columns<float>(X.dense32(), mean, state.scale,
                                            linalg::column_kernels<float>().standardise)
                        : by_columns<double>(X.dense(), mean, state.scale,
                                             linalg::column_kernels<double>().standardise);
}

void StandardScaler::do_compile(const State& state, RowBuilder& builder) const {
  std::vector<RowColumn> columns = builder.columns();
  std::vector<ScaleStep::Cell> cells;
  const Index first = builder.reserve(static_cast<Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const auto k = static_cast<Index>(j);
    const double scale = state.scale[k];
    // A sparse matrix is not centred, but multiplied by the inverse.
    cells.push_back({columns[j].slot, params().with_mean ? state.mean[k] : 0.0,
                     builder.is_sparse() ? 1.0 / scale : scale});
    columns[j] = {columns[j].name, first + k};
  }
  if (builder.is_sparse())
    builder.add(MultiplyStep(std::move(cells), first));
  else
    builder.add(ScaleStep(std::move(cells), first));
  builder.set_columns(std::move(columns));
}

Features StandardScaler::do_inverse_transform(const State& state, const Features& X) const {
  refuse_sparse_centring(X);
  if (X.is_sparse()) return SparseMatrix(X.sparse() * state.scale.asDiagonal());
  const Vector mean = params().with_mean ? state.mean : Vector::Zero(X.cols());
  return X.is_float32() ? by_columns<float>(X.dense32(), mean, state.scale,
                                            linalg::column_kernels<float>().restore)
                        : by_columns<double>(X.dense(), mean, state.scale,
                                             linalg::column_kernels<double>().restore);
}

template class Implements<StandardScaler, Transformer, StandardScalerParams, StandardScalerState>;

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/standard_scaler.hpp>

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/row_program.hpp>

namespace espalier {
namespace {

/// Σw, Σw(x − shift) and Σw(x − shift)² of one column, for some shift.
struct Sums {
  double weight = 0.0, first = 0.0, second = 0.0;
};

struct Moments {
  double weight, mean, var;
};

/// Σw, Σw(x − shift), Σw(x − shift)² of the values that are not missing. `w` may be null: ones.
Sums column_sums(const double* x, const double* w, Index n, double shift) {
  const auto part = [&](Index begin, Index end) {
    Sums s;
    for (Index i = begin; i < end; ++i) {
      if (std::isnan(x[i])) continue;
      const double wi = w == nullptr ? 1.0 : w[i];
      const double d = x[i] - shift;
      s.weight += wi;
      s.first += wi * d;
      s.second += wi * d * d;
    }
    return s;
  };
  const auto add = [](Sums& total, const Sums& s) {
    total.weight += s.weight;
    total.first += s.first;
    total.second += s.second;
  };
  return reduce_blocks({n, 8192}, 0.0, Sums{}, part, add);
}

/// Mean and variance from sums about a shift that is near the mean.
Moments moments_about(const Sums& s, double shift) {
  if (s.weight <= 0.0) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {0.0, nan, nan};
  }
  const double offset = s.first / s.weight;
  const double var = s.second / s.weight - offset * offset;
  return {s.weight, shift + offset, var < 0.0 ? 0.0 : var};  // NaN, of squares that overflow, stays
}

Moments dense_moments(const double* x, const double* w, Index n) {
  const Moments rough = moments_about(column_sums(x, w, n, 0.0), 0.0);
  if (rough.weight <= 0.0) return rough;
  return moments_about(column_sums(x, w, n, rough.mean), rough.mean);
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
    const Sums s{observed[j], first[j] - zeros * mean[j], second[j] + zeros * mean[j] * mean[j]};
    result.push_back(moments_about(s, mean[j]));
  }
  return result;
}

std::vector<Moments> all_moments(const Features& X, const Vector& weights) {
  if (X.is_sparse()) return sparse_moments(X.sparse(), weights);
  std::vector<Moments> result(static_cast<std::size_t>(X.cols()));
  const double* w = weights.size() > 0 ? weights.data() : nullptr;
  parallel_for(X.cols(), 4.0 * static_cast<double>(X.rows()) * static_cast<double>(X.cols()),
               [&](Index j) {
                 result[static_cast<std::size_t>(j)] =
                     dense_moments(X.column(j).numbers.data(), w, X.rows());
               });
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
  const Index n = X.rows(), p = X.cols();
  Matrix result(n, p);
  parallel_for(p, static_cast<double>(n * p), [&](Index j) {
    const double mean = params().with_mean ? state.mean[j] : 0.0;
    result.col(j) = (X.dense().col(j).array() - mean) / state.scale[j];
  });
  return result;
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
  Matrix result = X.to_matrix();
  for (Index j = 0; j < result.cols(); ++j) {
    const double mean = params().with_mean ? state.mean[j] : 0.0;
    result.col(j) = result.col(j).array() * state.scale[j] + mean;
  }
  return result;
}

template class Implements<StandardScaler, Transformer, StandardScalerParams, StandardScalerState>;

}  // namespace espalier

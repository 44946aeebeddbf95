// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/incremental_pca.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <numeric>

#include <espalier/core/row_program.hpp>

#include "core/clock.hpp"
#include "decomposition/centred_data.hpp"
#include "decomposition/gaussian_model.hpp"
#include "decomposition/projection.hpp"
#include "linalg/decompositions.hpp"

namespace espalier {
namespace {

Features rows_of(const Features& X, Index begin, Index end) {
  std::vector<Index> rows(static_cast<std::size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  return X.take(rows).to_dense();
}

/// The batch below what was learned before, with the shift of the mean: what the singular vectors
/// are taken of.
Matrix stacked(const IncrementalPCAState& before, const Matrix& batch, const Vector& batch_mean) {
  const auto seen = static_cast<double>(before.n_samples_seen);
  const auto n = static_cast<double>(batch.rows());
  const Index k = before.components.rows(), rows = before.n_samples_seen > 0 ? k + 1 : 0;
  Matrix result(rows + batch.rows(), batch.cols());
  result.bottomRows(batch.rows()) = batch.rowwise() - batch_mean.transpose();
  if (rows == 0) return result;
  result.topRows(k) = before.singular_values.asDiagonal() * before.components;
  result.row(k) = std::sqrt(seen / (seen + n) * n) * (before.mean - batch_mean).transpose();
  return result;
}

/// Singular values and right singular vectors of A.
linalg::SingularValues right_svd(const Matrix& A) {
  return linalg::singular_value_decomposition(
      A.rows() >= A.cols() ? detail::tall_triangle<double>(A) : A);
}

/// What `before` becomes by the rows of a dense batch, with k components.
IncrementalPCAState with_batch(const IncrementalPCAState& before, const Features& batch, Index k) {
  const detail::CentredData<double> data(batch, {}, true, IncrementalPCA::type_name);
  const Index n = batch.rows(), p = batch.cols();
  const auto seen = static_cast<double>(before.n_samples_seen), added = static_cast<double>(n);
  const double total = seen + added;
  const linalg::SingularValues svd = right_svd(stacked(before, batch.dense(), data.mean()));
  IncrementalPCAState state;
  state.n_samples_seen = before.n_samples_seen + n;
  state.mean = data.mean();
  Vector variation = data.variation();
  if (before.n_samples_seen > 0) {
    const Vector shift = data.mean() - before.mean;
    state.mean = before.mean + added / total * shift;
    variation += seen * before.var + seen * added / total * shift.cwiseAbs2();
  }
  state.var = variation / total;
  const Vector squares = svd.values.cwiseAbs2();
  const double sum = variation.sum();
  state.components = svd.V.leftCols(k).transpose();
  detail::fix_signs(state.components);
  state.singular_values = svd.values.head(k);
  state.explained_variance = squares.head(k) / (total - 1.0);
  state.explained_variance_ratio = squares.head(k) / (sum > 0.0 ? sum : 1.0);
  if (k != n && k != p)
    state.noise_variance = squares.tail(squares.size() - k).mean() / (total - 1.0);
  return state;
}

/// The number of components after a batch of `rows` rows.
Index count_of(const IncrementalPCAParams& params, const IncrementalPCAState* before, Index rows,
               Index cols) {
  if (before == nullptr) {
    if (rows < 2)
      throw InvalidInput("IncrementalPCA: the first batch has 1 sample; it needs at least 2");
    const Index k = params.n_components.value_or(std::min(rows, cols));
    if (k > std::min(rows, cols))
      throw InvalidParameter(fmt::format(
          "IncrementalPCA: n_components is {}, but the first batch of {} samples and {} "
          "features has {} components at most",
          k, rows, cols, std::min(rows, cols)));
    return k;
  }
  const Index k = before->components.rows();
  if (params.n_components && *params.n_components != k)
    throw InvalidParameter(
        fmt::format("IncrementalPCA: n_components is {}, but partial_fit goes on from {} "
                    "components; fit begins anew",
                    *params.n_components, k));
  return k;
}

detail::Projection projection_of(const IncrementalPCAState& state, bool whiten) {
  return {state.mean, state.components,
          whiten ? detail::whitening_scale(state.explained_variance) : Vector()};
}

detail::GaussianModel model_of(const IncrementalPCAState& state) {
  return {IncrementalPCA::type_name, state.mean, state.components, state.explained_variance,
          state.noise_variance};
}

}  // namespace

void IncrementalPCAState::check(const Schema& schema) const {
  detail::check_components(IncrementalPCA::type_name, components, &mean,
                           {&explained_variance, &explained_variance_ratio, &singular_values},
                           schema);
  if (var.size() != mean.size() || n_samples_seen < 1 || !(noise_variance >= 0.0) ||
      !((explained_variance.array() >= 0.0).all()))
    throw FormatError("IncrementalPCA: var, n_samples_seen or a variance does not fit");
}

IncrementalPCAState IncrementalPCA::do_partial_fit(const Features& X, const FitContext& context,
                                                   const State* previous) const {
  context.check_stop(type_name);
  const Index k = count_of(params(), previous, X.rows(), X.cols());
  return with_batch(previous != nullptr ? *previous : State(), X.to_dense(), k);
}

IncrementalPCAState IncrementalPCA::do_fit(const Features& X, const FitContext& context) const {
  const Index n = X.rows();
  const Index size = params().batch_size.value_or(5 * X.cols());
  const Index least = params().n_components.value_or(0);
  const auto start = std::chrono::steady_clock::now();
  State state;
  for (Index begin = 0, batch = 1; begin < n; ++batch) {
    const Index end = begin + size + least <= n ? begin + size : n;
    const Index k = count_of(params(), begin > 0 ? &state : nullptr, end - begin, X.cols());
    state = with_batch(state, rows_of(X, begin, end), k);
    context.report({.task = type_name,
                    .iteration = batch,
                    .total = (n + size - 1) / size,
                    .elapsed = detail::seconds_since(start)});
    begin = end;
  }
  return state;
}

Features IncrementalPCA::do_transform(const State& state, const Features& X) const {
  return detail::project(projection_of(state, params().whiten), X);
}

Features IncrementalPCA::do_inverse_transform(const State& state, const Features& X) const {
  return detail::project_back(projection_of(state, params().whiten), X);
}

std::vector<std::string> IncrementalPCA::do_feature_names_out(const State& state,
                                                              const Schema&) const {
  return detail::component_names("incrementalpca", state.components.rows());
}

void IncrementalPCA::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_projection(projection_of(state, params().whiten), "incrementalpca", builder);
}

Matrix IncrementalPCA::get_covariance() const { return model_of(state()).covariance(); }
Matrix IncrementalPCA::get_precision() const { return model_of(state()).precision(); }

template class Implements<IncrementalPCA, Transformer, IncrementalPCAParams, IncrementalPCAState>;

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/truncated_svd.hpp>

#include <fmt/format.h>

#include <espalier/core/row_program.hpp>
#include <espalier/core/warnings.hpp>

#include "core/seed.hpp"
#include "decomposition/projection.hpp"
#include "decomposition/singular_vectors.hpp"

namespace espalier {
namespace {

const Vector no_mean;

detail::Projection projection_of(const TruncatedSVDState& state) {
  return {no_mean, state.components};
}

template <class Scalar>
TruncatedSVDState learn(const Features& X, const TruncatedSVDParams& params,
                        const FitContext& context) {
  const std::string_view name = TruncatedSVD::type_name;
  const detail::CentredData<Scalar> data(X, context.sample_weight, false, name);
  const detail::SubspaceOptions options{.owner = name,
                                        .k = params.n_components,
                                        .seed = detail::seed_of(params.random_state, name),
                                        .tol = params.tol,
                                        .n_iter = params.n_iter,
                                        .oversamples = params.n_oversamples};
  const detail::SingularVectors found = params.algorithm == SVDAlgorithm::arpack
                                            ? detail::lanczos_svd(data, options, context)
                                            : detail::randomized_svd(data, options, context);
  if (!found.converged)
    warn(WarningKind::convergence, std::string(name),
         "arpack has not found all components to the accuracy asked for: raise tol");
  TruncatedSVDState state;
  state.components = found.components;
  const Matrix Z = detail::project({no_mean, state.components}, X).to_matrix();
  const double total = data.total_weight(), variation = data.variation().sum();
  state.explained_variance =
      detail::CentredData<double>(Z, context.sample_weight, true, name).variation() / total;
  state.explained_variance_ratio =
      state.explained_variance * (variation > 0.0 ? total / variation : 0.0);
  state.singular_values = found.values;
  return state;
}

}  // namespace

void TruncatedSVDState::check(const Schema& schema) const {
  detail::check_components(TruncatedSVD::type_name, components, nullptr,
                           {&explained_variance, &explained_variance_ratio, &singular_values},
                           schema);
}

TruncatedSVDState TruncatedSVD::do_fit(const Features& X, const FitContext& context) const {
  detail::check_count(type_name, params().n_components, X.rows(), X.cols());
  return X.is_float32() ? learn<float>(X, params(), context) : learn<double>(X, params(), context);
}

Features TruncatedSVD::do_transform(const State& state, const Features& X) const {
  return detail::project(projection_of(state), X);
}

Features TruncatedSVD::do_inverse_transform(const State& state, const Features& X) const {
  return detail::project_back(projection_of(state), X);
}

std::vector<std::string> TruncatedSVD::do_feature_names_out(const State& state,
                                                            const Schema&) const {
  return detail::component_names("truncatedsvd", state.components.rows());
}

void TruncatedSVD::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_projection(projection_of(state), "truncatedsvd", builder);
}

template class Implements<TruncatedSVD, Transformer, TruncatedSVDParams, TruncatedSVDState>;

}  // namespace espalier

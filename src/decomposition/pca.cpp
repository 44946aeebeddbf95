// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/pca.hpp>

#include <fmt/format.h>

#include <espalier/core/row_program.hpp>
#include <espalier/core/warnings.hpp>

#include "core/counted.hpp"
#include "core/seed.hpp"
#include "decomposition/gaussian_model.hpp"
#include "decomposition/minka.hpp"
#include "decomposition/projection.hpp"
#include "decomposition/singular_vectors.hpp"

namespace espalier {
namespace {

using detail::CentredData;
using detail::ShortSide;
using detail::SingularVectors;

/// long·short² up to which a dense X counts as small: some tenths of a second.
constexpr double small_problem = 1e8;
/// Up to this many rows or columns a Gram matrix is quicker than a basis of block Lanczos.
constexpr Index largest_gram = 3000;

/// A component's variance as a part of the first one's below which Gram matrices keep too few
/// digits of it: some rounding errors of the first.
template <class Scalar>
constexpr double lowest_by_gram = std::is_same_v<Scalar, float> ? 1e-5 : 1e-12;

/// What a solver found, and what it knows of the components that are left out.
struct Found {
  SingularVectors leading;
  double left_out;  ///< sum of the squared singular values that are not among them
  PCASolver solver;
};

/// One fit: X, the parameters, and how many components there are to find.
template <class Scalar>
class Fit {
 public:
  Fit(const CentredData<Scalar>& data, const PCAParams& params, const FitContext& context,
      bool is_sparse)
      : data_(data), params_(params), context_(context), is_sparse_(is_sparse) {}

  Found run() const {
    const PCASolver solver = chosen();
    if (solver == PCASolver::full) return by_all(detail::full_svd(data_), solver);
    if (solver == PCASolver::covariance_eigh) return by_gram();
    return by_subspace(solver);
  }

 private:
  Index most() const { return data_.short_side(); }
  /// The count that is asked for; nothing when it depends on the spectrum.
  std::optional<Index> count() const {
    if (const std::int64_t* n = params_.n_components.count()) return static_cast<Index>(*n);
    if (params_.n_components.is_all()) return most();
    return std::nullopt;
  }

  PCASolver chosen() const {
    if (params_.svd_solver != PCASolver::automatic) return params_.svd_solver;
    const double cost = static_cast<double>(data_.long_side()) * static_cast<double>(most()) *
                        static_cast<double>(most());
    if (!is_sparse_ && cost <= small_problem) return PCASolver::full;
    const bool wants_few = count() && *count() <= most() / 8;
    return most() > largest_gram && wants_few ? PCASolver::arpack : PCASolver::covariance_eigh;
  }

  Found by_all(const ShortSide& side, PCASolver solver) const {
    const Index k = count() ? *count() : count_by(side.values);
    return {detail::leading(data_, side, k), side.values.tail(most() - k).squaredNorm(), solver};
  }

  Found by_gram() const {
    const Index k = count().value_or(most());
    const ShortSide side = detail::gram_svd(data_, k);
    context_.check_stop(PCA::type_name);
    const Index used = count() ? k : count_by(side.values);
    const double first = side.values[0] * side.values[0];
    const double last = side.values[used - 1] * side.values[used - 1];
    const bool is_accurate = first > 0.0 && last >= lowest_by_gram<Scalar> * first;
    if (!is_accurate && params_.svd_solver == PCASolver::automatic)
      return by_all(detail::full_svd(data_), PCASolver::full);
    if (!count()) return by_all(side, PCASolver::covariance_eigh);
    return with_rest(detail::leading(data_, side, k), PCASolver::covariance_eigh);
  }

  Found by_subspace(PCASolver solver) const {
    const Index k = *count();
    const detail::SubspaceOptions options{
        .owner = PCA::type_name,
        .k = k,
        .seed = detail::seed_of(params_.random_state, PCA::type_name),
        .tol = params_.tol,
        .n_iter = params_.iterated_power ? Index{*params_.iterated_power}
                                         : detail::default_power_iterations(k, most()),
        .oversamples = params_.n_oversamples};
    if (solver == PCASolver::randomized)
      return with_rest(detail::randomized_svd(data_, options, context_), solver);
    SingularVectors found = detail::lanczos_svd(data_, options, context_);
    if (!found.converged)
      warn(WarningKind::convergence, std::string(PCA::type_name),
           "arpack has not found all components to the accuracy asked for: raise tol, or take the "
           "solver covariance_eigh");
    return with_rest(std::move(found), solver);
  }

  /// For solvers that find leading components only: the rest by the sum of all variances.
  Found with_rest(SingularVectors leading, PCASolver solver) const {
    const double rest = data_.squares().sum() - leading.values.squaredNorm();
    return {std::move(leading), std::max(0.0, rest), solver};
  }

  /// How many components n_components means for these singular values, which are all.
  Index count_by(const Vector& values) const {
    const Vector squares = values.cwiseAbs2();
    if (params_.n_components.is_mle())
      return detail::minka_dimension(squares / (data_.total_weight() - 1.0), data_.total_weight());
    const double wanted = *params_.n_components.share() * squares.sum();
    double sum = 0.0;
    Index k = 0;
    while (k < most() && sum <= wanted) sum += squares[k++];
    return std::max<Index>(k, 1);
  }

  const CentredData<Scalar>& data_;
  const PCAParams& params_;
  const FitContext& context_;
  bool is_sparse_;
};

template <class Scalar>
PCAState learn(const Features& X, const PCAParams& params, const FitContext& context) {
  const CentredData<Scalar> data(X, context.sample_weight, true, PCA::type_name);
  const Found found = Fit<Scalar>(data, params, context, X.is_sparse()).run();
  const double freedom = data.total_weight() - 1.0;
  const double total = data.squares().sum();
  const Index k = found.leading.values.size(), most = data.short_side();
  const Vector squares = found.leading.values.cwiseAbs2();
  PCAState state;
  state.mean = data.mean();
  state.components = found.leading.components;
  state.explained_variance = squares / freedom;
  state.explained_variance_ratio = squares / (total > 0.0 ? total : 1.0);
  state.singular_values = found.leading.values;
  state.noise_variance = k < most ? found.left_out / freedom / static_cast<double>(most - k) : 0.0;
  state.n_samples = data.total_weight();
  state.svd_solver = found.solver;
  return state;
}

detail::Projection projection_of(const PCAState& state, bool whiten) {
  return {state.mean, state.components,
          whiten ? detail::whitening_scale(state.explained_variance) : Vector()};
}

detail::GaussianModel model_of(const PCAState& state) {
  return {PCA::type_name, state.mean, state.components, state.explained_variance,
          state.noise_variance};
}

}  // namespace

void PCAState::check(const Schema& schema) const {
  detail::check_components(PCA::type_name, components, &mean,
                           {&explained_variance, &explained_variance_ratio, &singular_values},
                           schema);
  if (!(noise_variance >= 0.0) || !((explained_variance.array() >= 0.0).all()))
    throw FormatError("PCA: a variance is negative");
}

void PCA::do_validate() const {
  const NumberOfComponents& asked = params().n_components;
  if (!asked.valid())
    detail::refuse_param(type_name, "n_components", Codec<NumberOfComponents>::describe(),
                         Codec<NumberOfComponents>::encode(asked));
  const bool leading_only =
      params().svd_solver == PCASolver::arpack || params().svd_solver == PCASolver::randomized;
  if (leading_only && (asked.share() != nullptr || asked.is_mle()))
    throw InvalidParameter(fmt::format(
        "PCA: n_components must be a count or none with svd_solver='{}', which finds leading "
        "components only; a share of the variance and 'mle' need 'full' or 'covariance_eigh'",
        names_of(PCASolver{})[static_cast<std::size_t>(params().svd_solver)]));
}

PCAState PCA::do_fit(const Features& X, const FitContext& context) const {
  const NumberOfComponents& asked = params().n_components;
  if (asked.count() != nullptr) detail::check_count(type_name, *asked.count(), X.rows(), X.cols());
  if (asked.is_mle() && X.rows() < X.cols())
    throw InvalidParameter(
        fmt::format("PCA: n_components='mle' needs at least as many samples as features, and X has "
                    "{} samples and {} features",
                    X.rows(), X.cols()));
  const double weight =
      context.has_weights() ? context.sample_weight.sum() : static_cast<double>(X.rows());
  if (!(weight > 1.0))
    throw InvalidInput(
        fmt::format("PCA: needs at least 2 samples, or weights that sum to more than 1; X has {}{}",
                    detail::counted(X.rows(), "sample"),
                    context.has_weights() ? fmt::format(", whose weights sum to {}", weight) : ""));
  return X.is_float32() ? learn<float>(X, params(), context) : learn<double>(X, params(), context);
}

Features PCA::do_transform(const State& state, const Features& X) const {
  return detail::project(projection_of(state, params().whiten), X);
}

Features PCA::do_inverse_transform(const State& state, const Features& X) const {
  return detail::project_back(projection_of(state, params().whiten), X);
}

std::vector<std::string> PCA::do_feature_names_out(const State& state, const Schema&) const {
  return detail::component_names("pca", state.components.rows());
}

void PCA::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_projection(projection_of(state, params().whiten), "pca", builder);
}

Matrix PCA::get_covariance() const { return model_of(state()).covariance(); }
Matrix PCA::get_precision() const { return model_of(state()).precision(); }

Vector PCA::score_samples(const Features& X) const {
  state();  // throws NotFitted
  return model_of(state()).log_likelihood(check_input(X).to_dense());
}

double PCA::score(const Features& X) const { return score_samples(X).mean(); }

template class Implements<PCA, Transformer, PCAParams, PCAState>;

}  // namespace espalier

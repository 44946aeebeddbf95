// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/dummy/dummy_classifier.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <espalier/core/random.hpp>

#include "core/seed.hpp"

namespace espalier {
namespace {

using Strategy = DummyClassifierStrategy;

/// The position of the class that the parameter names. @throws InvalidParameter
Index find_constant(const std::optional<Category>& constant, const Labels& classes,
                    const std::vector<std::string>& names) {
  if (!constant)
    detail::refuse_param(DummyClassifier::type_name, "constant",
                         "a class of y with strategy='constant'", Value());
  for (Index k = 0; k < classes.size(); ++k) {
    const bool found =
        constant->number() != nullptr
            ? *constant->number() == classes[k]
            : !names.empty() && *constant->text() == names[static_cast<std::size_t>(classes[k])];
    if (found) return k;
  }
  const std::vector<std::string> seen = detail::names_of_classes(classes, names);
  throw InvalidParameter(
      fmt::format("The 'constant' parameter of DummyClassifier is {}, but y has the classes {}.",
                  constant->to_string(),
                  seen.empty() ? fmt::format("{}", fmt::join(classes, ", "))
                               : fmt::format("'{}'", fmt::join(seen, "', '"))));
}

/// The class drawn for each of `rows` rows with these probabilities, as positions.
std::vector<Index> draw(const Vector& probabilities, Index rows, std::int64_t seed) {
  Random random(static_cast<std::uint64_t>(seed));
  Vector cumulative(probabilities.size());
  std::partial_sum(probabilities.begin(), probabilities.end(), cumulative.begin());
  std::vector<Index> result(static_cast<std::size_t>(rows));
  for (Index& k : result) {
    const double u = random.uniform() * cumulative[cumulative.size() - 1];
    k = std::upper_bound(cumulative.begin(), cumulative.end() - 1, u) - cumulative.begin();
  }
  return result;
}

}  // namespace

void DummyClassifierState::check(const Schema&) const {
  const bool fits =
      class_prior.size() == classes.size() && constant >= 0 && constant < classes.size();
  if (!fits || !(class_prior.array() >= 0.0).all() || !(std::abs(class_prior.sum() - 1.0) < 1e-6))
    throw FormatError("DummyClassifier: class_prior or constant does not fit the classes");
}

DummyClassifierState DummyClassifier::do_fit(const Features&, const Target& y,
                                             const FitContext& context) const {
  const EncodedLabels encoded = encode_labels(y.labels());
  State state{encoded.classes, Vector::Zero(encoded.classes.size()), 0, 0};
  for (Index i = 0; i < encoded.codes.size(); ++i)
    state.class_prior[encoded.codes[i]] += context.has_weights() ? context.sample_weight[i] : 1.0;
  state.class_prior /= state.class_prior.sum();
  if (params().strategy == Strategy::constant)
    state.constant = find_constant(params().constant, state.classes, y.class_names());
  state.seed = static_cast<std::int64_t>(detail::seed_of(params().random_state, type_name));
  return state;
}

Matrix DummyClassifier::do_predict_proba(const State& state, const Features& X) const {
  const Index n = X.rows(), k = state.classes.size();
  switch (params().strategy) {
    case Strategy::prior:
      return state.class_prior.transpose().replicate(n, 1);
    case Strategy::uniform:
      return Matrix::Constant(n, k, 1.0 / static_cast<double>(k));
    default:
      break;
  }
  const Labels predicted = do_predict(state, X);
  return Matrix::NullaryExpr(
      n, k, [&](Index i, Index c) { return predicted[i] == state.classes[c] ? 1.0 : 0.0; });
}

Labels DummyClassifier::do_predict(const State& state, const Features& X) const {
  const Index n = X.rows(), k = state.classes.size();
  switch (params().strategy) {
    case Strategy::constant:
      return Labels::Constant(n, state.classes[state.constant]);
    case Strategy::stratified:
      return state.classes(draw(state.class_prior, n, state.seed));
    case Strategy::uniform:
      return state.classes(draw(Vector::Ones(k), n, state.seed));
    default:
      break;
  }
  Index best = 0;
  state.class_prior.maxCoeff(&best);
  return Labels::Constant(n, state.classes[best]);
}

template class Implements<DummyClassifier, Classifier, DummyClassifierParams, DummyClassifierState>;

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include "testing/subject.hpp"

#include <algorithm>
#include <limits>

#include <espalier/core/registry.hpp>
#include <espalier/datasets/make_blobs.hpp>
#include <espalier/datasets/make_regression.hpp>

namespace espalier::detail::kit {
namespace {

bool is_random_state(std::string_view path) {
  constexpr std::string_view name = "random_state";
  return path == name || path.ends_with("__random_state");
}

Features column_of(const Labels& labels) { return Matrix(labels.cast<double>()); }
Features column_of(const Vector& values) { return Matrix(values); }

/// A clusterer may know the clusters of its training rows only.
bool predicts_new_rows(const Clusterer& fitted) {
  try {
    fitted.predict(Matrix(Matrix::Zero(1, fitted.n_features_in())));
  } catch (const NotSupported&) {
    return false;
  } catch (const Error&) {
    return true;  // it does, but does not like zeros
  }
  return true;
}

}  // namespace

Problem Problem::with_missing() const {
  Problem result = *this;
  for (Index i = 0; i < X.rows(); i += 7)
    result.X(i, i % X.cols()) = std::numeric_limits<double>::quiet_NaN();
  return result;
}

Subject::Subject(const Estimator& prototype, std::int64_t seed)
    : prototype_(prototype), tags_(prototype.get_tags()), seed_(seed) {}

bool Subject::has_param(std::string_view name) const {
  const auto infos = prototype_.param_infos();
  return std::any_of(infos.begin(), infos.end(), [&](const auto& i) { return i.name == name; });
}

bool Subject::registered() const { return registry().contains(prototype_.class_name()); }

std::unique_ptr<Estimator> Subject::make() const {
  auto estimator = prototype_.clone();
  for (const auto& [path, value] : estimator->get_params(true))
    if (is_random_state(path)) estimator->set_param(path, seed_);
  return estimator;
}

std::unique_ptr<Estimator> Subject::fitted(const Features& X, const OptionalTarget& y,
                                           const FitContext& context) const {
  auto estimator = make();
  fit(*estimator, X, y, context);
  return estimator;
}

std::unique_ptr<Estimator> Subject::fitted(const Problem& problem,
                                           const FitContext& context) const {
  return fitted(problem.X, problem.y, context);
}

Matrix Subject::adapt(Matrix X) const {
  if (role() == RoleKind::transformer && tags_.categorical) X = (X.array() / 4.0).round().matrix();
  if (tags_.positive_only) X.array() -= X.minCoeff();
  return X;
}

Problem Subject::problem(const ProblemOptions& options) const {
  const auto random_state = static_cast<std::uint64_t>(seed_ * 1000 + options.variant);
  if (role() == RoleKind::regressor) {
    RegressionData data = make_regression({.n_samples = options.rows,
                                           .n_features = options.cols,
                                           .n_informative = options.cols,
                                           .n_targets = options.outputs,
                                           .bias = 5.0,
                                           .noise = 20.0,
                                           .random_state = random_state});
    if (tags_.positive_target) data.y.array() += 1.0 - data.y.minCoeff();
    if (options.outputs == 1) return {adapt(data.X), Target(Vector(data.y.col(0)))};
    return {adapt(data.X), Target(data.y)};
  }
  const int classes = tags_.binary_only ? std::min(2, options.classes) : options.classes;
  const Blobs data = make_blobs({.n_samples = options.rows,
                                 .n_features = options.cols,
                                 .centers = classes,
                                 .cluster_std = options.spread,
                                 .random_state = random_state});
  const bool needs_y =
      role() == RoleKind::classifier || (role() == RoleKind::transformer && tags_.requires_y);
  return {adapt(data.X), needs_y ? OptionalTarget(Target(data.y)) : std::nullopt};
}

void fit(Estimator& estimator, const Features& X, const OptionalTarget& y,
         const FitContext& context) {
  switch (estimator.role()) {
    case RoleKind::transformer:
      y ? as<Transformer>(estimator).fit(X, *y, context)
        : as<Transformer>(estimator).fit(X, context);
      return;
    case RoleKind::classifier:
      as<Classifier>(estimator).fit(X, y.value(), context);
      return;
    case RoleKind::regressor:
      as<Regressor>(estimator).fit(X, y.value(), context);
      return;
    case RoleKind::clusterer:
      as<Clusterer>(estimator).fit(X, context);
      return;
    case RoleKind::outlier_detector:
      as<OutlierDetector>(estimator).fit(X, context);
      return;
    case RoleKind::other:
      throw NotSupported(std::string(estimator.class_name()) + " has no role");
  }
}

double score(const Estimator& estimator, const Features& X, const Target& y) {
  return estimator.role() == RoleKind::classifier ? as<Classifier>(estimator).score(X, y)
                                                  : as<Regressor>(estimator).score(X, y);
}

std::vector<Method> methods(const Estimator& estimator) {
  using E = Estimator;
  const Method labels{"predict", [](const E& e, const Features& X) {
                        return e.role() == RoleKind::classifier
                                   ? column_of(as<Classifier>(e).predict(X))
                               : e.role() == RoleKind::clusterer
                                   ? column_of(as<Clusterer>(e).predict(X))
                                   : column_of(as<OutlierDetector>(e).predict(X));
                      }};
  switch (estimator.role()) {
    case RoleKind::transformer:
      return {{"transform",
               [](const E& e, const Features& X) { return as<Transformer>(e).transform(X); }}};
    case RoleKind::regressor:
      return {{"predict", [](const E& e, const Features& X) -> Features {
                 return as<Regressor>(e).predict_multi(X);
               }}};
    case RoleKind::classifier: {
      std::vector<Method> result{labels};
      if (as<Classifier>(estimator).has_predict_proba())
        result.push_back({"predict_proba", [](const E& e, const Features& X) -> Features {
                            return as<Classifier>(e).predict_proba(X);
                          }});
      if (as<Classifier>(estimator).has_decision_function())
        result.push_back({"decision_function", [](const E& e, const Features& X) -> Features {
                            return as<Classifier>(e).decision_function(X);
                          }});
      return result;
    }
    case RoleKind::clusterer:
      if (estimator.fitted() && !predicts_new_rows(as<Clusterer>(estimator))) return {};
      return {labels};
    case RoleKind::outlier_detector:
      return {labels, {"decision_function", [](const E& e, const Features& X) {
                         return column_of(as<OutlierDetector>(e).decision_function(X));
                       }}};
    case RoleKind::other:
      break;
  }
  return {};
}

Outputs outputs(const Estimator& estimator, const Features& X) {
  Outputs result;
  for (const Method& method : methods(estimator))
    result.push_back({method.name, method.call(estimator, X).owned()});
  if (estimator.role() == RoleKind::clusterer)
    result.push_back({"labels", column_of(as<Clusterer>(estimator).labels())});
  return result;
}

Outputs take(const Outputs& outputs, std::span<const Index> rows) {
  Outputs result;
  for (const Output& output : outputs) result.push_back({output.method, output.value.take(rows)});
  return result;
}

std::vector<std::string> column_names(Index n) {
  constexpr std::array<std::string_view, 6> words{"first",  "second", "third",
                                                  "fourth", "fifth",  "sixth"};
  std::vector<std::string> names;
  for (Index j = 0; j < n; ++j) {
    const auto k = static_cast<std::size_t>(j);
    names.push_back(k < words.size() ? std::string(words[k]) : "column" + std::to_string(j));
  }
  return names;
}

DataFrame table_of(const Matrix& X) { return DataFrame::from_matrix(X, column_names(X.cols())); }

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <espalier/datasets/make_blobs.hpp>
#include <espalier/metrics/classification.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

void labels_are_consecutive(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Labels labels = as<Clusterer>(*e).labels();
  require(labels.size() == 120, fmt::format("labels() has {} entries for 120 rows", labels.size()));
  const Labels classes = encode_labels(labels).classes;
  require(classes[0] == 0 || classes[0] == -1, fmt::format("the first cluster is {}", classes[0]));
  for (Index k = 1; k < classes.size(); ++k)
    require(classes[k] == classes[k - 1] + 1,
            fmt::format("there is no cluster {}", classes[k - 1] + 1));
  if (!s.has_param("n_clusters")) return;
  const Value n_clusters = e->get_param("n_clusters");
  if (const auto* n = n_clusters.get_if<std::int64_t>())
    require(
        classes[classes.size() - 1] < *n,
        fmt::format("there is a cluster {} for n_clusters = {}", classes[classes.size() - 1], *n));
}

void training_rows_keep_their_labels(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  if (methods(*e).empty()) skip("only its training rows have a cluster");
  require(equal(as<Clusterer>(*e).predict(problem.X), as<Clusterer>(*e).labels()),
          "predict() of the training rows is not labels()");
}

void fit_predict_gives_the_labels(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.make();
  const Labels returned = as<Clusterer>(*e).fit_predict(problem.X);
  require(equal(returned, as<Clusterer>(*e).labels()), "fit_predict(X) is not labels()");
  require_same("fit_predict(X) and fit(X).labels()",
               difference(outputs(*e, problem.X), outputs(*s.fitted(problem), problem.X)));
}

double pairs(double n) { return n * (n - 1.0) / 2.0; }

/// The share of pairs of rows on which two groupings agree, 0 for chance and 1 for the same
/// grouping.
/// @see Hubert & Arabie, Journal of Classification 2 (1985) 193–218
double adjusted_rand(const Labels& a, const Labels& b) {
  const Matrix table = confusion_matrix(encode_labels(a).codes, encode_labels(b).codes);
  const auto sum_of_pairs = [](const auto& counts) { return counts.unaryExpr(&pairs).sum(); };
  const double both = sum_of_pairs(table);
  const double in_a = sum_of_pairs(Vector(table.rowwise().sum()));
  const double in_b = sum_of_pairs(Vector(table.colwise().sum().transpose()));
  const double chance = in_a * in_b / pairs(table.sum());
  const double most = 0.5 * (in_a + in_b);
  return most == chance ? 1.0 : (both - chance) / (most - chance);
}

void finds_blobs(const Subject& s) {
  const Blobs blobs = make_blobs({.n_samples = 300, .n_features = 2, .random_state = 2});
  const Matrix X = s.adapt(blobs.X);
  const double agreement = adjusted_rand(blobs.y, as<Clusterer>(*s.fitted(X, {})).labels());
  require(agreement > 0.4,
          fmt::format("on three round blobs its adjusted Rand index is {:.3f}", agreement));
}

void outliers_are_minus_one(const Subject& s) {
  Problem problem = s.problem({.classes = 1});
  problem.X.row(7).array() += 100.0;
  const auto e = s.fitted(problem);
  const auto& model = as<OutlierDetector>(*e);
  const Labels predicted = model.predict(problem.X);
  const Vector decision = model.decision_function(problem.X);
  require(predicted.size() == 120 && decision.size() == 120, "not one value a row");
  for (Index i = 0; i < 120; ++i)
    require(predicted[i] == (decision[i] >= 0.0 ? 1 : -1),
            "predict() is not 1 where decision_function is 0 or more, and −1 elsewhere");
  require((predicted.array() == 1).count() > 60, "most of one blob are outliers");
  if (!s.tags().poor_score) {
    require(predicted[7] == -1, "a row a hundred deviations away is no outlier");
    Index lowest = 0;
    decision.minCoeff(&lowest);
    require(lowest == 7, "a row a hundred deviations away has not the lowest decision_function");
  }
}

void fit_predict_is_fit_then_predict(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.make();
  require(equal(as<OutlierDetector>(*e).fit_predict(problem.X),
                as<OutlierDetector>(*s.fitted(problem)).predict(problem.X)),
          "fit_predict(X) is not fit(X).predict(X)");
}

}  // namespace

Checks unsupervised_checks() {
  const auto finds = [](const Subject& s) { return is_clusterer(s) && !s.tags().poor_score; };
  return {
      {"labels_are_consecutive",
       "labels() has an entry a row: 0, 1, … below n_clusters, and −1 for noise", is_clusterer,
       labels_are_consecutive},
      {"training_rows_keep_their_labels", "predict(), where it exists, gives labels() again",
       is_clusterer, training_rows_keep_their_labels},
      {"fit_predict_gives_the_labels", "fit_predict(X) is fit(X).labels()", is_clusterer,
       fit_predict_gives_the_labels},
      {"finds_blobs", "on round blobs the adjusted Rand index is above 0.4 (unless poor_score)",
       finds, finds_blobs},
      {"outliers_are_minus_one",
       "predict() is the sign of decision_function; far rows are outliers", is_detector,
       outliers_are_minus_one},
      {"fit_predict_is_fit_then_predict", "fit_predict(X) is fit(X).predict(X)", is_detector,
       fit_predict_is_fit_then_predict},
  };
}

}  // namespace espalier::detail::kit

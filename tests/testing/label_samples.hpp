// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// samples.hpp for the roles whose outputs are labels: classifiers, clusterers, outlier detectors.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "testing/samples.hpp"

namespace espalier::samples {

// A classifier: the class whose mean is nearest.

struct CentroidsParams {
  std::optional<std::map<int, double>> class_weight = {};
  static constexpr auto fields() {
    return Fields{
        field("class_weight", &CentroidsParams::class_weight, "how much the classes count")};
  }
};

struct CentroidsState {
  Labels classes;
  Matrix means;   // k × p
  Vector priors;  // k
  static constexpr auto fields() {
    using S = CentroidsState;
    return Fields{field("classes", &S::classes), field("means", &S::means),
                  field("priors", &S::priors)};
  }
  void check(const Schema& schema) const {
    if (means.rows() != classes.size() || priors.size() != classes.size() ||
        means.cols() != schema.n_features)
      throw FormatError("Centroids: shapes do not fit together");
  }
};

template <Fault fault>
class Centroids : public Implements<Centroids<fault>, Classifier, CentroidsParams, CentroidsState> {
  using Base = Implements<Centroids<fault>, Classifier, CentroidsParams, CentroidsState>;
  static constexpr bool decides = fault == Fault::two_decision_columns;

 public:
  using Base::Base;
  static constexpr std::string_view type_name = "SampleCentroids";

  bool has_decisions() const { return decides; }

 private:
  friend Base;
  CentroidsState do_fit(const Features& X, const Labels& y, const FitContext&) const {
    const EncodedLabels encoded = encode_labels(y);
    const Index k = encoded.classes.size();
    CentroidsState state{encoded.classes, Matrix::Zero(k, X.cols()), Vector::Zero(k)};
    for (Index i = 0; i < y.size(); ++i) {
      state.means.row(encoded.codes[i]) += X.dense().row(i);
      state.priors[encoded.codes[i]] += 1.0;
    }
    state.means = state.priors.cwiseInverse().asDiagonal() * state.means;
    if (fault == Fault::drops_rare_classes) drop_rare(state);
    for (Index c = 0; c < state.classes.size(); ++c) state.priors[c] *= weight_of(state.classes[c]);
    return state;
  }
  static void drop_rare(CentroidsState& state) {
    std::vector<Index> kept;
    for (Index c = 0; c < state.classes.size(); ++c)
      if (state.priors[c] >= 5.0 || state.priors.sum() < 20.0) kept.push_back(c);
    state = {state.classes(kept), state.means(kept, Eigen::all), state.priors(kept)};
  }
  double weight_of(int label) const {
    const auto& weights = this->params().class_weight;
    if (!weights || fault == Fault::ignores_class_weight) return 1.0;
    const auto found = weights->find(label);
    return found == weights->end() ? 1.0 : found->second;
  }
  Matrix do_predict_proba(const CentroidsState& state, const Features& X) const {
    Matrix scores = log_scores(state, X);
    if (fault != Fault::has_no_probabilities_far_away)
      scores.colwise() -= scores.rowwise().maxCoeff().eval();
    Matrix proba = scores.unaryExpr([](double v) { return std::exp(v); });
    proba.array().colwise() /= proba.rowwise().sum().eval().array();
    if (fault == Fault::probabilities_do_not_sum_to_one) proba *= 0.5;
    return proba;
  }
  Matrix do_decision_function(const CentroidsState& state, const Features& X) const {
    return do_predict_proba(state, X);
  }
  Labels do_predict(const CentroidsState& state, const Features& X) const {
    const Matrix proba = do_predict_proba(state, X);
    Labels result(X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      Index best = 0;
      fault == Fault::predicts_the_least_probable ? proba.row(i).minCoeff(&best)
                                                  : proba.row(i).maxCoeff(&best);
      result[i] = fault == Fault::predicts_codes ? static_cast<int>(best) : state.classes[best];
      if (fault == Fault::invents_a_label_far_away && X.dense()(i, 0) > 1000.0) result[i] = -99;
    }
    return result;
  }
  Matrix log_scores(const CentroidsState& state, const Features& X) const {
    Matrix scores(X.rows(), state.classes.size());
    for (Index k = 0; k < scores.cols(); ++k)
      scores.col(k) =
          std::log(state.priors[k]) -
          0.001 * (X.dense().rowwise() - state.means.row(k)).rowwise().squaredNorm().array();
    return scores;
  }
};

// A clusterer: k-means from centres that are far apart.

struct CentresParams {
  int n_clusters = 3;
  static constexpr auto fields() {
    return Fields{
        field("n_clusters", &CentresParams::n_clusters, at_least(1), "how many clusters")};
  }
};

struct CentresState {
  Labels labels;
  Matrix centres;  // k × p
  int n_iter = 0;
  static constexpr auto fields() {
    using S = CentresState;
    return Fields{field("labels", &S::labels), field("centres", &S::centres),
                  field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const {
    if (centres.rows() < 1 || centres.cols() != schema.n_features)
      throw FormatError("Centres: wrong shape");
  }
};

template <Fault fault>
class Centres : public Implements<Centres<fault>, Clusterer, CentresParams, CentresState> {
  using Base = Implements<Centres<fault>, Clusterer, CentresParams, CentresState>;

 public:
  using Base::Base;
  static constexpr std::string_view type_name = "SampleCentres";

 private:
  friend Base;
  CentresState do_fit(const Features& X, const FitContext& context) const {
    const MatrixView data = X.dense();
    const Index k = this->params().n_clusters + (fault == Fault::finds_one_too_many ? 1 : 0);
    if (data.rows() < k) throw InvalidInput("SampleCentres: fewer samples than clusters");
    CentresState state{{}, farthest(data, k), 0};
    for (state.n_iter = 1; state.n_iter <= 10; ++state.n_iter) {
      state.labels = do_predict(state, X);
      for (Index c = 0; c < k; ++c) {
        Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(data.cols());
        double count = 0.0;
        for (Index i = 0; i < data.rows(); ++i)
          if (state.labels[i] == c) sum += data.row(i), count += 1.0;
        if (count > 0.0) state.centres.row(c) = sum / count;
      }
      context.report({.task = type_name, .iteration = state.n_iter, .total = 10});
    }
    state.labels = do_predict(state, X);
    if (fault == Fault::skips_a_label) state.labels = state.labels.array() * 2;
    if (fault == Fault::finds_nothing) state.labels.setZero();
    if (fault == Fault::predicts_other_labels)
      state.labels =
          state.labels.unaryExpr([](int label) { return label < 2 ? 1 - label : label; });
    return state;
  }
  static Matrix farthest(const MatrixView& data, Index k) {
    Matrix centres(k, data.cols());
    Vector distance = Vector::Constant(data.rows(), infinity);
    Index next = 0;
    for (Index c = 0; c < k; ++c) {
      centres.row(c) = data.row(next);
      distance = distance.cwiseMin((data.rowwise() - centres.row(c)).rowwise().squaredNorm());
      distance.maxCoeff(&next);
    }
    return centres;
  }
  Labels do_predict(const CentresState& state, const Features& X) const {
    Labels result(X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      Index best = 0;
      (state.centres.rowwise() - X.dense().row(i)).rowwise().squaredNorm().minCoeff(&best);
      result[i] = static_cast<int>(best);
    }
    return result;
  }
};

// An outlier detector: far from the mean in units of the deviation.

struct DistanceParams {
  double threshold = 4.0;
  static constexpr auto fields() {
    return Fields{field("threshold", &DistanceParams::threshold, above(0.0),
                        "deviations of an inlier at most")};
  }
};

struct DistanceState {
  Vector mean;
  Vector deviation;
  double threshold = 0.0;
  static constexpr auto fields() {
    using S = DistanceState;
    return Fields{field("mean", &S::mean), field("deviation", &S::deviation),
                  field("threshold", &S::threshold)};
  }
  void check(const Schema& schema) const {
    if (mean.size() != schema.n_features || deviation.size() != mean.size())
      throw FormatError("Distance: lengths");
  }
};

template <Fault fault>
class Distance
    : public Implements<Distance<fault>, OutlierDetector, DistanceParams, DistanceState> {
  using Base = Implements<Distance<fault>, OutlierDetector, DistanceParams, DistanceState>;

 public:
  using Base::Base;
  static constexpr std::string_view type_name = "SampleDistance";

 private:
  friend Base;
  DistanceState do_fit(const Features& X, const FitContext&) const {
    const Vector mean = X.dense().colwise().mean().transpose();
    const Vector var = (X.dense().rowwise() - mean.transpose()).colwise().squaredNorm().transpose();
    const Vector deviation = (var / static_cast<double>(X.rows())).cwiseSqrt();
    return {mean, deviation.unaryExpr([](double d) { return d > 0.0 ? d : 1.0; }),
            this->params().threshold};
  }
  Vector do_decision_function(const DistanceState& state, const Features& X) const {
    const Matrix z = (X.dense().rowwise() - state.mean.transpose()) *
                     state.deviation.cwiseInverse().asDiagonal();
    if (fault == Fault::everything_is_an_outlier) return Vector::Constant(X.rows(), -1.0);
    return state.threshold - z.rowwise().norm().array();
  }
};

}  // namespace espalier::samples

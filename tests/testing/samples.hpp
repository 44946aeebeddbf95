// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Small estimators of every role, each sound with Fault::none and broken in one way with any
/// other: what the conformance kit must accept and find.
#pragma once

#include <atomic>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <Eigen/Cholesky>

#include <espalier/core/implements.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier::samples {

enum class Fault {
  none,
  // of any role, shown on Linear
  writes_parameters,
  counts_calls,
  depends_on_threads,
  ignores_weights,
  trusts_files,
  centres_batches,
  writes_input,
  remembers_an_earlier_fit,
  keeps_the_training_data,
  throws_foreign_errors,
  never_reports,
  ignores_the_stop_token,
  swallows_callback_errors,
  refuses_negative_values,
  refuses_negative_targets,
  draws_without_seed,
  undocumented_parameter,
  differs_for_sparse,
  claims_multi_output,
  accepts_any_validation_set,
  // of transformers, shown on Scale
  too_few_names,
  names_twice,
  drops_rows,
  wrong_inverse,
  // of classifiers, shown on Centroids
  probabilities_do_not_sum_to_one,
  predicts_codes,
  predicts_the_least_probable,
  two_decision_columns,
  ignores_class_weight,
  // of clusterers, shown on Centres
  skips_a_label,
  finds_nothing,
  // of outlier detectors, shown on Distance
  everything_is_an_outlier,
};

inline std::atomic<int> calls{0};

inline Vector weights_or_ones(const FitContext& context, Index n) {
  return context.has_weights() ? context.sample_weight : Vector::Ones(n);
}

// A regressor: least squares with a small penalty, in `n_iter` identical steps.

template <Fault fault>
struct LinearParams {
  double alpha = 1e-3;
  int steps = 2;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = LinearParams;
    constexpr bool documented = fault != Fault::undocumented_parameter;
    return std::tuple{
        field("alpha", &P::alpha, at_least(0.0), documented ? "the penalty" : ""),
        field("steps", &P::steps, at_least(1), "how often it solves the same problem"),
        field("random_state", &P::random_state, at_least(0), "not used")};
  }
};

template <Fault fault>
struct LinearState {
  std::vector<double> coef;
  double intercept = 0.0;
  int n_iter = 0;

  static constexpr auto fields() {
    using S = LinearState;
    return std::tuple{field("coef", &S::coef), field("intercept", &S::intercept),
                      field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const {
    if (fault == Fault::trusts_files) return;
    if (static_cast<Index>(coef.size()) != schema.n_features)
      throw FormatError("Linear: coef has another length");
    if (n_iter < 1) throw FormatError("Linear: n_iter is not positive");
  }
};

template <Fault fault>
class Linear
    : public Implements<Linear<fault>, Regressor, LinearParams<fault>, LinearState<fault>> {
  using Base = Implements<Linear<fault>, Regressor, LinearParams<fault>, LinearState<fault>>;

 public:
  using Base::Base;
  using State = LinearState<fault>;
  static constexpr std::string_view type_name = "SampleLinear";
  static constexpr Tags tags{.sparse = fault == Fault::differs_for_sparse,
                             .sample_weight = true,
                             .validation_set = fault == Fault::accepts_any_validation_set,
                             .multi_output = fault == Fault::claims_multi_output};

 private:
  friend Base;

  State do_fit(const Features& given, const Vector& y, const FitContext& context) const {
    const Matrix X = given.to_matrix();
    if (fault == Fault::writes_parameters) const_cast<Linear*>(this)->params().alpha = 2e-3;
    if (fault == Fault::writes_input) const_cast<double*>(given.dense().data())[0] = 0.0;
    if (fault == Fault::throws_foreign_errors && X.rows() == 1) throw std::logic_error("one row");
    if (fault == Fault::refuses_negative_values && (X.array() < 0.0).any())
      throw InvalidInput("a negative value");
    if (fault == Fault::refuses_negative_targets && (y.array() == -1.0).any())
      throw InvalidInput("a negative target");
    const bool weighted = fault != Fault::ignores_weights;
    const Vector w = weighted ? weights_or_ones(context, X.rows()) : Vector::Ones(X.rows());
    State state;
    for (state.n_iter = 1; state.n_iter <= this->params().steps; ++state.n_iter) {
      solve(X, y, w, state);
      if (fault != Fault::never_reports) report(context, state.n_iter);
    }
    state.n_iter = this->params().steps;
    if (fault == Fault::depends_on_threads && X.rows() > 10'000)
      state.intercept += 1e-13 * max_threads();
    if (fault == Fault::draws_without_seed) state.intercept += 1e-9 * ++calls;
    if (fault == Fault::remembers_an_earlier_fit) state.intercept += before_++;
    if (fault == Fault::differs_for_sparse && given.is_sparse()) state.intercept = 0.0;
    training_ = given.is_dense() ? given.dense().data() : nullptr;
    return state;
  }

  void report(const FitContext& context, Index iteration) const {
    FitContext passed = context;
    if (fault == Fault::ignores_the_stop_token) passed.stop = {};
    try {
      passed.report({.task = type_name, .iteration = iteration, .total = this->params().steps});
    } catch (...) {
      if (fault != Fault::swallows_callback_errors) throw;
    }
  }

  void solve(const Matrix& X, const Vector& y, const Vector& w, State& state) const {
    const Eigen::RowVectorXd mean = (w.transpose() * X) / w.sum();
    const double y_mean = w.dot(y) / w.sum();
    const Matrix centred = X.rowwise() - mean;
    Matrix A = centred.transpose() * w.asDiagonal() * centred;
    A.diagonal().array() += this->params().alpha + 1e-9;
    const Vector coef =
        A.llt().solve(centred.transpose() * (w.array() * (y.array() - y_mean)).matrix());
    state.coef.assign(coef.begin(), coef.end());
    state.intercept = y_mean - mean.dot(coef);
  }

  Vector do_predict(const State& state, const Features& given) const {
    Matrix X = given.to_matrix();
    if (fault == Fault::centres_batches) X.rowwise() -= X.colwise().mean().eval();
    Vector result = Vector::Constant(X.rows(), state.intercept);
    for (Index j = 0; j < X.cols(); ++j)
      result += state.coef.at(static_cast<std::size_t>(j)) * X.col(j);
    if (fault == Fault::counts_calls) result.array() += 1e-9 * ++calls;
    if (fault == Fault::keeps_the_training_data && training_ != nullptr)
      result.array() += *training_;
    return result;
  }

  mutable double before_ = 0.0;
  mutable const double* training_ = nullptr;
};

// A transformer: divides each column by its largest absolute value.

struct ScaleParams {
  bool enabled = true;
  static constexpr auto fields() {
    return std::tuple{field("enabled", &ScaleParams::enabled, "else it does nothing")};
  }
};

struct ScaleState {
  Vector scale;
  static constexpr auto fields() { return std::tuple{field("scale", &ScaleState::scale)}; }
  void check(const Schema& schema) const {
    if (scale.size() != schema.n_features) throw FormatError("Scale: scale has another length");
  }
};

template <Fault fault>
class Scale : public Implements<Scale<fault>, Transformer, ScaleParams, ScaleState> {
  using Base = Implements<Scale<fault>, Transformer, ScaleParams, ScaleState>;

 public:
  using Base::Base;
  static constexpr std::string_view type_name = "SampleScale";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Base;
  ScaleState do_fit(const Features& X, const FitContext&) const {
    Vector scale = X.dense().cwiseAbs().colwise().maxCoeff().transpose();
    if (!this->params().enabled) scale.setOnes();
    return {scale.unaryExpr([](double v) { return v > 0.0 ? v : 1.0; })};
  }
  Features do_transform(const ScaleState& state, const Features& X) const {
    const Index rows = fault == Fault::drops_rows ? std::max<Index>(1, X.rows() - 1) : X.rows();
    return Matrix(X.dense().topRows(rows) * state.scale.cwiseInverse().asDiagonal());
  }
  Features do_inverse_transform(const ScaleState& state, const Features& X) const {
    if (fault == Fault::wrong_inverse)
      return Matrix(X.to_matrix() * state.scale.cwiseInverse().asDiagonal());
    return Matrix(X.to_matrix() * state.scale.asDiagonal());
  }
  std::vector<std::string> do_feature_names_out(const ScaleState&, const Schema& schema) const {
    std::vector<std::string> names = schema.names_or_default();
    if (fault == Fault::too_few_names) names.pop_back();
    if (fault == Fault::names_twice) names.assign(names.size(), names.front());
    return names;
  }
};

// A classifier: the class whose mean is nearest.

struct CentroidsParams {
  std::optional<std::map<int, double>> class_weight = {};
  static constexpr auto fields() {
    return std::tuple{
        field("class_weight", &CentroidsParams::class_weight, "how much the classes count")};
  }
};

struct CentroidsState {
  Labels classes;
  Matrix means;   // k × p
  Vector priors;  // k
  static constexpr auto fields() {
    using S = CentroidsState;
    return std::tuple{field("classes", &S::classes), field("means", &S::means),
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
    for (Index c = 0; c < k; ++c) state.priors[c] *= weight_of(encoded.classes[c]);
    return state;
  }
  double weight_of(int label) const {
    const auto& weights = this->params().class_weight;
    if (!weights || fault == Fault::ignores_class_weight) return 1.0;
    const auto found = weights->find(label);
    return found == weights->end() ? 1.0 : found->second;
  }
  Matrix do_predict_proba(const CentroidsState& state, const Features& X) const {
    Matrix scores = log_scores(state, X);
    scores.colwise() -= scores.rowwise().maxCoeff().eval();
    Matrix proba = scores.array().exp();
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
    return std::tuple{
        field("n_clusters", &CentresParams::n_clusters, at_least(1), "how many clusters")};
  }
};

struct CentresState {
  Labels labels;
  Matrix centres;  // k × p
  int n_iter = 0;
  static constexpr auto fields() {
    using S = CentresState;
    return std::tuple{field("labels", &S::labels), field("centres", &S::centres),
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
    const Index k = this->params().n_clusters;
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
    return std::tuple{field("threshold", &DistanceParams::threshold, above(0.0),
                            "deviations of an inlier at most")};
  }
};

struct DistanceState {
  Vector mean;
  Vector deviation;
  double threshold = 0.0;
  static constexpr auto fields() {
    using S = DistanceState;
    return std::tuple{field("mean", &S::mean), field("deviation", &S::deviation),
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

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Small estimators of every role, each sound with Fault::none and broken in one way with any
/// other: what the conformance kit must accept and find.
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
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
  remembers_an_earlier_fit_of_the_same_width,
  hides_a_parameter,
  forgets_what_replaces_nan,
  predicts_nan_for_nan,
  starts_a_thread,
  divides_by_the_deviation_of_y,
  is_dirty_before_its_last_report,
  // of several outputs, shown on Several
  copies_the_first_output,
  predicts_the_mean_of_the_outputs,
  // of transformers, shown on Scale
  too_few_names,
  names_twice,
  drops_rows,
  wrong_inverse,
  leaves_nan,
  is_dirty_when_it_refuses,
  // of classifiers, shown on Centroids
  probabilities_do_not_sum_to_one,
  predicts_codes,
  predicts_the_least_probable,
  two_decision_columns,
  ignores_class_weight,
  invents_a_label_far_away,
  has_no_probabilities_far_away,
  drops_rare_classes,
  // of clusterers, shown on Centres
  skips_a_label,
  finds_nothing,
  finds_one_too_many,
  predicts_other_labels,
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
  double hidden = 0.0;

  static constexpr auto fields() {
    using P = LinearParams;
    constexpr bool documented = fault != Fault::undocumented_parameter;
    return Fields{field("alpha", &P::alpha, at_least(0.0), documented ? "the penalty" : ""),
                  field("steps", &P::steps, at_least(1), "how often it solves the same problem"),
                  field("random_state", &P::random_state, at_least(0), "not used")};
  }
};

template <Fault fault>
struct LinearState {
  std::vector<double> coef;
  double intercept = 0.0;
  int n_iter = 0;
  double for_nan = 0.0;  // of no use to a sound one

  static constexpr auto fields() {
    using S = LinearState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
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
  static constexpr Tags tags{.allow_nan = fault == Fault::forgets_what_replaces_nan ||
                                          fault == Fault::predicts_nan_for_nan,
                             .sparse = fault == Fault::differs_for_sparse,
                             .sample_weight = true,
                             .validation_set = fault == Fault::accepts_any_validation_set,
                             .multi_output = fault == Fault::claims_multi_output};

 private:
  friend Base;

  State do_fit(const Features& given, const Vector& y, const FitContext& context) const {
    const Matrix X = without_nan(given.to_matrix(), 1.0);
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
      if (fault == Fault::is_dirty_before_its_last_report && state.n_iter == this->params().steps)
        dirty_ = state.intercept;
      if (fault != Fault::never_reports) report(context, state.n_iter);
    }
    state.n_iter = this->params().steps;
    if (fault == Fault::depends_on_threads && X.rows() > 10'000)
      state.intercept += 1e-13 * max_threads();
    if (fault == Fault::draws_without_seed) state.intercept += 1e-9 * ++calls;
    if (fault == Fault::remembers_an_earlier_fit) state.intercept += before_++;
    if (fault == Fault::remembers_an_earlier_fit_of_the_same_width) {
      if (first_.coef.size() == state.coef.size())
        state = first_;
      else
        first_ = state;
    }
    if (fault == Fault::hides_a_parameter) state.intercept += this->params().hidden;
    if (fault == Fault::forgets_what_replaces_nan) state.for_nan = 1.0;
    if (fault == Fault::starts_a_thread)
      std::thread([] { std::this_thread::sleep_for(std::chrono::microseconds(200)); }).join();
    if (fault == Fault::divides_by_the_deviation_of_y)
      state.intercept *= deviation(y) / deviation(y);
    if (fault == Fault::differs_for_sparse && given.is_sparse()) state.intercept = 0.0;
    training_ = given.is_dense() ? given.dense().data() : nullptr;
    return state;
  }

  static Matrix without_nan(const Matrix& X, double replacement) {
    return X.unaryExpr([&](double v) { return std::isnan(v) ? replacement : v; });
  }
  static double deviation(const Vector& y) { return (y.array() - y.mean()).matrix().norm(); }

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
    if (fault != Fault::predicts_nan_for_nan) X = without_nan(X, state.for_nan);
    if (fault == Fault::centres_batches) X.rowwise() -= X.colwise().mean().eval();
    Vector result = Vector::Constant(X.rows(), dirty_.value_or(state.intercept));
    for (Index j = 0; j < X.cols(); ++j)
      result += state.coef.at(static_cast<std::size_t>(j)) * X.col(j);
    if (fault == Fault::counts_calls) result.array() += 1e-9 * ++calls;
    if (fault == Fault::keeps_the_training_data && training_ != nullptr)
      result.array() += *training_;
    return result;
  }

  mutable double before_ = 0.0;
  mutable State first_;
  mutable std::optional<double> dirty_;
  mutable const double* training_ = nullptr;
};

// A regressor of several outputs: Linear for each of them.

struct SeveralState {
  Matrix coef;  // p × outputs
  Vector intercept;
  static constexpr auto fields() {
    return Fields{field("coef", &SeveralState::coef), field("intercept", &SeveralState::intercept)};
  }
  void check(const Schema& schema) const {
    if (coef.rows() != schema.n_features || coef.cols() != intercept.size() || coef.cols() < 1)
      throw FormatError("Several: the shapes do not fit together");
  }
};

template <Fault fault>
class Several
    : public Implements<Several<fault>, Regressor, LinearParams<Fault::none>, SeveralState> {
  using Base = Implements<Several<fault>, Regressor, LinearParams<Fault::none>, SeveralState>;

 public:
  using Base::Base;
  static constexpr std::string_view type_name = "SampleSeveral";
  static constexpr Tags tags{.multi_output = true};

 private:
  friend Base;
  SeveralState do_fit(const Features& X, const Matrix& y, const FitContext&) const {
    SeveralState state{Matrix(X.cols(), y.cols()), Vector(y.cols())};
    for (Index k = 0; k < y.cols(); ++k) {
      const Index from = fault == Fault::copies_the_first_output ? 0 : k;
      Vector one = y.col(from);
      if (fault == Fault::predicts_the_mean_of_the_outputs) one = y.rowwise().mean();
      const auto linear = Linear<Fault::none>(this->params()).fit(X, one);
      state.coef.col(k) = Vector::Map(linear.state().coef.data(), X.cols());
      state.intercept[k] = linear.state().intercept;
    }
    return state;
  }
  Matrix do_predict(const SeveralState& state, const Features& X) const {
    Matrix result = state.intercept.transpose().replicate(X.rows(), 1);
    for (Index j = 0; j < X.cols(); ++j) result += X.dense().col(j) * state.coef.row(j);
    return result;
  }
};

// A transformer: divides each column by its largest absolute value.

struct ScaleParams {
  bool enabled = true;
  static constexpr auto fields() {
    return Fields{field("enabled", &ScaleParams::enabled, "else it does nothing")};
  }
};

struct ScaleState {
  Vector scale;
  static constexpr auto fields() { return Fields{field("scale", &ScaleState::scale)}; }
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
  static constexpr Tags tags{.allow_nan = fault == Fault::leaves_nan, .requires_y = false};

 private:
  friend Base;
  ScaleState do_fit(const Features& X, const FitContext&) const {
    const auto size = [](double v) { return std::isnan(v) ? 0.0 : std::abs(v); };
    Vector scale = X.dense().unaryExpr(size).colwise().maxCoeff().transpose();
    if (!this->params().enabled) scale.setOnes();
    scale = scale.unaryExpr([](double v) { return v > 0.0 ? v : 1.0; }).eval();
    if (fault == Fault::is_dirty_when_it_refuses) dirty_ = scale;
    if (fault == Fault::is_dirty_when_it_refuses && scale.maxCoeff() > 1e8)
      throw InvalidInput("SampleScale: too large");
    return {scale};
  }
  Features do_transform(const ScaleState& state, const Features& X) const {
    const Index rows = fault == Fault::drops_rows ? std::max<Index>(1, X.rows() - 1) : X.rows();
    const Vector& scale = dirty_.size() > 0 ? dirty_ : state.scale;
    return Matrix(X.dense().topRows(rows) * scale.cwiseInverse().asDiagonal());
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

  mutable Vector dirty_;
};

}  // namespace espalier::samples

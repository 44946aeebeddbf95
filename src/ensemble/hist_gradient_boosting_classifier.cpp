// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "ensemble/hist_gradient_boosting/fit.hpp"
#include "ensemble/hist_gradient_boosting/reading.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = HistGradientBoostingClassifier::type_name;

/// Labels of a validation target in terms of the training target: by text where both have class
/// names.
Labels matched_labels(const Target& y, const Target& train) {
  const Labels& labels = y.labels();
  if (y.class_names().empty() || train.class_names().empty()) return labels;
  const std::vector<std::string>& known = train.class_names();
  return labels.unaryExpr([&](int label) {
    const std::string& text = y.class_names().at(static_cast<std::size_t>(label));
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end())
      throw InvalidInput(fmt::format(
          "{}: the validation set has the class '{}', which y does not contain.", name, text));
    return static_cast<int>(found - known.begin());
  });
}

/// Positions of the labels in `classes`.
Vector codes_of(const Labels& labels, const Labels& classes) {
  Vector codes(labels.size());
  for (Index i = 0; i < labels.size(); ++i) {
    const auto found = std::lower_bound(classes.begin(), classes.end(), labels[i]);
    if (found == classes.end() || *found != labels[i])
      throw InvalidInput(fmt::format(
          "{}: the validation set has the class {}, which y does not contain.", name, labels[i]));
    codes[i] = static_cast<double>(found - classes.begin());
  }
  return codes;
}

/// Sample weights times class weights; empty when both are absent. The classes are balanced by
/// their numbers of rows, not by their weights.
Vector row_weights(const ClassWeight& class_weight, const EncodedLabels& y,
                   const std::vector<std::string>& class_names, const Vector& sample_weight) {
  if (class_weight.is_none()) return sample_weight;
  const Vector by_class =
      class_weighted(class_weight, y, {}, name, detail::names_of_classes(y.classes, class_names));
  return sample_weight.size() > 0 ? Vector(by_class.cwiseProduct(sample_weight)) : by_class;
}

Index outputs_for(const Labels& classes) { return classes.size() == 2 ? 1 : classes.size(); }

/// From raw values to one probability a class. `n_classes` above 2 have as many raw values.
void to_probabilities(const double* raw, Index n_classes, double* out) {
  if (n_classes == 2) {
    out[1] = HalfBinomial::inverse_link(raw[0]);
    out[0] = 1.0 - out[1];
    return;
  }
  const auto k = static_cast<std::size_t>(n_classes);
  HalfMultinomial::inverse_link({raw, k}, {out, k});
}

/// The same for all rows: n × classes.
Matrix probabilities_of(const Matrix& raw) {
  const Index n = raw.rows();
  const Index n_classes = raw.cols() == 1 ? 2 : raw.cols();
  Matrix proba(n, n_classes);
  parallel_for_blocks(Blocks{n, 4096}, 20.0 * static_cast<double>(n * n_classes),
                      [&](Index begin, Index end) {
                        Vector row(raw.cols()), probabilities(n_classes);
                        for (Index i = begin; i < end; ++i) {
                          row = raw.row(i);
                          to_probabilities(row.data(), n_classes, probabilities.data());
                          proba.row(i) = probabilities;
                        }
                      });
  return proba;
}

/// Every class of the fit before is there again. (That there is no other one was seen to.)
void check_same_classes(const Labels& before, const Labels& now) {
  for (const int label : before)
    if (std::find(now.begin(), now.end(), label) == now.end())
      throw InvalidInput(
          fmt::format("{}: y lacks the class {}, which the fit that warm_start goes on from had.",
                      name, label));
}

/// Codes and raw predictions as scorers see them.
hgb::ScorerView scorer_view(const Labels& classes) {
  return {[classes](const Matrix& raw) {
            return Predictions::of_classifier(classes, raw, probabilities_of(raw));
          },
          [classes](const Vector& codes) {
            return Target(Labels(
                codes.unaryExpr([&](double code) { return classes[static_cast<Index>(code)]; })));
          }};
}

class ClassifierRow : public hgb::BoostedRow {
 public:
  using BoostedRow::BoostedRow;
  bool has_probabilities() const noexcept override { return true; }
  bool probabilities(const double* raw, double* out) const noexcept override {
    to_probabilities(raw, outputs() == 1 ? 2 : outputs(), out);
    return true;
  }
};

}  // namespace

void HistGradientBoostingClassifierState::check(const Schema& schema) const {
  if (classes.size() < 2)
    throw FormatError("HistGradientBoostingClassifier: there are less than two classes");
  HistGradientBoostingState::check(schema, outputs_for(classes));
}

void HistGradientBoostingClassifier::do_validate() const {
  hgb::check_stopping(hgb::fit_options(params(), role_kind, type_name), role_kind);
}

HistGradientBoostingClassifierState HistGradientBoostingClassifier::do_fit(
    const Features& X, const Target& y, const FitContext& context, const State* previous) const {
  EncodedLabels encoded = encode_labels(y.labels());
  if (encoded.classes.size() < 2)
    throw InvalidInput(fmt::format("{}: y has only one class, {}; at least two are needed.", name,
                                   encoded.classes[0]));
  if (encoded.classes.size() > 2 && !params().monotonic_cst.is_none())
    throw InvalidInput(fmt::format(
        "{}: monotonic_cst is not supported for multiclass classification, but y has {} classes.",
        name, encoded.classes.size()));
  if (previous != nullptr) check_same_classes(previous->classes, encoded.classes);
  hgb::FitProblem problem;
  problem.targets = {
      encoded.codes.cast<double>(),
      row_weights(params().class_weight, encoded, y.class_names(), context.sample_weight)};
  encoded.codes = Labels();  // 4 bytes a row that training has no use for
  if (context.validation)
    problem.validation = {codes_of(matched_labels(context.validation->y, y), encoded.classes),
                          context.validation->sample_weight};
  problem.objective = hgb::make_log_loss_objective(encoded.classes.size());
  problem.view = scorer_view(encoded.classes);
  return {hgb::fit_state(X, problem, hgb::fit_options(params(), role_kind, type_name), context,
                         previous),
          encoded.classes};
}

Matrix HistGradientBoostingClassifier::do_decision_function(const State& state,
                                                            const Features& X) const {
  return hgb::predict_raw(state, X);
}

Matrix HistGradientBoostingClassifier::do_predict_proba(const State& state,
                                                        const Features& X) const {
  return probabilities_of(hgb::predict_raw(state, X));
}

Eigen::MatrixXi HistGradientBoostingClassifier::apply(const Features& X) const {
  return hgb::leaf_indices(state(), check_input(X));
}

void HistGradientBoostingClassifier::staged_predict(
    const Features& X, const std::function<void(Index, const Labels&)>& visit) const {
  staged_decision_function(X, [&](Index iteration, const Matrix& raw) {
    visit(iteration, detail::largest_column(raw, classes()));
  });
}

void HistGradientBoostingClassifier::staged_predict_proba(
    const Features& X, const std::function<void(Index, const Matrix&)>& visit) const {
  staged_decision_function(
      X, [&](Index iteration, const Matrix& raw) { visit(iteration, probabilities_of(raw)); });
}

void HistGradientBoostingClassifier::staged_decision_function(
    const Features& X, const std::function<void(Index, const Matrix&)>& visit) const {
  hgb::for_each_stage(state(), check_input(X), visit);
}

std::vector<Labels> HistGradientBoostingClassifier::staged_predict(const Features& X) const {
  std::vector<Labels> stages;
  staged_predict(X, [&](Index, const Labels& labels) { stages.push_back(labels); });
  return stages;
}

std::vector<Matrix> HistGradientBoostingClassifier::staged_predict_proba(const Features& X) const {
  std::vector<Matrix> stages;
  staged_predict_proba(X, [&](Index, const Matrix& proba) { stages.push_back(proba); });
  return stages;
}

std::vector<Matrix> HistGradientBoostingClassifier::staged_decision_function(
    const Features& X) const {
  std::vector<Matrix> stages;
  staged_decision_function(X, [&](Index, const Matrix& raw) { stages.push_back(raw); });
  return stages;
}

ShapValues HistGradientBoostingClassifier::shap_values(const Features& X) const {
  return hgb::shap_values(state(), check_input(X), schema().names_or_default());
}

void HistGradientBoostingClassifier::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(ClassifierRow(builder, state));
}

template class Implements<HistGradientBoostingClassifier, Classifier,
                          HistGradientBoostingClassifierParams,
                          HistGradientBoostingClassifierState>;

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/scorer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <espalier/core/errors.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/probability.hpp>
#include <espalier/metrics/ranking.hpp>
#include <espalier/metrics/regression.hpp>

#include "core/input_checks.hpp"

namespace espalier {
namespace {

// What rows are ranked by: decision values if there are any, else probabilities; for two classes
// one column, in which larger means `positive` (or the greater class).
Matrix ranking_scores(Predictions& p, std::optional<int> positive = {}) {
  const Classifier& classifier = p.classifier();
  const Labels& classes = classifier.classes();
  const Index last = classes.size() - 1;
  Index column = last;
  if (positive && classes.size() == 2) {
    if (*positive != classes[0] && *positive != classes[1])
      throw InvalidInput(
          fmt::format("class {}, which the scorer takes as positive, is not among the classes "
                      "{} and {} of {}",
                      *positive, classes[0], classes[1], classifier.to_string()));
    column = *positive == classes[0] ? 0 : 1;
  }
  if (classifier.has_decision_function()) {
    const Matrix& decisions = p.decisions();
    return column == 0 && last == 1 ? Matrix(-decisions) : decisions;
  }
  return classes.size() == 2 ? Matrix(p.probabilities().col(column)) : p.probabilities();
}

using Score = double (*)(Predictions&, const Target&, const Vector& weights);

using LabelScore = double (*)(const Eigen::Ref<const Labels>&, const Eigen::Ref<const Labels>&,
                              const PrecisionRecallOptions&);

template <LabelScore score, Average average>
double of_labels(Predictions& p, const Target& y, const Vector& w) {
  return score(p.classifier().align(y), p.labels(), {.average = average, .sample_weight = w});
}

template <MultiClass multi_class, Average average>
double of_pairs(Predictions& p, const Target& y, const Vector& w) {
  return roc_auc_score(p.classifier().align(y), p.probabilities(),
                       {.average = average,
                        .sample_weight = w,
                        .multi_class = multi_class,
                        .labels = p.classifier().classes()});
}

double accuracy(Predictions& p, const Target& y, const Vector& w) {
  return accuracy_score(p.classifier().align(y), p.labels(), {.sample_weight = w});
}

double balanced_accuracy(Predictions& p, const Target& y, const Vector& w) {
  return balanced_accuracy_score(p.classifier().align(y), p.labels(), {.sample_weight = w});
}

double roc_auc(Predictions& p, const Target& y, const Vector& w) {
  return roc_auc_score(p.classifier().align(y), ranking_scores(p), {.sample_weight = w});
}

double average_precision(Predictions& p, const Target& y, const Vector& w) {
  return average_precision_score(p.classifier().align(y), ranking_scores(p, 1),
                                 {.sample_weight = w});
}

double neg_log_loss(Predictions& p, const Target& y, const Vector& w) {
  return -log_loss(p.classifier().align(y), p.probabilities(),
                   {.sample_weight = w, .labels = p.classifier().classes()});
}

double neg_brier_score(Predictions& p, const Target& y, const Vector& w) {
  return -brier_score_loss(p.classifier().align(y), p.probabilities(),
                           {.sample_weight = w, .labels = p.classifier().classes()});
}

using RegressionLoss = double (*)(const Eigen::Ref<const Matrix>&, const Eigen::Ref<const Matrix>&,
                                  const RegressionLossOptions&);

template <RegressionLoss loss>
double negated(Predictions& p, const Target& y, const Vector& w) {
  return -loss(y.values(), p.values(), {.sample_weight = w});
}

double r2(Predictions& p, const Target& y, const Vector& w) {
  return r2_score(y.values(), p.values(), {.sample_weight = w});
}

double explained_variance(Predictions& p, const Target& y, const Vector& w) {
  return explained_variance_score(y.values(), p.values(), {.sample_weight = w});
}

double own_score(Predictions& p, const Target& y, const Vector& w) {
  return p.estimator().role() == RoleKind::regressor ? r2(p, y, w) : accuracy(p, y, w);
}

struct Named {
  std::string_view name;
  RoleKind role;
  Score score;
};

constexpr std::array named_scorers{
    // sorted by name
    Named{"accuracy", RoleKind::classifier, accuracy},
    Named{"average_precision", RoleKind::classifier, average_precision},
    Named{"balanced_accuracy", RoleKind::classifier, balanced_accuracy},
    Named{"explained_variance", RoleKind::regressor, explained_variance},
    Named{"f1", RoleKind::classifier, of_labels<f1_score, Average::binary>},
    Named{"f1_macro", RoleKind::classifier, of_labels<f1_score, Average::macro>},
    Named{"f1_micro", RoleKind::classifier, of_labels<f1_score, Average::micro>},
    Named{"f1_weighted", RoleKind::classifier, of_labels<f1_score, Average::weighted>},
    Named{"neg_brier_score", RoleKind::classifier, neg_brier_score},
    Named{"neg_log_loss", RoleKind::classifier, neg_log_loss},
    Named{"neg_mean_absolute_error", RoleKind::regressor, negated<mean_absolute_error>},
    Named{"neg_mean_squared_error", RoleKind::regressor, negated<mean_squared_error>},
    Named{"neg_root_mean_squared_error", RoleKind::regressor, negated<root_mean_squared_error>},
    Named{"precision", RoleKind::classifier, of_labels<precision_score, Average::binary>},
    Named{"precision_macro", RoleKind::classifier, of_labels<precision_score, Average::macro>},
    Named{"precision_micro", RoleKind::classifier, of_labels<precision_score, Average::micro>},
    Named{"precision_weighted", RoleKind::classifier,
          of_labels<precision_score, Average::weighted>},
    Named{"r2", RoleKind::regressor, r2},
    Named{"recall", RoleKind::classifier, of_labels<recall_score, Average::binary>},
    Named{"recall_macro", RoleKind::classifier, of_labels<recall_score, Average::macro>},
    Named{"recall_micro", RoleKind::classifier, of_labels<recall_score, Average::micro>},
    Named{"recall_weighted", RoleKind::classifier, of_labels<recall_score, Average::weighted>},
    Named{"roc_auc", RoleKind::classifier, roc_auc},
    Named{"roc_auc_ovo", RoleKind::classifier, of_pairs<MultiClass::ovo, Average::macro>},
    Named{"roc_auc_ovo_weighted", RoleKind::classifier,
          of_pairs<MultiClass::ovo, Average::weighted>},
    Named{"roc_auc_ovr", RoleKind::classifier, of_pairs<MultiClass::ovr, Average::macro>},
    Named{"roc_auc_ovr_weighted", RoleKind::classifier,
          of_pairs<MultiClass::ovr, Average::weighted>},
};

const Named& find_scorer(std::string_view name) {
  const auto it = std::find_if(named_scorers.begin(), named_scorers.end(),
                               [&](const Named& scorer) { return scorer.name == name; });
  if (it == named_scorers.end())
    throw InvalidParameter(fmt::format("there is no scorer '{}'; there are: {}", name,
                                       fmt::join(scorer_names(), ", ")));
  return *it;
}

template <class Role>
const Role& in_role(const Estimator& estimator) {
  const Role* cast = dynamic_cast<const Role*>(&estimator);
  if (cast == nullptr)
    throw NotSupported(fmt::format("expected a {}, got {}",
                                   names_of(RoleKind{})[static_cast<std::size_t>(Role::role_kind)],
                                   estimator.to_string()));
  return *cast;
}

}  // namespace

const Classifier& Predictions::classifier() const { return in_role<Classifier>(estimator_); }

const Labels& Predictions::labels() {
  if (!labels_) labels_ = classifier().predict(X_);
  return *labels_;
}

const Matrix& Predictions::probabilities() {
  if (!probabilities_) probabilities_ = classifier().predict_proba(X_);
  return *probabilities_;
}

const Matrix& Predictions::decisions() {
  if (!decisions_) decisions_ = classifier().decision_function(X_);
  return *decisions_;
}

const Matrix& Predictions::values() {
  if (!values_) values_ = in_role<Regressor>(estimator_).predict_multi(X_);
  return *values_;
}

Scorer::Scorer() : Scorer(Kind::own_score, "score", RoleKind::other, true, own_score) {}

Scorer::Scorer(std::string_view name)
    : Scorer(Kind::named, std::string(name), find_scorer(name).role, true,
             find_scorer(name).score) {}

Scorer::Scorer(Kind kind, std::string name, RoleKind role, bool takes_sample_weight,
               Function function)
    : kind_(kind),
      name_(std::move(name)),
      role_(role),
      takes_sample_weight_(takes_sample_weight),
      function_(std::move(function)) {}

double Scorer::operator()(const Estimator& estimator, const Features& X, const Target& y,
                          const Vector& sample_weight) const {
  Predictions predictions(estimator, X);
  return (*this)(predictions, y, sample_weight);
}

double Scorer::operator()(Predictions& predictions, const Target& y,
                          const Vector& sample_weight) const {
  const Estimator& estimator = predictions.estimator();
  if (role_ != RoleKind::other && estimator.role() != role_)
    throw NotSupported(fmt::format("scorer '{}' needs a {}, got {}", name_,
                                   names_of(role_)[static_cast<std::size_t>(role_)],
                                   estimator.to_string()));
  if (sample_weight.size() != 0 && !takes_sample_weight_)
    throw InvalidInput(
        fmt::format("scorer '{}' takes no sample_weight, but some were given", name_));
  if (role_ == RoleKind::regressor || kind_ == Kind::own_score)
    detail::refuse_classes_to_regressors(estimator, y, "the target");
  return function_(predictions, y, sample_weight);
}

std::vector<std::string> scorer_names() {
  std::vector<std::string> names;
  names.reserve(std::size(named_scorers));
  for (const Named& scorer : named_scorers) names.emplace_back(scorer.name);
  return names;
}

std::string Codec<Scorer>::describe() {
  return fmt::format("the name of a scorer ({}) or none", fmt::join(scorer_names(), ", "));
}

Value Codec<Scorer>::encode(const Scorer& scorer) {
  switch (scorer.kind_) {
    case Scorer::Kind::own_score:
      return {};
    case Scorer::Kind::named:
      return scorer.name_;
    case Scorer::Kind::function:
      break;
  }
  return Value::Object{{"function", scorer.name_}};
}

Scorer Codec<Scorer>::decode(const Value& value) {
  if (value.is_none()) return {};
  if (const Value* function = value.find("function")) {
    const std::string name = detail::decode_text(*function);
    const auto unavailable = [name](const Estimator&, const Features&, const Target&,
                                    const Vector&) -> double {
      throw NotSupported(fmt::format(
          "scorer '{}' was a function of the program that saved it; set it again", name));
    };
    return Scorer::from_estimator(name, unavailable);
  }
  try {
    return Scorer(detail::decode_text(value));
  } catch (const InvalidParameter& error) {
    throw FormatError(error.what());
  }
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/scorer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <espalier/core/errors.hpp>
#include <espalier/core/implements.hpp>
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
  const Labels& classes = p.classes();
  const Index last = classes.size() - 1;
  Index column = last;
  if (positive && classes.size() == 2) {
    if (*positive != classes[0] && *positive != classes[1])
      throw InvalidInput(
          fmt::format("class {}, which the scorer takes as positive, is not among the classes "
                      "{} and {} of {}",
                      *positive, classes[0], classes[1], p.to_string()));
    column = *positive == classes[0] ? 0 : 1;
  }
  if (p.has_decisions()) {
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
  return score(p.align(y), p.labels(), {.average = average, .sample_weight = w});
}

template <MultiClass multi_class, Average average>
double of_pairs(Predictions& p, const Target& y, const Vector& w) {
  return roc_auc_score(
      p.align(y), p.probabilities(),
      {.average = average, .sample_weight = w, .multi_class = multi_class, .labels = p.classes()});
}

double accuracy(Predictions& p, const Target& y, const Vector& w) {
  return accuracy_score(p.align(y), p.labels(), {.sample_weight = w});
}

double balanced_accuracy(Predictions& p, const Target& y, const Vector& w) {
  return balanced_accuracy_score(p.align(y), p.labels(), {.sample_weight = w});
}

double roc_auc(Predictions& p, const Target& y, const Vector& w) {
  return roc_auc_score(p.align(y), ranking_scores(p), {.sample_weight = w});
}

double average_precision(Predictions& p, const Target& y, const Vector& w) {
  return average_precision_score(p.align(y), ranking_scores(p, 1), {.sample_weight = w});
}

double neg_log_loss(Predictions& p, const Target& y, const Vector& w) {
  return -log_loss(p.align(y), p.probabilities(), {.sample_weight = w, .labels = p.classes()});
}

double neg_brier_score(Predictions& p, const Target& y, const Vector& w) {
  return -brier_score_loss(p.align(y), p.probabilities(),
                           {.sample_weight = w, .labels = p.classes()});
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
  if (p.role() != RoleKind::regressor) return accuracy(p, y, w);
  if (!p.has_estimator()) return r2(p, y, w);
  return dynamic_cast<const Regressor&>(p.estimator()).score_of(y.values(), p.values(), w);
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

std::string_view name_of(RoleKind role) {
  return names_of(RoleKind{})[static_cast<std::size_t>(role)];
}

template <class Role>
const Role& in_role(const Estimator* estimator) {
  const Role* cast = dynamic_cast<const Role*>(estimator);
  if (cast == nullptr)
    throw NotSupported(
        fmt::format("expected a {}, got {}", name_of(Role::role_kind),
                    estimator == nullptr ? "ready predictions" : estimator->to_string()));
  return *cast;
}

}  // namespace

Predictions Predictions::of_classifier(Labels classes, Matrix decisions, Matrix probabilities) {
  Predictions result(RoleKind::classifier);
  result.classes_ = std::move(classes);
  result.decisions_ = std::move(decisions);
  if (probabilities.size() > 0) result.probabilities_ = std::move(probabilities);
  return result;
}

Predictions Predictions::of_regressor(Matrix values) {
  Predictions result(RoleKind::regressor);
  result.values_ = std::move(values);
  return result;
}

RoleKind Predictions::role() const { return estimator_ != nullptr ? estimator_->role() : role_; }

const Estimator& Predictions::estimator() const {
  if (estimator_ == nullptr)
    throw NotSupported("there is no fitted estimator to ask, only its predictions");
  return *estimator_;
}

const Features& Predictions::X() const {
  estimator();
  return *X_;
}

const Classifier& Predictions::classifier() const { return in_role<Classifier>(estimator_); }

const Labels& Predictions::classes() const { return classes_ ? *classes_ : classifier().classes(); }

Labels Predictions::align(const Target& y) const {
  return classes_ ? y.labels() : classifier().align(y);
}

bool Predictions::has_decisions() const {
  return decisions_ || classifier().has_decision_function();
}

const Labels& Predictions::labels() {
  if (!labels_)
    labels_ = classes_ ? detail::largest_column(*decisions_, *classes_) : classifier().predict(*X_);
  return *labels_;
}

const Matrix& Predictions::probabilities() {
  if (!probabilities_ && classes_)
    throw NotSupported(fmt::format("{} has no probabilities", to_string()));
  if (!probabilities_) probabilities_ = classifier().predict_proba(*X_);
  return *probabilities_;
}

const Matrix& Predictions::decisions() {
  if (!decisions_) decisions_ = classifier().decision_function(*X_);
  return *decisions_;
}

const Matrix& Predictions::values() {
  if (!values_) values_ = in_role<Regressor>(estimator_).predict_multi(*X_);
  return *values_;
}

std::string Predictions::to_string() const {
  return estimator_ != nullptr ? estimator_->to_string()
                               : fmt::format("the predictions of a {}", name_of(role_));
}

void Predictions::refuse_classes_to_regressors(const Target& y) const {
  if (estimator_ != nullptr) detail::refuse_classes_to_regressors(*estimator_, y, "the target");
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
  if (role_ != RoleKind::other && predictions.role() != role_)
    throw NotSupported(fmt::format("scorer '{}' needs a {}, got {}", name_, name_of(role_),
                                   predictions.to_string()));
  if (sample_weight.size() != 0 && !takes_sample_weight_)
    throw InvalidInput(
        fmt::format("scorer '{}' takes no sample_weight, but some were given", name_));
  if (role_ == RoleKind::regressor || kind_ == Kind::own_score)
    predictions.refuse_classes_to_regressors(y);
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
    case Scorer::Kind::estimator_function:
      break;
  }
  return Value::Object{{"function", scorer.name_}};
}

Scorer Codec<Scorer>::decode(const Value& value) {
  if (value.is_none()) return {};
  if (const Value* function = value.find("function")) {
    const std::string name = detail::decode_text(*function);
    const auto unavailable = [name](Predictions&, const Target&, const Vector&) -> double {
      throw NotSupported(fmt::format(
          "scorer '{}' was a function of the program that saved it; set it again", name));
    };
    return {Scorer::Kind::function, name, RoleKind::other, true, unavailable};
  }
  try {
    return Scorer(detail::decode_text(value));
  } catch (const InvalidParameter& error) {
    throw FormatError(error.what());
  }
}

}  // namespace espalier

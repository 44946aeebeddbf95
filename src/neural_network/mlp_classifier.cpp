// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/mlp_classifier.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "core/labels_of.hpp"
#include "neural_network/mlp_fit.hpp"
#include "neural_network/mlp_network.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = MLPClassifier::type_name;

/// Positions of the labels in `classes`, as a column.
Matrix codes_of(const Labels& y, const Labels& classes) {
  return detail::positions_of(y, classes).cast<double>();
}

mlp::Problem problem_of(const Features& X, const Matrix& codes, const Labels& classes,
                        const FitContext& context) {
  const bool two = classes.size() == 2;
  return {.owner = name,
          .X = X,
          .y = codes,
          .outputs = two ? 1 : classes.size(),
          .out_activation = two ? MLPOutput::logistic : MLPOutput::softmax,
          .context = context,
          .classifies = true};
}

MLPClassifierState state_of(const Labels& classes, mlp::Trained trained) {
  return {classes, std::move(trained.network), std::move(trained.training), trained.n_iter};
}

}  // namespace

void MLPClassifierState::check(const Schema& schema) const {
  network.check(schema, name);
  training.check(name);
  const bool two = classes.size() == 2;
  if (classes.size() < 2 || network.outputs() != (two ? 1 : classes.size()) ||
      network.out_activation != (two ? MLPOutput::logistic : MLPOutput::softmax))
    throw FormatError(fmt::format("{}: {} outputs do not fit {} classes", name, network.outputs(),
                                  classes.size()));
}

void MLPClassifier::do_validate() const { mlp::check_options(name, params()); }

bool MLPClassifier::has_partial_fit() const {
  return params().solver != MLPSolver::lbfgs && !params().early_stopping;
}

MLPClassifierState MLPClassifier::do_fit(const Features& X, const Labels& y,
                                         const FitContext& context, const State* previous) const {
  const Labels found = encode_labels(y).classes;
  if (found.size() < 2)
    throw InvalidInput(
        fmt::format("{}: y has only one class, {}; at least two are needed.", name, found[0]));
  const Labels& classes = previous != nullptr ? previous->classes : found;
  if (classes.size() != found.size())
    throw InvalidInput(fmt::format("{}: warm_start goes on with {} classes, but y has {}.", name,
                                   classes.size(), found.size()));
  const Matrix codes = codes_of(y, classes);
  return state_of(classes, mlp::fit(problem_of(X, codes, classes, context), params(),
                                    mlp::previous_of(previous)));
}

MLPClassifierState MLPClassifier::do_partial_fit(const Features& X, const Labels& y,
                                                 const Labels& classes, const FitContext& context,
                                                 const State* previous) const {
  if (classes.size() < 2)
    throw InvalidInput(fmt::format(
        "{} needs at least 2 classes, but partial_fit was told of one: {}", name, classes[0]));
  const Matrix codes = codes_of(y, classes);
  return state_of(classes, mlp::fit_piece(problem_of(X, codes, classes, context), params(),
                                          mlp::previous_of(previous)));
}

Matrix MLPClassifier::do_decision_function(const State& state, const Features& X) const {
  return mlp::predict_raw(state.network, X);
}

Matrix MLPClassifier::do_predict_proba(const State& state, const Features& X) const {
  const Matrix raw = mlp::predict_raw(state.network, X).transpose();
  Matrix proba(state.classes.size(), raw.cols());
  const double work = 20.0 * static_cast<double>(proba.size());
  parallel_for_blocks({raw.cols(), 4096}, work, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      mlp::to_probabilities(raw.col(i).data(), raw.rows(), proba.col(i).data());
  });
  return proba.transpose();
}

void MLPClassifier::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(mlp::NetworkRow(builder, state.network, name, true));
}

template class Implements<MLPClassifier, Classifier, MLPClassifierParams, MLPClassifierState>;

}  // namespace espalier

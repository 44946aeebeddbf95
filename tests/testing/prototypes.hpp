// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The estimators with which the conformance kit is run.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <espalier/cluster/kmeans.hpp>
#include <espalier/cluster/mini_batch_kmeans.hpp>
#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/decomposition/incremental_pca.hpp>
#include <espalier/decomposition/pca.hpp>
#include <espalier/decomposition/truncated_svd.hpp>
#include <espalier/dummy/dummy_classifier.hpp>
#include <espalier/dummy/dummy_regressor.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/impute/simple_imputer.hpp>
#include <espalier/linear_model/elastic_net.hpp>
#include <espalier/linear_model/elastic_net_cv.hpp>
#include <espalier/linear_model/gamma_regressor.hpp>
#include <espalier/linear_model/huber_regressor.hpp>
#include <espalier/linear_model/lasso.hpp>
#include <espalier/linear_model/lasso_cv.hpp>
#include <espalier/linear_model/linear_regression.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/logistic_regression_cv.hpp>
#include <espalier/linear_model/poisson_regressor.hpp>
#include <espalier/linear_model/quantile_regressor.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/linear_model/ridge_classifier.hpp>
#include <espalier/linear_model/ridge_classifier_cv.hpp>
#include <espalier/linear_model/ridge_cv.hpp>
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>
#include <espalier/linear_model/tweedie_regressor.hpp>
#include <espalier/model_selection/grid_search_cv.hpp>
#include <espalier/model_selection/randomized_search_cv.hpp>
#include <espalier/neural_network/autoencoder.hpp>
#include <espalier/neural_network/mlp_classifier.hpp>
#include <espalier/neural_network/mlp_regressor.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/ordinal_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include <espalier/svm/linear_svc.hpp>
#include <espalier/svm/linear_svr.hpp>
#include <espalier/testing/check_estimator.hpp>

#include "testing/as_categories.hpp"

namespace espalier {

struct Prototype {
  std::string label;  ///< begins the names of its tests: letters, digits and "_"
  std::shared_ptr<const Estimator> estimator;
  CheckOptions options = {};
};

inline std::string label_of(std::string_view class_name) {
  std::string label(class_name);
  std::replace(label.begin(), label.end(), '<', '_');
  std::erase(label, '>');
  return label;
}

/// Parameters with which a class can be fitted, is quicker, solves to full accuracy, or shows
/// another side than with its defaults.
inline std::vector<Prototype> special_prototypes() {
  std::vector<Prototype> result;
  const auto add = [&](const auto& estimator, const std::string& variant = {},
                       CheckOptions options = {}) {
    result.push_back(
        {label_of(estimator.class_name()) + variant, estimator.copy(), std::move(options)});
  };
  const LogisticRegression logistic({.tol = 1e-9, .max_iter = 1000});
  const ColumnTransformer prepare{
      {"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
      {"texts", OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}), ColumnType::categorical}};

  add(prepare);
  add(ColumnTransformer({{"scaled", StandardScaler(), std::vector<Index>{3, 1}}},
                        {.remainder = ColumnAction::passthrough}),
      "_positions");
  const CheckOptions autoencoder_options{
      .expected_failures = {{"inverse_transform_undoes_transform",
                             "the way back is learned, and comes close at best"}}};
  add(Autoencoder({.hidden_layer_sizes = {6}, .learning_rate_init = 0.01, .max_iter = 10}), {},
      autoencoder_options);
  add(Autoencoder({.hidden_layer_sizes = {},
                   .activation = nn::Activation::identity,
                   .solver = MLPSolver::lbfgs,
                   .max_iter = 30,
                   .precision = MLPPrecision::float64}),
      "_lbfgs", autoencoder_options);
  add(DummyClassifier());
  const std::string by_position = "what is drawn follows the position of the row, as documented";
  add(DummyClassifier({.strategy = DummyClassifierStrategy::stratified}), "_stratified",
      {.expected_failures = {{"row_order_does_not_matter", by_position},
                             {"single_rows_agree_with_the_batch", by_position}}});
  add(DummyRegressor());
  add(DummyRegressor({.strategy = DummyRegressorStrategy::quantile, .quantile = 0.3}), "_quantile");
  add(ElasticNet({.alpha = 0.01, .max_iter = 10'000, .tol = 1e-12}));
  add(ElasticNet({.alpha = 0.01,
                  .max_iter = 10'000,
                  .tol = 1e-12,
                  .positive = true,
                  .selection = CoordinateSelection::random,
                  .random_state = 1}),
      "_random");
  add(ElasticNetCV(
      {.l1_ratio = {0.3, 0.9}, .alphas = 5, .max_iter = 10'000, .tol = 1e-12, .cv = 2}));
  add(GammaRegressor({.alpha = 0.0, .max_iter = 1000, .tol = 1e-9}));
  add(GridSearchCV(logistic, {{"C", {0.1, 1.0}}}, {.cv = 2}));
  add(GridSearchCV(Ridge(), {{"alpha", {0.1, 1.0}}}, {.cv = 2}));
  add(HistGradientBoostingClassifier({.max_iter = 10}));
  add(HistGradientBoostingRegressor({.max_iter = 10, .min_samples_leaf = 5}));
  add(HistGradientBoostingRegressor(
          {.max_iter = 8, .min_samples_leaf = 5, .max_features = 0.5, .early_stopping = true}),
      "_stopping");
  add(HistGradientBoostingClassifier({.max_iter = 8,
                                      .min_samples_leaf = 5,
                                      .early_stopping = true,
                                      .scoring = {"accuracy", "loss"},
                                      .validation_folds = 2}),
      "_folds",
      {.expected_failures = {{"validation_set_follows_the_tag",
                              "folds and a given validation set exclude each other"}}});
  add(HistGradientBoostingRegressor({.max_iter = 8,
                                     .max_leaf_nodes = 12,
                                     .growth = TreeGrowth::depth_wise,
                                     .min_samples_leaf = 5,
                                     .interaction_cst = InteractionConstraints::pairwise()}),
      "_pairwise");
  using Loss = RegressionLoss;
  add(HistGradientBoostingRegressor(
          {.loss = Loss::absolute_error, .max_iter = 10, .min_samples_leaf = 5}),
      "_absolute_error");
  add(HistGradientBoostingRegressor(
          {.loss = Loss::quantile, .quantile = 0.6, .max_iter = 10, .min_samples_leaf = 5}),
      "_quantile");
  add(HistGradientBoostingRegressor({.loss = Loss::poisson, .max_iter = 10, .min_samples_leaf = 5}),
      "_poisson");
  add(LinearRegression());
  add(LinearRegression({.positive = true}), "_positive");
  add(IncrementalPCA({.n_components = 2, .batch_size = 50}));
  add(KMeans({.n_clusters = 3}));
  add(KMeans({.n_clusters = 3, .algorithm = KMeansAlgorithm::elkan}), "_elkan");
  add(KMeans({.n_clusters = 4, .init = KMeansStart::random, .n_init = 3}), "_random");
  add(Lasso({.alpha = 0.01, .max_iter = 10'000, .tol = 1e-12}));
  add(LassoCV({.alphas = 5, .max_iter = 10'000, .tol = 1e-12, .cv = 2}));
  add(HuberRegressor({.tol = 1e-9}));
  add(LinearSVC({.tol = 1e-9}));
  add(LinearSVC({.loss = SVCLoss::hinge, .tol = 1e-9, .max_iter = 100'000}), "_hinge");
  add(LinearSVC({.penalty = SVCPenalty::l1, .tol = 1e-9, .max_iter = 100'000}), "_l1");
  add(LinearSVR({.tol = 1e-9, .C = 10.0, .max_iter = 100'000}));
  add(LinearSVR({.tol = 1e-9, .loss = SVRLoss::squared_epsilon_insensitive}), "_squared");
  add(logistic);
  add(LogisticRegression({.tol = 1e-9, .fit_intercept = false, .max_iter = 1000}),
      "_without_intercept",
      {.expected_failures = {{"class_weight_has_its_effect",
                              "a plane through the origin cannot leave one class alone"}}});
  add(MLPClassifier({.hidden_layer_sizes = {8}, .learning_rate_init = 0.05, .max_iter = 30}));
  add(MLPClassifier({.hidden_layer_sizes = {6},
                     .activation = nn::Activation::tanh,
                     .solver = MLPSolver::lbfgs,
                     .alpha = 0.1,
                     .max_iter = 30,
                     .precision = MLPPrecision::float64}),
      "_lbfgs");
  add(MLPClassifier({.hidden_layer_sizes = {8},
                     .batch_size = 25,
                     .learning_rate = MLPLearningRate::one_cycle,
                     .learning_rate_init = 0.05,
                     .max_iter = 20,
                     .early_stopping = true,
                     .validation_fraction = 0.2,
                     .dropout = 0.1,
                     .batch_norm = true,
                     .precision = MLPPrecision::float64}),
      "_stopping");
  registry().add<kit::AsCategories>();  // so that its archives can be read
  add(Pipeline{kit::AsCategories(), MLPClassifier({.hidden_layer_sizes = {6},
                                                   .batch_size = 25,
                                                   .learning_rate_init = 0.05,
                                                   .max_iter = 20})},
      "_of_embeddings");
  const std::pair<const std::string, std::string> outputs_share{
      "outputs_keep_their_places", "outputs share hidden layers, and begin with other weights"};
  add(MLPRegressor(
          {.hidden_layer_sizes = {8}, .batch_size = 25, .learning_rate_init = 0.1, .max_iter = 40}),
      {}, {.expected_failures = {outputs_share}});
  add(MLPRegressor({.hidden_layer_sizes = {6},
                    .activation = nn::Activation::logistic,
                    .solver = MLPSolver::lbfgs,
                    .max_iter = 30,
                    .precision = MLPPrecision::float64}),
      "_lbfgs", {.expected_failures = {outputs_share}});
  add(MLPRegressor({.hidden_layer_sizes = {6},
                    .solver = MLPSolver::sgd,
                    .batch_size = 25,
                    .learning_rate = MLPLearningRate::adaptive,
                    .max_iter = 20,
                    .precision = MLPPrecision::float32}),
      "_sgd", {.expected_failures = {outputs_share}});
  add(MLPRegressor({.loss = MLPRegressorLoss::poisson,
                    .hidden_layer_sizes = {4},
                    .activation = nn::Activation::tanh,
                    .solver = MLPSolver::lbfgs,
                    .max_iter = 40,
                    .precision = MLPPrecision::float64}),
      "_poisson", {.expected_failures = {outputs_share}});
  add(MiniBatchKMeans({.n_clusters = 3, .batch_size = 50}));
  add(LogisticRegression({.tol = 1e-9, .solver = LogisticSolver::lbfgs, .max_iter = 1000}),
      "_lbfgs");
  add(LogisticRegression({.tol = 1e-9, .solver = LogisticSolver::newton_cg, .max_iter = 1000}),
      "_newton_cg");
  add(LogisticRegression({.l1_ratio = 0.5, .tol = 1e-9, .max_iter = 1000}), "_elastic_net");
  add(LogisticRegression({.l1_ratio = 0.5,
                          .tol = 1e-9,
                          .random_state = 1,
                          .solver = LogisticSolver::saga,
                          .max_iter = 5000}),
      "_saga");
  add(LogisticRegressionCV(
      {.Cs = {0.1, 1.0}, .cv = 2, .scoring = "neg_log_loss", .tol = 1e-9, .max_iter = 1000}));
  add(OneHotEncoder({.handle_unknown = OneHotUnknown::ignore}));
  add(OneHotEncoder({.drop = OneHotDrop::first, .sparse_output = false, .max_categories = 4}),
      "_drop_first",
      {.expected_failures = {{"inverse_transform_undoes_transform",
                              "grouped categories come back as missing cells"}}});
  add(OrdinalEncoder({.handle_unknown = OrdinalUnknown::use_encoded_value, .unknown_value = -1.0}));
  add(PCA());
  add(PCA({.n_components = 2, .whiten = true, .svd_solver = PCASolver::arpack}), "_arpack");
  add(PCA({.n_components = 0.9, .svd_solver = PCASolver::covariance_eigh}), "_covariance_eigh");
  add(PCA({.n_components = 3, .svd_solver = PCASolver::randomized}), "_randomized");
  add(Pipeline{StandardScaler(), logistic});
  add(Pipeline(prepare, logistic), "_of_a_table");
  add(Pipeline{StandardScaler(), KMeans({.n_clusters = 3})});
  add(Pipeline{StandardScaler(), Ridge()});
  add(Pipeline{SimpleImputer(), StandardScaler()}, {},
      {.expected_failures = {{"inverse_transform_undoes_transform",
                              "SimpleImputer cannot be undone, and says so by its own name"}}});
  add(PoissonRegressor({.alpha = 0.0, .max_iter = 1000, .tol = 1e-9}));
  add(QuantileRegressor({.alpha = 0.01}));
  add(RandomizedSearchCV(logistic, {{"C", Distribution::log_uniform(0.1, 10.0)}},
                         {.n_iter = 2, .cv = 2}));
  add(RandomizedSearchCV(Ridge(), {{"alpha", Distribution::log_uniform(0.1, 10.0)}},
                         {.n_iter = 2, .cv = 2}));
  add(Ridge());
  add(Ridge({.tol = 1e-12, .solver = RidgeSolver::sparse_cg}), "_sparse_cg");
  add(Ridge({.solver = RidgeSolver::svd}), "_svd");
  add(RidgeCV());
  add(RidgeCV({.scoring = "neg_mean_absolute_error", .cv = 3}), "_folds");
  add(RidgeClassifier());
  add(RidgeClassifierCV());
  add(RidgeClassifierCV({.cv = 2}), "_folds");
  const CheckOptions sgd_options{
      .expected_failures = {{"sparse_input_follows_the_tag",
                             "the intercept takes shorter steps on sparse data, as documented"}}};
  add(SGDClassifier({.loss = SGDClassifierLoss::log_loss, .alpha = 0.1}), {}, sgd_options);
  add(SGDClassifier({.penalty = SGDPenalty::elasticnet,
                     .learning_rate = SGDLearningRate::adaptive,
                     .average = 10}),
      "_average", sgd_options);
  CheckOptions sgd_stopping = sgd_options;
  for (const char* check : {"a_saved_model_goes_on", "another_width_is_refused_in_pieces",
                            "pieces_make_a_model", "pieces_repeat"})
    sgd_stopping.expected_failures[check] = "partial_fit refuses early_stopping, as documented";
  add(SGDRegressor({.early_stopping = true}), "_stopping", sgd_stopping);
  sgd_stopping.expected_failures["new_classes_are_refused_in_pieces"] =
      "partial_fit refuses early_stopping, as documented";
  sgd_stopping.expected_failures["class_weights_are_weights_of_rows"] =
      "rows set aside are scored without the weights of classes, as documented";
  add(SGDClassifier({.alpha = 0.1, .early_stopping = true}), "_stopping", sgd_stopping);
  add(SGDRegressor(), {}, sgd_options);
  add(SGDRegressor({.loss = SGDRegressorLoss::huber, .penalty = SGDPenalty::l1, .epsilon = 20.0}),
      "_huber", sgd_options);
  add(SimpleImputer());
  add(SimpleImputer({.strategy = ImputeStrategy::most_frequent, .add_indicator = true}),
      "_most_frequent");
  add(StandardScaler());
  add(StandardScaler({.with_mean = false}), "_without_mean");
  add(TruncatedSVD());
  add(TruncatedSVD({.algorithm = SVDAlgorithm::arpack}), "_arpack");
  add(TweedieRegressor({.power = 1.5, .alpha = 0.01, .max_iter = 1000, .tol = 1e-9}));
  add(TweedieRegressor(
          {.alpha = 0.01, .solver = GeneralizedLinearSolver::lbfgs, .max_iter = 1000, .tol = 1e-9}),
      "_normal");
  return result;
}

/// All of them, and the defaults of every class of the library's registry that is not among them.
inline std::vector<Prototype> prototypes() {
  std::vector<Prototype> result = special_prototypes();
  Registry library;
  detail::add_builtin_estimators(library);
  for (const std::string& name : library.names()) {
    const auto has_name = [&](const Prototype& p) { return p.estimator->class_name() == name; };
    if (std::none_of(result.begin(), result.end(), has_name))
      result.push_back({label_of(name), library.make(name)});
  }
  return result;
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
// The one list of the library's estimators. A class that is not here cannot be made by name or
// loaded, and escapes the conformance kit.
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
#include <espalier/preprocessing/label_encoder.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/ordinal_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include <espalier/svm/linear_svc.hpp>
#include <espalier/svm/linear_svr.hpp>

namespace espalier::detail {
namespace {

template <class... Estimators>
void add_all(Registry& registry) {
  (registry.add<Estimators>(), ...);
}

}  // namespace

void add_builtin_estimators(Registry& registry) {
  add_all<                             //
      Autoencoder,                     //
      ColumnTransformer,               //
      DummyClassifier,                 //
      DummyRegressor,                  //
      ElasticNet,                      //
      ElasticNetCV,                    //
      GammaRegressor,                  //
      GridSearchCV<Classifier>,        //
      GridSearchCV<Regressor>,         //
      HistGradientBoostingClassifier,  //
      HistGradientBoostingRegressor,   //
      HuberRegressor,                  //
      IncrementalPCA,                  //
      KMeans,                          //
      LabelEncoder,                    //
      Lasso,                           //
      LassoCV,                         //
      LinearRegression,                //
      LinearSVC,                       //
      LinearSVR,                       //
      LogisticRegression,              //
      LogisticRegressionCV,            //
      MLPClassifier,                   //
      MLPRegressor,                    //
      MiniBatchKMeans,                 //
      OneHotEncoder,                   //
      OrdinalEncoder,                  //
      PCA,                             //
      Pipeline<Classifier>,            //
      Pipeline<Clusterer>,             //
      Pipeline<Regressor>,             //
      Pipeline<Transformer>,           //
      PoissonRegressor,                //
      QuantileRegressor,               //
      RandomizedSearchCV<Classifier>,  //
      RandomizedSearchCV<Regressor>,   //
      Ridge,                           //
      RidgeCV,                         //
      RidgeClassifier,                 //
      RidgeClassifierCV,               //
      SGDClassifier,                   //
      SGDRegressor,                    //
      SimpleImputer,                   //
      StandardScaler,                  //
      TruncatedSVD,                    //
      TweedieRegressor>(registry);
}

}  // namespace espalier::detail

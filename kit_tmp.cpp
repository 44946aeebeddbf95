#include <espalier/testing/check_estimator.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>
#include <espalier/svm/linear_svc.hpp>
#include <espalier/svm/linear_svr.hpp>
#include <iostream>
#if __has_include(<espalier/linear_model/huber_regressor.hpp>)
#include <espalier/linear_model/huber_regressor.hpp>
#include <espalier/linear_model/quantile_regressor.hpp>
#define MORE
#endif
using namespace espalier;
int main(){ auto run=[](const auto& m){ registry().add<std::decay_t<decltype(m)>>(); auto r=check_estimator(m); for(auto&x:r) if(!x.ok()) std::cout<<x<<"\n"; std::cout<<m<<": "<<r.size()<<" checks, all passed "<<all_passed(r)<<"\n"<<std::flush; };
 run(SGDClassifier({.loss = SGDClassifierLoss::log_loss}));
 run(SGDClassifier({.penalty = SGDPenalty::elasticnet,.learning_rate = SGDLearningRate::adaptive,.early_stopping = true,.average = 10}));
 run(SGDRegressor()); run(SGDRegressor({.loss = SGDRegressorLoss::huber, .penalty = SGDPenalty::l1, .epsilon = 20.0}));
 run(LinearSVC({.tol=1e-9,.max_iter=100000})); run(LinearSVC({.loss=SVCLoss::hinge,.tol=1e-9,.max_iter=100000})); run(LinearSVC({.penalty=SVCPenalty::l1,.tol=1e-9,.max_iter=100000}));
 run(LinearSVR({.tol=1e-9,.C=10,.max_iter=100000})); run(LinearSVR({.tol=1e-9,.loss=SVRLoss::squared_epsilon_insensitive,.max_iter=100000}));
#ifdef MORE
 run(HuberRegressor({.tol=1e-9})); run(QuantileRegressor({.alpha=0.01}));
#endif
}

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <espalier/core/registry.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

void clone_is_equal_and_unfitted(const Subject& s) {
  const auto original = s.fits() ? s.fitted(s.problem()) : s.make();
  const auto clone = original->clone();
  require(clone != nullptr, "clone() gave nothing");
  require(clone->class_name() == original->class_name(), "the clone is of another class");
  require(clone->role() == original->role(), "the clone has another role");
  require(!clone->fitted(), "the clone is fitted");
  require(clone->encode_params() == original->encode_params(), "the clone has other parameters");
}

void copy_is_independent(const Subject& s) {
  const Problem problem = s.problem();
  const auto original = s.fitted(problem);
  const Outputs before = outputs(*original, problem.X);
  const auto copy = original->copy();
  require_same("the copy gives other results", difference(before, outputs(*copy, problem.X)));
  fit(*copy, s.problem({.rows = 90, .cols = 5, .variant = 1}));
  require_same("fitting the copy changed the original",
               difference(before, outputs(*original, problem.X)));
  const Value params = original->encode_params();
  for (const ParamInfo& info : copy->param_infos()) copy->set_param(info.name, info.default_value);
  require(original->encode_params() == params,
          "setting parameters of the copy changed the original");
}

void prints_its_class_and_parameters(const Subject& s) {
  const std::string text = s.prototype().to_string();
  require(text.starts_with(s.name() + "(") && text.ends_with(")"),
          fmt::format("to_string() gives '{}', not '{}(…)'", text, s.name()));
}

void registry_makes_it(const Subject& s) {
  require(s.registered(),
          fmt::format("'{}' is not in the registry, so no model file may contain it: call "
                      "registry().add<{}>()",
                      s.name(), s.name()));
  const auto made = registry().make(s.name());
  require(made->class_name() == s.name(),
          fmt::format("the registry makes a {} under this name", made->class_name()));
  require(made->role() == s.role(), "the registry makes an estimator of another role");
  require(!made->fitted(), "the registry makes a fitted estimator");
}

void tags_are_consistent(const Subject& s) {
  const Tags& tags = s.tags();
  const RoleKind role = s.role();
  require(role == RoleKind::regressor || !tags.multi_output, "multi_output is for regressors");
  require(role == RoleKind::classifier || !tags.binary_only, "binary_only is for classifiers");
  require(tags.weights_are_copies || tags.sample_weight,
          "weights_are_copies is off, but sample_weight is not taken at all");
  if (!s.fits()) return;
  const Tags after = s.fitted(s.problem())->get_tags();
  require(after.sample_weight == tags.sample_weight && after.sparse == tags.sparse &&
              after.allow_nan == tags.allow_nan && after.categorical == tags.categorical &&
              after.deterministic == tags.deterministic,
          "the tags change with fit");
}

void unfitted_methods_say_so(const Subject& s) {
  const auto unfitted = s.make();
  const auto refused = [&](const std::string& what, const auto& call) {
    require_error<NotFitted>(what + " before fit", "NotFitted", {s.name()}, call);
  };
  require(!unfitted->fitted(), "fitted() is true before fit");
  const Problem problem = s.problem();
  refused("n_features_in", [&] { unfitted->n_features_in(); });
  refused("feature_names_in", [&] { unfitted->feature_names_in(); });
  for (const Method& method : methods(*unfitted))
    refused(method.name, [&] { method.call(*unfitted, problem.X); });
  if (s.role() == RoleKind::transformer) {
    refused("get_feature_names_out", [&] { as<Transformer>(*unfitted).get_feature_names_out(); });
    refused("inverse_transform", [&] { as<Transformer>(*unfitted).inverse_transform(problem.X); });
  } else if (s.role() == RoleKind::classifier) {
    const auto& model = as<Classifier>(*unfitted);
    refused("classes", [&] { model.classes(); });
    refused("class_names", [&] { model.class_names(); });
    refused("predict_names", [&] { model.predict_names(problem.X); });
    refused("score", [&] { model.score(problem.X, *problem.y); });
  } else if (s.role() == RoleKind::regressor) {
    refused("predict", [&] { as<Regressor>(*unfitted).predict(problem.X); });
    refused("score", [&] { as<Regressor>(*unfitted).score(problem.X, *problem.y); });
  } else if (s.role() == RoleKind::clusterer) {
    refused("labels", [&] { as<Clusterer>(*unfitted).labels(); });
  }
}

void fit_leaves_parameters(const Subject& s) {
  const auto estimator = s.make();
  const Value before = estimator->encode_params();
  const std::string text = estimator->to_string();
  fit(*estimator, s.problem());
  require(estimator->encode_params() == before,
          fmt::format("fit changed the parameters: {} became {}", text, estimator->to_string()));
}

void fit_returns_itself(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.make();
  const Estimator* returned = nullptr;
  switch (s.role()) {
    case RoleKind::transformer:
      returned = problem.y ? &as<Transformer>(*e).fit(problem.X, *problem.y)
                           : &as<Transformer>(*e).fit(problem.X);
      break;
    case RoleKind::classifier:
      returned = &as<Classifier>(*e).fit(problem.X, *problem.y);
      break;
    case RoleKind::regressor:
      returned = &as<Regressor>(*e).fit(problem.X, *problem.y);
      break;
    case RoleKind::clusterer:
      returned = &as<Clusterer>(*e).fit(problem.X);
      break;
    default:
      returned = &as<OutlierDetector>(*e).fit(problem.X);
  }
  require(returned == e.get(), "fit does not return the object it was called on");
}

void fit_makes_it_fitted(const Subject& s) {
  const auto e = s.fitted(s.problem());
  require(e->fitted(), "fitted() is false after fit");
  require(e->n_features_in() == 4,
          fmt::format("n_features_in() is {} after a fit on 4 columns", e->n_features_in()));
  require(e->feature_names_in().empty(), "feature_names_in() is not empty for an X without names");
}

void counts_its_iterations(const Subject& s) {
  const auto n_iter = s.fitted(s.problem())->iterations();
  require(n_iter || !s.has_param("max_iter"),
          "it has a parameter max_iter, but iterations() is empty after fit: count them in "
          "State::n_iter");
  if (!n_iter) skip("it does not iterate");
  require(*n_iter >= 1, fmt::format("iterations() is {} after fit", *n_iter));
}

void reports_its_progress(const Subject& s) {
  Index reports = 0, last = 0;
  FitContext context;
  context.callback = [&](const Progress& progress) {
    ++reports;
    require(!progress.task.empty(), "a report has no task");
    require(progress.iteration >= 0 && progress.elapsed >= 0.0,
            "a report has a negative iteration or time");
    require(progress.total == 0 || progress.iteration <= progress.total,
            fmt::format("a report has iteration {} of {}", progress.iteration, progress.total));
    last = progress.iteration;
  };
  const auto e = s.fitted(s.problem(), context);
  const auto n_iter = e->iterations();
  if (!n_iter) skip("it does not iterate");
  require(reports > 0, "it iterates, but does not report to FitContext::callback");
  require(last >= 1, "the last report has iteration 0");
}

}  // namespace

Checks api_checks() {
  return {
      {"clone_is_equal_and_unfitted", "clone() has the same class and parameters and is not fitted",
       always, clone_is_equal_and_unfitted},
      {"copy_is_independent", "copy() predicts the same; changing it leaves the original alone",
       fits, copy_is_independent},
      {"prints_its_class_and_parameters", "to_string() is Class(parameters)", always,
       prints_its_class_and_parameters},
      {"registry_makes_it", "the registry makes it by its class name", always, registry_makes_it},
      {"tags_are_consistent", "the tags suit the role and do not change with fit", always,
       tags_are_consistent},
      {"unfitted_methods_say_so",
       "before fit everything learned throws NotFitted, naming the class", fits,
       unfitted_methods_say_so},
      {"fit_leaves_parameters", "fit changes no parameter", fits, fit_leaves_parameters},
      {"fit_returns_itself", "fit returns the object, so that calls can be chained", fits,
       fit_returns_itself},
      {"fit_makes_it_fitted", "fit sets fitted(), n_features_in() and feature_names_in()", fits,
       fit_makes_it_fitted},
      {"counts_its_iterations", "iterations() is at least 1; it exists where max_iter does", fits,
       counts_its_iterations},
      {"reports_its_progress", "what iterates reports to the callback of the FitContext", fits,
       reports_its_progress},
  };
}

}  // namespace espalier::detail::kit

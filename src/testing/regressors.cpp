// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include <espalier/metrics/regression.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

void learns_a_linear_relation(const Subject& s) {
  const Problem problem = s.problem({.rows = 200});
  const auto e = s.fitted(problem);
  const double r2 = as<Regressor>(*e).score(problem.X, *problem.y);
  require(r2 > 0.5, fmt::format("R² on its training rows, a linear relation, is {:.3f}", r2));
}

/// R², or the measure of the class's own.
void score_is_that_of_its_predictions(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const auto& model = as<Regressor>(*e);
  const Matrix predicted = model.predict(problem.X);
  const Vector w = Vector::LinSpaced(120, 0.0, 2.0);
  const double expected = model.score_of(problem.values(), predicted);
  require(std::abs(model.score(problem.X, *problem.y) - expected) < 1e-12,
          "score() is not score_of(y, predict(X))");
  require(std::abs(model.score(problem.X, *problem.y, w) -
                   model.score_of(problem.values(), predicted, w)) < 1e-12,
          "score() with weights is not the weighted score_of(y, predict(X))");
  require(std::abs(model.score_of(problem.values(), problem.values()) - 1.0) < 1e-12,
          "the score of perfect predictions is not 1");
}

void integer_y_is_real_y(const Subject& s) {
  const Problem problem = s.problem();
  const Vector rounded = problem.values().col(0).array().round();
  const Labels whole = rounded.cast<int>();
  require_same("y as integers and as the same real numbers",
               difference(outputs(*s.fitted(problem.X, Target(whole)), problem.X),
                          outputs(*s.fitted(problem.X, Target(rounded)), problem.X)));
}

void predictions_have_their_shape(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const auto& model = as<Regressor>(*e);
  const Vector one = model.predict(problem.X);
  const Matrix multi = model.predict_multi(problem.X);
  require(one.size() == 120, fmt::format("predict gives {} values for 120 rows", one.size()));
  require(one.allFinite(), "predict is not finite");
  require(equal(multi, one), "predict_multi is not predict as a column");
}

void a_constant_y_does_no_harm(const Subject& s) {
  const Problem problem = s.problem();
  const Vector y = Vector::Constant(120, 3.0);
  const auto e = s.fitted(problem.X, Target(y));
  require_same("after a fit on a constant y", not_finite(outputs(*e, problem.X)));
}

void texts_are_refused(const Subject& s) {
  const Problem problem = s.problem();
  std::vector<std::optional<std::string>> sizes(120, "large");
  sizes[3] = "small";
  const Column y = Column::categorical("size", sizes);
  require_invalid_input("fit on a y of texts", {"categorical", s.name()},
                        [&] { s.fitted(problem.X, Target(y)); });
}

void several_outputs_are_predicted(const Subject& s) {
  const Problem problem = s.problem({.outputs = 3});
  const auto e = s.fitted(problem);
  const auto& model = as<Regressor>(*e);
  const Matrix predicted = model.predict_multi(problem.X);
  require(predicted.rows() == 120 && predicted.cols() == 3,
          fmt::format("predict_multi is {} × {} for 120 rows and 3 outputs", predicted.rows(),
                      predicted.cols()));
  require(predicted.allFinite(), "predict_multi is not finite");
  require_error<NotSupported>("predict after a fit on 3 outputs", "NotSupported",
                              {"predict_multi", s.name()}, [&] { model.predict(problem.X); });
  require(
      std::abs(model.score(problem.X, *problem.y) - r2_score(problem.values(), predicted)) < 1e-12,
      "score() is not the mean R² over the outputs");
}

/// Not that each is what a fit on it alone predicts: outputs may share what is learned.
void outputs_keep_their_places(const Subject& s) {
  const Problem problem = s.problem({.outputs = 3});
  const std::vector<int> order{2, 0, 1};
  const Matrix turned = problem.values()(Eigen::all, order);
  const auto predicted = [&](const Target& y) {
    return as<Regressor>(*s.fitted(problem.X, y)).predict_multi(problem.X);
  };
  const Matrix plain = predicted(*problem.y);
  require_same("predictions after a fit on the outputs in another order",
               difference(predicted(Target(turned)), Matrix(plain(Eigen::all, order)), 1e-7));
  require(s.tags().poor_score ||
              !(equal(plain.col(0), plain.col(1)) || equal(plain.col(1), plain.col(2))),
          "different outputs get the same predictions");
}

}  // namespace

Checks regressor_checks() {
  const auto learns = [](const Subject& s) { return is_regressor(s) && !s.tags().poor_score; };
  const auto multi = [](const Subject& s) { return is_regressor(s) && s.tags().multi_output; };
  return {
      {"learns_a_linear_relation", "R² on easy data is above 0.5 (unless poor_score)", learns,
       learns_a_linear_relation},
      {"score_is_that_of_its_predictions", "score() is the R² of predict()", is_regressor,
       score_is_that_of_its_predictions},
      {"integer_y_is_real_y", "y of integers gives the same bits as real numbers", is_regressor,
       integer_y_is_real_y},
      {"predictions_have_their_shape", "predict gives a finite value a row", is_regressor,
       predictions_have_their_shape},
      {"a_constant_y_does_no_harm", "a constant y gives finite predictions", is_regressor,
       a_constant_y_does_no_harm},
      {"texts_are_refused", "a y of texts is refused, not taken for its codes", is_regressor,
       texts_are_refused},
      {"several_outputs_are_predicted", "multi_output: predict_multi has a column an output", multi,
       several_outputs_are_predicted},
      {"outputs_keep_their_places",
       "multi_output: each output has predictions of its own, wherever it stands in y", multi,
       outputs_keep_their_places},
  };
}

}  // namespace espalier::detail::kit

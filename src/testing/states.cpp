// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include "testing/checks.hpp"
#include "testing/ranges.hpp"

namespace espalier::detail::kit {
namespace {

/// A fitted estimator and what it gave; says whether it still does.
struct Snapshot {
  explicit Snapshot(const Subject& s)
      : problem(s.problem()),
        estimator(s.fitted(problem)),
        before(outputs(*estimator, problem.X)) {}

  void require_unchanged(std::string_view situation) const {
    require(estimator->fitted(), fmt::format("after {} it is no longer fitted", situation));
    require_same(fmt::format("after {}", situation),
                 difference(before, outputs(*estimator, problem.X)));
  }

  /// Calls `fit_again`, which must throw an Error, and compares.
  template <class Call>
  void require_survives(std::string_view situation, const Call& fit_again) const {
    require_error<Error>(std::string(situation), "an Error", {}, fit_again);
    require_unchanged(situation);
  }

  Problem problem;
  std::unique_ptr<Estimator> estimator;
  Outputs before;
};

void a_failed_fit_changes_nothing(const Subject& s) {
  const Snapshot model(s);
  const Problem other = s.problem({.rows = 50, .cols = 5, .variant = 1});
  Matrix infinite = other.X;
  infinite(3, 2) = std::numeric_limits<double>::infinity();
  model.require_survives("a fit with infinity in X",
                         [&] { fit(*model.estimator, infinite, other.y); });
  model.require_survives("a fit on no rows", [&] { fit(*model.estimator, Matrix(0, 5), other.y); });
  if (!other.y) return;
  model.require_survives("a fit with y of another length",
                         [&] { fit(*model.estimator, other.X, model.problem.y); });
}

void a_fit_with_bad_parameters_changes_nothing(const Subject& s) {
  const Snapshot model(s);
  const Problem other = s.problem({.rows = 50, .cols = 5, .variant = 1});
  bool any = false;
  for (const ParamInfo& info : s.prototype().param_infos()) {
    const std::vector<Value> bad = values_outside(info);
    if (bad.empty()) continue;
    any = true;
    const Value kept = model.estimator->get_param(info.name);
    const std::string situation = fmt::format("a fit with {} = {}", info.name, bad[0].to_text());
    require_error<InvalidParameter>(situation, "InvalidParameter", {}, [&] {
      model.estimator->set_param(info.name, bad[0]);
      fit(*model.estimator, other);
    });
    model.estimator->set_param(info.name, kept);
    model.require_unchanged(situation);
  }
  if (!any) skip("no parameter has a range");
}

void a_stopped_fit_changes_nothing(const Subject& s) {
  const Snapshot model(s);
  std::stop_source source;
  source.request_stop();
  FitContext context;
  context.stop = source.get_token();
  require_error<Cancelled>("fit with a stop token triggered beforehand", "Cancelled", {s.name()},
                           [&] { fit(*model.estimator, s.problem({.variant = 1}), context); });
  model.require_unchanged("a fit that was stopped beforehand");
}

void a_fit_stopped_on_the_way_changes_nothing(const Subject& s) {
  const Snapshot model(s);
  std::stop_source source;
  bool called = false;
  FitContext context;
  context.stop = source.get_token();
  context.callback = [&](const Progress&) {
    called = true;
    source.request_stop();
  };
  bool cancelled = false;
  try {
    fit(*model.estimator, s.problem({.variant = 1}), context);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (!called) skip("it does not report progress");
  require(cancelled,
          "the stop token was triggered in the first report, but fit did not throw Cancelled");
  model.require_unchanged("a fit that was stopped at its first report");
}

void an_exception_in_the_callback_comes_out(const Subject& s) {
  const Snapshot model(s);
  FitContext context;
  bool called = false;
  struct FromCallback {};
  context.callback = [&](const Progress&) {
    called = true;
    throw FromCallback();
  };
  bool came_out = false;
  try {
    fit(*model.estimator, s.problem({.variant = 1}), context);
  } catch (const FromCallback&) {
    came_out = true;
  }
  if (!called) skip("it does not report progress");
  require(came_out, "an exception thrown by the callback was swallowed");
  model.require_unchanged("an exception in the callback");
}

/// Fits that an estimator may refuse only after it has worked for a while: on strange data, or
/// because the callback throws in the last of its reports.
void a_fit_that_fails_late_changes_nothing(const Subject& s) {
  const Snapshot model(s);
  int failures = 0;
  const auto attempt = [&](std::string_view situation, const Features& X, const OptionalTarget& y,
                           const FitContext& context = {}) {
    const auto e = model.estimator->copy();
    if (succeeds_or_mentions(situation, {}, [&] { fit(*e, X, y, context); })) return;
    ++failures;
    require_same(fmt::format("after {} failed", situation),
                 difference(model.before, outputs(*e, model.problem.X)));
  };
  const Problem other = s.problem({.variant = 1});
  const std::vector<Index> first{0};
  attempt("a fit on one row", other.X.topRows(1),
          other.y ? OptionalTarget(other.y->take(first)) : std::nullopt);
  attempt("a fit on equal rows", Matrix::Constant(120, 4, 2.0), other.y);
  attempt("a fit on numbers of 1e9", 1e9 * other.X, other.y);
  attempt("a fit on numbers of 1e200", 1e200 * other.X, other.y);
  if (s.supervised()) attempt("a fit on a constant y", other.X, Target(Labels(Labels::Zero(120))));
  Index reports = 0;
  FitContext context;
  context.callback = [&](const Progress&) { ++reports; };
  s.fitted(other, context);
  context.callback = [&](const Progress&) {
    if (--reports == 0) throw Error("from the callback");
  };
  if (reports > 0) attempt("a fit whose last report throws", other.X, other.y, context);
  if (failures == 0) skip("none of these fits fails");
}

}  // namespace

Checks state_checks() {
  return {
      {"a_failed_fit_changes_nothing", "a fit that throws leaves what was learned", fits,
       a_failed_fit_changes_nothing},
      {"a_fit_with_bad_parameters_changes_nothing",
       "a fit with parameters out of range leaves what was learned", fits,
       a_fit_with_bad_parameters_changes_nothing},
      {"a_stopped_fit_changes_nothing", "a triggered stop token throws Cancelled", fits,
       a_stopped_fit_changes_nothing},
      {"a_fit_stopped_on_the_way_changes_nothing",
       "a stop requested by the callback throws Cancelled and leaves what was learned", fits,
       a_fit_stopped_on_the_way_changes_nothing},
      {"an_exception_in_the_callback_comes_out",
       "an exception of the callback leaves fit, which changes nothing", fits,
       an_exception_in_the_callback_comes_out},
      {"a_fit_that_fails_late_changes_nothing",
       "strange data or the last report stop a fit, and what was learned before stays", fits,
       a_fit_that_fails_late_changes_nothing},
  };
}

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "testing/checks.hpp"
#include "testing/ranges.hpp"

namespace espalier::detail::kit {
namespace {

void default_parameters_are_valid(const Subject& s) {
  if (!s.prototype().parts().empty()) skip("its parts have no defaults");
  const auto e = s.make();
  for (const ParamInfo& info : e->param_infos()) e->set_param(info.name, info.default_value);
  e->validate_params();
}

void parameters_are_documented(const Subject& s) {
  for (const ParamInfo& info : s.prototype().param_infos()) {
    require(!info.name.empty() && info.name.find("__") == std::string::npos,
            fmt::format("a parameter is called '{}'", info.name));
    require(!info.doc.empty(), fmt::format("the parameter '{}' has no documentation", info.name));
    require(!info.expects.empty(), fmt::format("the parameter '{}' expects nothing", info.name));
  }
}

void require_equal_params(const Estimator& e, const ParamList& before, std::string_view situation) {
  for (const auto& [path, value] : before)
    require(e.get_param(path) == value, fmt::format("{}: '{}' was {} and is {}", situation, path,
                                                    value.to_text(), e.get_param(path).to_text()));
}

void parameters_round_trip(const Subject& s) {
  const auto e = s.make();
  const ParamList before = e->get_params(true);
  e->set_params(before);
  require_equal_params(*e, before, "set_params(get_params())");
  for (const auto& [path, value] : before) e->set_param(path, value);
  require_equal_params(*e, before, "set_param(path, get_param(path)) for each");
}

/// How a user would type a value, if it can be typed in one word.
std::optional<std::string> typed(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return *text;
  const bool scalar = value.is_none() || value.get_if<bool>() != nullptr ||
                      value.get_if<std::int64_t>() != nullptr || value.get_if<double>() != nullptr;
  return scalar ? std::optional(value.to_text()) : std::nullopt;
}

void parameters_round_trip_through_text(const Subject& s) {
  const auto e = s.make();
  const ParamList before = e->get_params(true);
  for (const auto& [path, value] : before)
    if (const auto text = typed(value)) e->set_param(path, Value::parse(*text));
  require_equal_params(*e, before, "after a round trip through text");
}

void shallow_parameters_are_among_the_deep(const Subject& s) {
  const ParamList deep = s.prototype().get_params(true);
  for (const auto& own : s.prototype().get_params(false))
    require(std::find(deep.begin(), deep.end(), own) != deep.end(),
            fmt::format("'{}' is in get_params(false) but not in get_params(true)", own.first));
}

void unknown_parameters_are_refused(const Subject& s) {
  const auto e = s.make();
  const auto refused = [&](std::string_view situation, const auto& call) {
    require_error<InvalidParameter>(situation, "InvalidParameter", {"no_such_parameter", s.name()},
                                    call);
    try {
      call();
    } catch (const Error& error) {
      for (const auto& [name, value] : e->get_params(false))
        require(mentions(error.what(), name),
                fmt::format("{}: the error does not list '{}': {}", situation, name, error.what()));
    }
  };
  refused("set_param", [&] { e->set_param("no_such_parameter", 1); });
  refused("get_param", [&] { e->get_param("no_such_parameter"); });
  refused("set_param of a part", [&] { e->set_param("no_such_parameter__alpha", 1); });
  refused("get_param of a part", [&] { e->get_param("no_such_parameter__alpha"); });
  refused("set_params", [&] { e->set_params({{"no_such_parameter", 1}}); });
}

void failed_set_params_changes_nothing(const Subject& s) {
  const auto e = s.make();
  const ParamList before = e->get_params(true);
  ParamList change;
  for (const ParamInfo& info : e->param_infos()) change.emplace_back(info.name, info.default_value);
  change.emplace_back("no_such_parameter", 1);
  require_error<InvalidParameter>("set_params with an unknown name", "InvalidParameter", {},
                                  [&] { e->set_params(change); });
  require_equal_params(*e, before, "after a set_params that threw");
}

void require_names(const Error& error, const Subject& s, const ParamInfo& info,
                   const Value& value) {
  for (const std::string& part : {info.name, s.name()})
    require(mentions(error.what(), part),
            fmt::format("{} = {} is refused without mention of '{}': {}", info.name,
                        value.to_text(), part, error.what()));
}

/// Sets the value and fits. Returns whether it was refused, by either, with name and class.
bool is_refused(const Subject& s, const Problem& problem, const ParamInfo& info,
                const Value& value) {
  const auto e = s.make();
  try {
    e->set_param(info.name, value);
    if (s.fits())
      fit(*e, problem);
    else
      e->validate_params();
  } catch (const InvalidParameter& error) {
    require_names(error, s, info, value);
    require(!e->fitted(), "it is fitted with a parameter that it refused");
    return true;
  } catch (const std::exception& error) {
    fail_other_error(fmt::format("{} = {}", info.name, value.to_text()), "InvalidParameter", error);
  }
  return false;
}

void values_out_of_range_are_refused_by_name(const Subject& s) {
  const Problem problem = s.fits() ? s.problem({.rows = 60}) : Problem{};
  bool any = false;
  for (const ParamInfo& info : s.prototype().param_infos())
    for (const Value& value : values_outside(info)) {
      any = true;
      require(is_refused(s, problem, info, value),
              fmt::format("{} = {} is accepted, but it expects {}", info.name, value.to_text(),
                          info.expects));
    }
  if (!any) skip("no parameter has a range");
}

void numbers_without_a_range_do_no_harm(const Subject& s) {
  const Problem problem = s.problem({.rows = 60});
  bool any = false;
  for (const ParamInfo& info : s.prototype().param_infos())
    for (const Value& value : unusual_numbers(info)) {
      any = true;
      const auto e = s.make();
      e->set_param(info.name, value);
      succeeds_or_mentions(fmt::format("fit and predict with {} = {}", info.name, value.to_text()),
                           {}, [&] {
                             fit(*e, problem);
                             outputs(*e, problem.X);
                           });
    }
  if (!any) skip("every parameter that is a number has a range");
}

/// Values of other types. None of them suits a parameter of the simple types.
std::vector<Value> values_of_wrong_type(const ParamInfo& info) {
  std::vector<Value> values{Value::Object{{"no_such_key", "no such value"}},
                            Value::List{Value::List{}, "no such value"}};
  const bool number = info.expects.starts_with("a number"),
             integer = info.expects.starts_with("an integer");
  if (!info.expects.starts_with("a text")) values.emplace_back("no such value");
  if (!info.expects.starts_with("true or false")) values.emplace_back(true);
  if (!number) values.emplace_back(1.5);
  if (!number && !integer) values.emplace_back(7);
  if (!mentions(info.expects, "none")) values.emplace_back();
  return values;
}

bool is_simple(const ParamInfo& info) {
  for (const std::string_view start : {"a number", "an integer", "true or false", "one of"})
    if (info.expects.starts_with(start)) return true;
  return false;
}

/// Whether `set_param` refuses the value, with name and class.
bool type_is_refused(const Subject& s, const ParamInfo& info, const Value& value) {
  const auto e = s.make();
  try {
    e->set_param(info.name, value);
  } catch (const InvalidParameter& error) {
    require_names(error, s, info, value);
    return true;
  } catch (const std::exception& error) {
    fail_other_error(fmt::format("{} = {}", info.name, value.to_text()), "InvalidParameter", error);
  }
  return false;
}

void wrong_types_are_refused_by_name(const Subject& s) {
  for (const ParamInfo& info : s.prototype().param_infos()) {
    int refused = 0;
    for (const Value& value : values_of_wrong_type(info)) {
      if (type_is_refused(s, info, value))
        ++refused;
      else if (is_simple(info))
        fail(fmt::format("{} = {} is accepted, but it expects {}", info.name, value.to_text(),
                         info.expects));
    }
    require(refused > 0, fmt::format("'{}' accepts values of any type", info.name));
  }
  for (const EstimatorPart& part : s.prototype().parts()) {
    if (part.estimator == nullptr) continue;
    const auto e = s.make();
    require_error<InvalidParameter>("setting a part to a text", "InvalidParameter",
                                    {part.name, s.name()},
                                    [&] { e->set_param(part.name, "no such value"); });
  }
}

}  // namespace

Checks parameter_checks() {
  return {
      {"default_parameters_are_valid", "the defaults pass validate_params()", always,
       default_parameters_are_valid},
      {"parameters_are_documented", "every parameter has a name, a sentence and an expectation",
       always, parameters_are_documented},
      {"parameters_round_trip", "set_params(get_params()) changes nothing", always,
       parameters_round_trip},
      {"parameters_round_trip_through_text", "parameters survive being typed on a command line",
       always, parameters_round_trip_through_text},
      {"shallow_parameters_are_among_the_deep", "get_params(false) is part of get_params(true)",
       always, shallow_parameters_are_among_the_deep},
      {"unknown_parameters_are_refused", "an unknown parameter throws and lists the valid ones",
       always, unknown_parameters_are_refused},
      {"failed_set_params_changes_nothing", "a set_params that throws leaves every parameter alone",
       always, failed_set_params_changes_nothing},
      {"wrong_types_are_refused_by_name",
       "a value of a wrong type is refused, naming the parameter", always,
       wrong_types_are_refused_by_name},
      {"values_out_of_range_are_refused_by_name",
       "fit refuses a number outside the range, naming the parameter", always,
       values_out_of_range_are_refused_by_name},
      {"numbers_without_a_range_do_no_harm",
       "−1, 0, NaN, … for a number without a range give a result or an Error", fits,
       numbers_without_a_range_do_no_harm},
  };
}

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Tables of fields: one constexpr table per Params or State struct, from which everything else
/// follows (get and set by name, validation, printing, save and load, command lines, automatic
/// negative tests).
///
///     struct RidgeParams {
///       double alpha = 1.0;
///       static constexpr auto fields() {
///         return Fields{field("alpha", &RidgeParams::alpha, at_least(0.0), "L2 penalty")};
///       }
///     };
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>

namespace espalier {

/// No constraint beyond the type.
struct AnyValue {};

/// A range of numbers; NaN is never inside.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_included = true;
  bool high_included = true;

  constexpr bool contains(double x) const {
    return (low_included ? x >= low : x > low) && (high_included ? x <= high : x < high);
  }
  std::string describe() const;  ///< "in the range [0, inf)"
};

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// [low, ∞)
constexpr Interval at_least(double low) { return {low, infinity, true, false}; }
/// (low, ∞)
constexpr Interval above(double low) { return {low, infinity, false, false}; }
/// (low, ∞]
constexpr Interval above_or_infinite(double low) { return {low, infinity, false, true}; }
/// [low, high]
constexpr Interval between(double low, double high) { return {low, high, true, true}; }
/// (low, high)
constexpr Interval inside(double low, double high) { return {low, high, false, false}; }
/// (low, high]
constexpr Interval above_up_to(double low, double high) { return {low, high, false, true}; }

/// One row of a table of fields.
template <class Owner, class T, class Constraint>
struct Field {
  using Type = T;
  std::string_view name;
  T Owner::*member;
  Constraint constraint;
  std::string_view doc;
};

template <class Owner, class T>
constexpr Field<Owner, T, AnyValue> field(std::string_view name, T Owner::*member,
                                          std::string_view doc = {}) {
  return {name, member, {}, doc};
}

template <class Owner, class T>
constexpr Field<Owner, T, Interval> field(std::string_view name, T Owner::*member, Interval range,
                                          std::string_view doc) {
  return {name, member, range, doc};
}

namespace detail {

template <std::size_t place, class F>
struct FieldAt {
  constexpr explicit FieldAt(const F& f) : field(f) {}
  F field;
};

template <class Places, class... F>
struct FieldPack;

template <std::size_t... places, class... F>
struct FieldPack<std::index_sequence<places...>, F...> : FieldAt<places, F>... {
  constexpr explicit FieldPack(const F&... fields) : FieldAt<places, F>(fields)... {}

  template <class Use>
  constexpr decltype(auto) apply(Use&& use) const {
    return use(static_cast<const FieldAt<places, F>&>(*this).field...);
  }
};

}  // namespace detail

/// A table: what `fields()` returns. Not a std::tuple, which compilers build one element upon the
/// other: tables of 20 to 30 fields made up more than half of the time that our headers take.
template <class... F>
class Fields : detail::FieldPack<std::index_sequence_for<F...>, F...> {
 public:
  constexpr explicit Fields(const F&... fields) : Fields::FieldPack(fields...) {}

  /// use(field, field, …), with all of them.
  using Fields::FieldPack::apply;
};

/// One table of several, in this order.
template <class... A, class... B, class... More>
constexpr auto join_fields(const Fields<A...>& a, const Fields<B...>& b, const More&... more) {
  const auto both = a.apply([&](const A&... of_a) {
    return b.apply([&](const B&... of_b) { return Fields<A..., B...>(of_a..., of_b...); });
  });
  if constexpr (sizeof...(More) == 0)
    return both;
  else
    return join_fields(both, more...);
}

/// What there is to know of a parameter: for help texts, documentation and generated tests.
struct ParamInfo {
  std::string name;
  std::string doc;
  std::string expects;  ///< "a number in the range [0, inf)"
  Value default_value;
};

namespace detail {

[[noreturn]] void refuse_param(std::string_view estimator, std::string_view param,
                               const std::string& expects, const Value& got);
[[noreturn]] void refuse_unknown_param(const std::string& estimator, std::string_view param,
                                       const std::vector<std::string>& valid);
void check_keys(const Value& object, const std::vector<std::string_view>& known, bool all_required,
                std::string_view owner);
/// Re-throws the FormatError in flight with "owner.field: " in front.
[[noreturn]] void rethrow_in_field(const FormatError& error, std::string_view owner,
                                   std::string_view field);

template <class S, class F>
constexpr void each_field(F&& f) {
  S::fields().apply([&](const auto&... fields) { (f(fields), ...); });
}

template <class T>
std::string expectation(const AnyValue&) {
  return Codec<T>::describe();
}
/// Not for what derives from an optional, whose codec says what none means.
template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class T>
std::string expectation(const Interval& range) {
  if constexpr (is_optional<T>)
    return expectation<typename T::value_type>(range) + " or none";
  else
    return Codec<T>::describe() + " " + range.describe();
}

template <class T>
bool satisfies(const AnyValue&, const T&) {
  return true;
}
template <class T>
bool satisfies(const Interval& range, const T& v) {
  if constexpr (std::is_arithmetic_v<T>) {
    return range.contains(static_cast<double>(v));
  } else if constexpr (requires { v.has_value(); }) {
    return !v || satisfies(range, *v);
  } else {
    for (const auto& item : v)
      if (!satisfies(range, item)) return false;
    return true;
  }
}

template <class S>
std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  each_field<S>([&](const auto& f) { names.push_back(f.name); });
  return names;
}

template <class S>
Value encode_fields(const S& s) {
  Value::Object object;
  each_field<S>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    object.emplace_back(std::string(f.name), Codec<T>::encode(s.*f.member));
  });
  return object;
}

/// Fills `s` from an object. Unknown keys are errors, and missing ones too when `all_required`.
template <class S>
void decode_fields(const Value& object, S& s, bool all_required, std::string_view owner) {
  check_keys(object, field_names<S>(), all_required, owner);
  each_field<S>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    if (const Value* v = object.find(f.name)) {
      try {
        s.*f.member = Codec<T>::decode(*v);
      } catch (const FormatError& e) {
        rethrow_in_field(e, owner, f.name);
      }
    }
  });
}

template <class P>
void validate_fields(const P& params, std::string_view estimator) {
  each_field<P>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    if (!satisfies(f.constraint, params.*f.member))
      refuse_param(estimator, f.name, expectation<T>(f.constraint),
                   Codec<T>::encode(params.*f.member));
  });
}

template <class P>
bool get_field(const P& params, std::string_view name, Value& result) {
  bool found = false;
  each_field<P>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    if (f.name == name) {
      result = Codec<T>::encode(params.*f.member);
      found = true;
    }
  });
  return found;
}

/// Sets one field; only the type is checked here, the range by `fit`, as in scikit-learn.
template <class P>
bool set_field(P& params, std::string_view name, const Value& value, std::string_view estimator) {
  bool found = false;
  each_field<P>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    if (f.name != name) return;
    found = true;
    try {
      params.*f.member = Codec<T>::decode(value);
    } catch (const FormatError&) {
      refuse_param(estimator, name, expectation<T>(f.constraint), value);
    }
  });
  return found;
}

template <class P>
std::vector<ParamInfo> field_infos() {
  std::vector<ParamInfo> infos;
  const P defaults{};
  each_field<P>([&](const auto& f) {
    using T = typename std::decay_t<decltype(f)>::Type;
    infos.push_back({std::string(f.name), std::string(f.doc), expectation<T>(f.constraint),
                     Codec<T>::encode(defaults.*f.member)});
  });
  return infos;
}

}  // namespace detail

/// A struct with `fields()` is an object with those members.
template <detail::HasFields S>
struct Codec<S> {
  static Value encode(const S& s) { return detail::encode_fields(s); }
  static S decode(const Value& v) {
    S s{};
    detail::decode_fields(v, s, true, "object");
    return s;
  }
  static std::string describe() { return "an object"; }
};

}  // namespace espalier

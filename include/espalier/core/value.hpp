// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace espalier {

class Estimator;

/// A dynamically typed value: what a parameter is set to by name, what a search tries, and what a
/// model file is made of. It is a JSON value with two additions: arrays of numbers are packed, and
/// a value may be an estimator.
///
///     pipe.set_param("logistic_regression__C", 0.1);
///     pipe.set_param("model", Ridge({.alpha = 2.0}));
class Value {
 public:
  using Numbers = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  using List = std::vector<Value>;
  using Object = std::vector<std::pair<std::string, Value>>;  // in order of insertion
  using EstimatorPtr = std::shared_ptr<const Estimator>;

  Value();  ///< none
  Value(std::nullptr_t) : Value() {}
  Value(const Value&);  // these in value.cpp: a variant's are costly to compile in every file
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
  Value(bool v) : data_(v) {}
  /// An integer beyond 2⁶³ − 1 becomes the nearest double, as in a JSON text.
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T v) : data_(static_cast<std::int64_t>(v)) {
    if constexpr (std::unsigned_integral<T> && sizeof(T) == 8) {
      if (v > static_cast<T>(std::numeric_limits<std::int64_t>::max()))
        data_ = static_cast<double>(v);
    }
  }
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(Numbers v) : data_(std::move(v)) {}
  Value(Integers v) : data_(std::move(v)) {}
  Value(List v) : data_(std::move(v)) {}
  Value(Object v) : data_(std::move(v)) {}
  Value(EstimatorPtr v) : data_(std::move(v)) {}

  /// An enumerator, by its name (see `names_of`).
  template <class E>
  requires std::is_enum_v<E> Value(E v)
      : data_(std::string(names_of(v).at(static_cast<std::size_t>(v)))) {}

  /// A copy of an estimator, with what it has learned.
  template <class E>
  requires(std::is_base_of_v<Estimator, E>) Value(const E& estimator)
      : data_(EstimatorPtr(estimator.copy())) {}

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }

  /// The content if it is of exactly this type, else null.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&data_);
  }

  /// The member `key` of an object, or null.
  const Value* find(std::string_view key) const;

  /// Calls `visitor` with the content.
  template <class Visitor>
  auto visit(const Visitor& visitor) const {
    return std::visit(visitor, data_);
  }

  /// As a user would write it: `0.1`, `true`, `none`, `'text'`, `[1, 2]`, `Ridge(alpha=2)`.
  std::string to_text() const;

  /// What `text` means on a command line: `none`, `true`, a number, a JSON list or object, else
  /// itself.
  static Value parse(std::string_view text);

  friend bool operator==(const Value& a, const Value& b);
  /// `value.to_text()`.
  friend std::ostream& operator<<(std::ostream& out, const Value& value);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Numbers, Integers, List,
               Object, EstimatorPtr>
      data_;
};

/// Parameter names (or paths) with values, in order.
using ParamList = std::vector<std::pair<std::string, Value>>;

/// The shortest text that reads back as the same double: `0.1`, `1e-05`, `nan`, `inf`.
std::string number_text(double value);

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// How each type that may stand in a Params or State struct becomes a Value and comes back.
///
/// `Codec<T>` has three functions: `encode(const T&) → Value`, `decode(const Value&) → T`, which
/// throws FormatError saying what was expected, and `describe()`, the words for that expectation.
/// Specialise it for a type of your own, or give the type `fields()` (see params.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <espalier/core/errors.hpp>
#include <espalier/core/types.hpp>
#include <espalier/core/value.hpp>

namespace espalier {

template <class T>
struct Codec;

namespace detail {

/// Throws FormatError("expected <what>, got <value>").
[[noreturn]] void refuse_value(const Value& value, std::string_view what);
/// Throws InvalidParameter: a Value has no integers beyond 2⁶³ − 1.
[[noreturn]] void refuse_large(std::uint64_t value);

bool decode_bool(const Value&);
double decode_number(const Value&);
std::int64_t decode_integer(const Value&, std::int64_t low, std::int64_t high);
std::string decode_text(const Value&);
std::vector<double> decode_numbers(const Value&);
std::vector<std::int64_t> decode_integers(const Value&, std::int64_t low, std::int64_t high);
Value encode_matrix(const Matrix&);
Matrix decode_matrix(const Value&);
Value encode_sparse(const SparseMatrix&);
SparseMatrix decode_sparse(const Value&);
std::size_t decode_name(const Value&, std::span<const std::string_view> names);
std::string describe_names(std::span<const std::string_view> names);

/// The elements of a list of any kind, as Values.
Value::List decode_list(const Value&);
/// The same without a copy, unless the list is packed: then its elements go into `unpacked`.
/// Reading lists within lists this way holds each element once.
const Value::List& decode_list(const Value&, Value::List& unpacked);
const Value::Object& decode_object(const Value&);

template <std::integral T>
constexpr std::int64_t encode_integer(T v) {
  if constexpr (std::unsigned_integral<T> && sizeof(T) == 8) {
    if (v > static_cast<T>(std::numeric_limits<std::int64_t>::max())) refuse_large(v);
  }
  return static_cast<std::int64_t>(v);
}

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  names_of(e).size();
};

template <class T>
concept HasFields = requires {
  T::fields();
};

}  // namespace detail

template <>
struct Codec<bool> {
  static Value encode(bool v) { return v; }
  static bool decode(const Value& v) { return detail::decode_bool(v); }
  static std::string describe() { return "true or false"; }
};

template <std::integral T>
struct Codec<T> {
  static constexpr std::int64_t low = static_cast<std::int64_t>(std::numeric_limits<T>::min());
  static constexpr std::int64_t high =
      sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max()
                     : static_cast<std::int64_t>(std::numeric_limits<T>::max());
  static Value encode(T v) { return detail::encode_integer(v); }
  static T decode(const Value& v) { return static_cast<T>(detail::decode_integer(v, low, high)); }
  static std::string describe() { return "an integer"; }
};

template <std::floating_point T>
struct Codec<T> {
  static Value encode(T v) { return static_cast<double>(v); }
  static T decode(const Value& v) { return static_cast<T>(detail::decode_number(v)); }
  static std::string describe() { return "a number"; }
};

/// Anything, as it is.
template <>
struct Codec<Value> {
  static Value encode(const Value& v) { return v; }
  static Value decode(const Value& v) { return v; }
  static std::string describe() { return "any value"; }
};

template <>
struct Codec<std::string> {
  static Value encode(const std::string& v) { return v; }
  static std::string decode(const Value& v) { return detail::decode_text(v); }
  static std::string describe() { return "a text"; }
};

template <detail::NamedEnum E>
struct Codec<E> {
  static Value encode(E v) { return v; }
  static E decode(const Value& v) {
    const auto names = names_of(E{});
    return static_cast<E>(detail::decode_name(v, names));
  }
  static std::string describe() {
    const auto names = names_of(E{});
    return detail::describe_names(names);
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static Value encode(const std::optional<T>& v) { return v ? Codec<T>::encode(*v) : Value(); }
  static std::optional<T> decode(const Value& v) {
    if (v.is_none()) return std::nullopt;
    return Codec<T>::decode(v);
  }
  static std::string describe() { return Codec<T>::describe() + " or none"; }
};

template <class T>
struct Codec<std::vector<T>> {
  static Value encode(const std::vector<T>& v) {
    if constexpr (std::floating_point<T>) {
      return Value::Numbers(v.begin(), v.end());
    } else if constexpr (std::integral<T>) {
      Value::Integers integers;
      integers.reserve(v.size());
      for (const T item : v) integers.push_back(detail::encode_integer(item));
      return integers;
    } else {
      Value::List list;
      list.reserve(v.size());
      for (const T& item : v) list.push_back(Codec<T>::encode(item));
      return list;
    }
  }
  static std::vector<T> decode(const Value& v) {
    if constexpr (std::floating_point<T>) {
      const auto numbers = detail::decode_numbers(v);
      return std::vector<T>(numbers.begin(), numbers.end());
    } else if constexpr (std::integral<T>) {
      const auto integers = detail::decode_integers(v, Codec<T>::low, Codec<T>::high);
      return std::vector<T>(integers.begin(), integers.end());
    } else {
      std::vector<T> result;
      Value::List unpacked;
      const Value::List& list = detail::decode_list(v, unpacked);
      if constexpr (sizeof(T) <= sizeof(Value)) result.reserve(list.size());  // no more than it has
      for (const Value& item : list) result.push_back(Codec<T>::decode(item));
      return result;
    }
  }
  static std::string describe() { return "a list, each item " + Codec<T>::describe(); }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  static Value encode(const std::pair<A, B>& v) {
    return Value::List{Codec<A>::encode(v.first), Codec<B>::encode(v.second)};
  }
  static std::pair<A, B> decode(const Value& v) {
    Value::List unpacked;
    const Value::List& list = detail::decode_list(v, unpacked);
    if (list.size() != 2) detail::refuse_value(v, "a pair");
    return {Codec<A>::decode(list[0]), Codec<B>::decode(list[1])};
  }
  static std::string describe() { return "a pair"; }
};

/// Numbers by integer label, as a list of pairs: [[0, 1.0], [1, 2.5]].
template <class K, class V>
struct Codec<std::map<K, V>> {
  static Value encode(const std::map<K, V>& v) {
    return Codec<std::vector<std::pair<K, V>>>::encode({v.begin(), v.end()});
  }
  static std::map<K, V> decode(const Value& v) {
    const auto pairs = Codec<std::vector<std::pair<K, V>>>::decode(v);
    return {pairs.begin(), pairs.end()};
  }
  static std::string describe() { return "a list of pairs"; }
};

template <>
struct Codec<Vector> {
  static Value encode(const Vector& v) { return Value::Numbers(v.begin(), v.end()); }
  static Vector decode(const Value& v) {
    const auto numbers = detail::decode_numbers(v);
    return Vector::Map(numbers.data(), static_cast<Index>(numbers.size()));
  }
  static std::string describe() { return "a list of numbers"; }
};

template <>
struct Codec<Labels> {
  static Value encode(const Labels& v) { return Value::Integers(v.begin(), v.end()); }
  static Labels decode(const Value& v) {
    const auto integers = Codec<std::vector<int>>::decode(v);
    return Labels::Map(integers.data(), static_cast<Index>(integers.size()));
  }
  static std::string describe() { return "a list of integers"; }
};

template <>
struct Codec<Matrix> {
  static Value encode(const Matrix& v) { return detail::encode_matrix(v); }
  static Matrix decode(const Value& v) { return detail::decode_matrix(v); }
  static std::string describe() { return "a matrix"; }
};

template <>
struct Codec<SparseMatrix> {
  static Value encode(const SparseMatrix& v) { return detail::encode_sparse(v); }
  static SparseMatrix decode(const Value& v) { return detail::decode_sparse(v); }
  static std::string describe() { return "a sparse matrix"; }
};

}  // namespace espalier

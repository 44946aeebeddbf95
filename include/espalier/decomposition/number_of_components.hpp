// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// How many components to keep, as the type of the value says:
///
///     PCA({.n_components = 10})     // ten
///     PCA({.n_components = 0.95})   // as few as explain more than 95 % of the variance
///     PCA({.n_components = "mle"})  // by Minka's estimate of the dimension
///     PCA()                         // all, min(n, p)
class NumberOfComponents {
 public:
  NumberOfComponents() = default;
  template <std::integral T>
  NumberOfComponents(T count) : value_(static_cast<std::int64_t>(count)) {}
  NumberOfComponents(double share) : value_(share) {}
  NumberOfComponents(const char* rule) : value_(std::string(rule)) {}
  NumberOfComponents(std::string rule) : value_(std::move(rule)) {}

  bool is_all() const { return std::holds_alternative<std::monostate>(value_); }
  const std::int64_t* count() const { return std::get_if<std::int64_t>(&value_); }
  const double* share() const { return std::get_if<double>(&value_); }
  bool is_mle() const { return std::holds_alternative<std::string>(value_); }

  /// A count of at least 1, a share inside (0, 1), the text "mle", or nothing.
  bool valid() const;

 private:
  friend struct Codec<NumberOfComponents>;
  std::variant<std::monostate, std::int64_t, double, std::string> value_;
};

template <>
struct Codec<NumberOfComponents> {
  static Value encode(const NumberOfComponents& v);
  static NumberOfComponents decode(const Value& v);
  static std::string describe() {
    return "a count (an integer of at least 1), a share of the variance (inside 0 and 1), 'mle' or "
           "none";
  }
};

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/monotonic_constraints.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "ensemble/column_lookup.hpp"

namespace espalier {
namespace {

constexpr std::string_view param = "monotonic_cst";

std::string column_text(const Features& X, Index j) {
  return X.names().empty() ? fmt::format("column {}", j)
                           : fmt::format("column '{}'", X.names()[static_cast<std::size_t>(j)]);
}

}  // namespace

std::vector<std::int8_t> MonotonicConstraints::signs(const Features& X,
                                                     const std::vector<bool>& is_categorical,
                                                     std::string_view owner) const {
  std::vector<std::int8_t> signs(static_cast<std::size_t>(X.cols()), 0);
  const auto set = [&](Index j, int sign) {
    if (sign < -1 || sign > 1)
      throw InvalidInput(fmt::format("{}: {} must be 1, 0 or -1, but {} has {}.", owner, param,
                                     column_text(X, j), sign));
    if (sign != 0 && is_categorical[static_cast<std::size_t>(j)])
      throw InvalidInput(fmt::format("{}: {} constrains {}, which is categorical and has no order.",
                                     owner, param, column_text(X, j)));
    signs[static_cast<std::size_t>(j)] = static_cast<std::int8_t>(sign);
  };
  if (const auto* list = std::get_if<std::vector<int>>(&choice_)) {
    if (static_cast<Index>(list->size()) != X.cols())
      throw InvalidInput(fmt::format("{}: {} has {} entries, but X has {} columns.", owner, param,
                                     list->size(), X.cols()));
    for (Index j = 0; j < X.cols(); ++j) set(j, (*list)[static_cast<std::size_t>(j)]);
  } else if (const auto* by_name = std::get_if<std::map<std::string, int>>(&choice_)) {
    for (const auto& [name, sign] : *by_name)
      set(detail::column_named(name, X, owner, param), sign);
  }
  const bool all_free = std::all_of(signs.begin(), signs.end(), [](int s) { return s == 0; });
  return all_free ? std::vector<std::int8_t>{} : signs;
}

Value Codec<MonotonicConstraints>::encode(const MonotonicConstraints& v) {
  if (const auto* list = std::get_if<std::vector<int>>(&v.choice_))
    return Codec<std::vector<int>>::encode(*list);
  const auto* by_name = std::get_if<std::map<std::string, int>>(&v.choice_);
  if (by_name == nullptr) return {};
  Value::Object object;
  for (const auto& [name, sign] : *by_name) object.emplace_back(name, sign);
  return object;
}

MonotonicConstraints Codec<MonotonicConstraints>::decode(const Value& v) {
  if (v.is_none()) return {};
  const auto sign_of = [](const Value& sign) {
    return static_cast<int>(detail::decode_integer(sign, -1, 1));
  };
  try {
    if (const auto* object = v.get_if<Value::Object>()) {
      std::map<std::string, int> by_name;
      for (const auto& [name, sign] : *object) by_name[name] = sign_of(sign);
      return by_name;
    }
    std::vector<int> list;
    for (const Value& sign : detail::decode_list(v)) list.push_back(sign_of(sign));
    return list;
  } catch (const FormatError&) {
    detail::refuse_value(v, describe());
  }
}

std::string Codec<MonotonicConstraints>::describe() {
  return "a list of 1, 0 or -1 for each column, an object of them by column name, or none";
}

}  // namespace espalier

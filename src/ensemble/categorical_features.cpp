// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/categorical_features.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "ensemble/column_lookup.hpp"

namespace espalier {
namespace {

bool is_categorical(const Features& X, Index j) {
  return X.is_table() && X.column(j).categorical != nullptr;
}

}  // namespace

std::vector<bool> CategoricalFeatures::choose(const Features& X, std::string_view owner) const {
  constexpr std::string_view param = "categorical_features";
  std::vector<bool> chosen(static_cast<std::size_t>(X.cols()), false);
  const auto choose_column = [&](Index j) { chosen[static_cast<std::size_t>(j)] = true; };
  if (const auto* names = std::get_if<std::vector<std::string>>(&choice_)) {
    for (const std::string& name : *names)
      choose_column(detail::column_named(name, X, owner, param));
  } else if (const auto* positions = std::get_if<std::vector<Index>>(&choice_)) {
    for (const Index j : *positions) choose_column(detail::column_at(j, X, owner, param));
  }
  const bool by_type = std::holds_alternative<FromDtype>(choice_);
  for (Index j = 0; j < X.cols(); ++j) {
    if (!is_categorical(X, j)) continue;
    const auto at = static_cast<std::size_t>(j);
    if (!by_type && !chosen[at])
      throw InvalidInput(
          fmt::format("{}: column '{}' is categorical, but categorical_features does not choose "
                      "it. Choose it, encode it, or drop it.",
                      owner, X.column(j).name));
    chosen[at] = true;
  }
  return chosen;
}

Value Codec<CategoricalFeatures>::encode(const CategoricalFeatures& v) {
  if (const auto* names = std::get_if<std::vector<std::string>>(&v.choice_))
    return Codec<std::vector<std::string>>::encode(*names);
  const auto* positions = std::get_if<std::vector<Index>>(&v.choice_);
  if (positions == nullptr) return "from_dtype";
  if (positions->empty()) return {};
  return Codec<std::vector<Index>>::encode(*positions);
}

CategoricalFeatures Codec<CategoricalFeatures>::decode(const Value& v) {
  if (v.is_none()) return CategoricalFeatures::none();
  const auto* text = v.get_if<std::string>();
  if (text != nullptr && *text == "from_dtype") return {};
  if (text != nullptr) detail::refuse_value(v, describe());
  try {
    const Value::List items = detail::decode_list(v);
    if (!items.empty() && items.front().get_if<std::string>() != nullptr)
      return Codec<std::vector<std::string>>::decode(v);
    return Codec<std::vector<Index>>::decode(v);
  } catch (const FormatError&) {
    detail::refuse_value(v, describe());
  }
}

std::string Codec<CategoricalFeatures>::describe() {
  return "'from_dtype', a list of column names or positions, or none";
}

}  // namespace espalier

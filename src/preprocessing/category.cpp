// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/category.hpp>

#include <cmath>

namespace espalier {

std::string Category::to_string() const {
  return text() != nullptr ? "'" + *text() + "'" : number_text(*number());
}

Value Codec<Category>::encode(const Category& v) {
  if (v.text() != nullptr) return *v.text();
  return std::isnan(*v.number()) ? Value() : Value(*v.number());
}

Category Codec<Category>::decode(const Value& v) {
  if (v.get_if<std::int64_t>() != nullptr) return detail::decode_number(v);
  const double* number = v.get_if<double>();
  if (number != nullptr && std::isfinite(*number)) return *number;
  if (number == nullptr && v.get_if<std::string>() == nullptr) detail::refuse_value(v, describe());
  return detail::decode_text(v);  // a file shows the texts "NaN" and "Infinity" as numbers
}

}  // namespace espalier

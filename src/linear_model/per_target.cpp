// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/per_target.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier {

Vector PerTarget::of_targets(Index targets, std::string_view owner, std::string_view param) const {
  if (size() == 1) return Vector::Constant(targets, values_.front());
  if (static_cast<Index>(size()) != targets)
    throw InvalidParameter(
        fmt::format("The '{}' parameter of {} has {} values, but y has {} targets; give one value "
                    "for all or one for each.",
                    param, owner, size(), targets));
  return Vector::Map(values_.data(), targets);
}

Value Codec<PerTarget>::encode(const PerTarget& v) {
  if (v.size() == 1) return *v.begin();
  return Codec<std::vector<double>>::encode({v.begin(), v.end()});
}

PerTarget Codec<PerTarget>::decode(const Value& v) {
  const bool list = v.get_if<Value::Numbers>() != nullptr ||
                    v.get_if<Value::Integers>() != nullptr || v.get_if<Value::List>() != nullptr;
  if (list) return detail::decode_numbers(v);
  return detail::decode_number(v);
}

}  // namespace espalier

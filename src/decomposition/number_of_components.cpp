// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/decomposition/number_of_components.hpp>

namespace espalier {

bool NumberOfComponents::valid() const {
  if (const std::int64_t* n = count()) return *n >= 1;
  if (const double* part = share()) return *part > 0.0 && *part < 1.0;
  if (const auto* rule = std::get_if<std::string>(&value_)) return *rule == "mle";
  return true;
}

Value Codec<NumberOfComponents>::encode(const NumberOfComponents& v) {
  return std::visit(
      [](const auto& value) -> Value {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
          return {};
        else
          return value;
      },
      v.value_);
}

NumberOfComponents Codec<NumberOfComponents>::decode(const Value& v) {
  if (v.is_none()) return {};
  if (const auto* count = v.get_if<std::int64_t>()) return *count;
  if (const auto* share = v.get_if<double>()) return *share;
  if (const auto* rule = v.get_if<std::string>()) return *rule;
  detail::refuse_value(v, describe());
}

}  // namespace espalier

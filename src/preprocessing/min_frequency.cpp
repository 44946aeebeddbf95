// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/min_frequency.hpp>

namespace espalier {

Value Codec<MinFrequency>::encode(const MinFrequency& v) {
  return v.is_share_ ? Value(v.value_) : Value(static_cast<std::int64_t>(v.value_));
}

MinFrequency Codec<MinFrequency>::decode(const Value& v) {
  if (const auto* rows = v.get_if<std::int64_t>()) return *rows;
  if (const auto* share = v.get_if<double>()) return *share;
  detail::refuse_value(v, describe());
}

}  // namespace espalier

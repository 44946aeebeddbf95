// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/early_stopping.hpp>

namespace espalier {

Value Codec<EarlyStopping>::encode(const EarlyStopping& v) {
  if (v.mode_ == EarlyStopping::Mode::automatic) return "auto";
  return v.mode_ == EarlyStopping::Mode::on;
}

EarlyStopping Codec<EarlyStopping>::decode(const Value& v) {
  if (const bool* on = v.get_if<bool>()) return *on;
  const auto* text = v.get_if<std::string>();
  if (text == nullptr || *text != "auto") detail::refuse_value(v, describe());
  return {};
}

}  // namespace espalier

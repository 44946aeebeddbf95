// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/value.hpp>

namespace espalier::detail {

/// Nesting deeper than this is refused, so that no text can exhaust the stack.
inline constexpr int max_nesting = 64;

/// JSON and CBOR to Value and back. Not-a-number and the infinities are the texts "NaN", "Infinity"
/// and "-Infinity"; in CBOR a packed array is {"$f64": bytes}, {"$i32": bytes} or {"$i64": bytes},
/// little endian. Estimators within a value become objects (see archive.cpp).
/// @throws FormatError  with the byte position
Value read_json(std::string_view text);
Value read_cbor(std::span<const std::uint8_t> bytes);
/// UBJSON (https://ubjson.org, draft 12), as XGBoost writes it: read only.
Value read_ubjson(std::span<const std::uint8_t> bytes);
/// @throws InvalidInput  a text is not UTF-8; CBOR writes it as it is
std::string write_json(const Value& value, int indent);
std::vector<std::uint8_t> write_cbor(const Value& value);

}  // namespace espalier::detail

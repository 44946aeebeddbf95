// SPDX-License-Identifier: BSD-3-Clause
// A libFuzzer program: the bytes of a model from LightGBM give an Error, or a model that predicts and can be
// saved and read again.
#include "fuzz/import_property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  espalier::testing_support::use_imported([&] { return espalier::parse_lightgbm(bytes); });
  return 0;
}

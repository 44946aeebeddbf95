// SPDX-License-Identifier: BSD-3-Clause
// A libFuzzer program: the first byte of the input chooses options, the rest is CSV text.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "fuzz/csv_property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned bits = data[0];
  espalier::CsvOptions options;
  if ((bits & 1) != 0) options.delimiter = ';';
  if ((bits & 2) != 0) options.quote = (bits & 4) != 0 ? std::optional('\'') : std::nullopt;
  if ((bits & 8) != 0) options.comment = '#';
  options.header = (bits & 16) == 0;
  options.default_missing_values = (bits & 32) == 0;
  options.quoted_missing = (bits & 64) == 0;
  if ((bits & 128) != 0) options.missing_values = {"?", "-1"};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string broken = espalier::testing_support::broken_csv_promise(text, options);
  if (!broken.empty()) throw std::logic_error(broken);
  return 0;
}

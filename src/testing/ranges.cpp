// SPDX-License-Identifier: BSD-3-Clause
#include "testing/ranges.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "testing/verdict.hpp"

namespace espalier::detail::kit {
namespace {

/// "in the range [0, inf)" taken apart.
struct Range {
  double low, high;
  bool low_included, high_included;
};

std::optional<Range> range_of(std::string_view expects) {
  constexpr std::string_view words = "in the range ";
  const auto at = expects.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view text = expects.substr(at + words.size());
  Range range{0.0, 0.0, text.front() == '[', false};
  text.remove_prefix(1);
  const auto low = std::from_chars(text.data(), text.data() + text.size(), range.low);
  const char* rest = low.ptr + std::string_view(", ").size();
  const auto high = std::from_chars(rest, text.data() + text.size(), range.high);
  require(low.ec == std::errc() && high.ec == std::errc(),
          fmt::format("cannot read the range in '{}'", expects));
  range.high_included = *high.ptr == ']';
  return range;
}

}  // namespace

std::vector<Value> values_outside(const ParamInfo& info) {
  const auto range = range_of(info.expects);
  if (!range) return {};
  const bool integer =
      info.expects.starts_with("an integer") || mentions(info.expects, "item an integer");
  const bool list = info.expects.starts_with("a list");
  std::vector<double> numbers;
  const double step = integer ? 1.0 : 1e-6;
  if (std::isfinite(range->low)) {
    numbers.push_back(range->low_included ? range->low - step : range->low);
    numbers.push_back(range->low - 1000.0);
  } else if (!range->low_included && !integer) {
    numbers.push_back(range->low);
  }
  if (std::isfinite(range->high)) {
    numbers.push_back(range->high_included ? range->high + step : range->high);
    numbers.push_back(range->high + 1000.0);
  } else if (!range->high_included && !integer) {
    numbers.push_back(range->high);
  }
  if (!integer) numbers.push_back(std::nan(""));
  std::vector<Value> result;
  for (const double x : numbers) {
    const auto whole = [&] { return static_cast<std::int64_t>(x); };
    if (list && integer) result.emplace_back(Value::Integers{whole()});
    if (list && !integer) result.emplace_back(Value::Numbers{x});
    if (!list && integer) result.emplace_back(whole());
    if (!list && !integer) result.emplace_back(x);
  }
  return result;
}

std::vector<Value> unusual_numbers(const ParamInfo& info) {
  if (range_of(info.expects)) return {};
  if (info.expects.starts_with("an integer")) return {-1, 0};
  if (!info.expects.starts_with("a number")) return {};
  return {-1.0, 0.0, 1e300, std::nan(""), -std::numeric_limits<double>::infinity()};
}

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/categories.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

/// As Python writes a float: 2.0, 0.1, 1e+16, 1e-05.
std::string python_text(double value) {
  std::array<char, 32> buffer;
  const double size = std::abs(value);
  const bool fixed = size == 0.0 || (size >= 1e-4 && size < 1e16);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer.data(), end.ptr);
  if (fixed && text.find('.') == std::string::npos) text += ".0";
  return text;
}

/// A file cannot tell these texts from the numbers they stand for.
bool reads_as_number(const std::string& text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

}  // namespace

Categories::Categories(std::vector<double> numbers) {
  missing_ = std::erase_if(numbers, [](double v) { return std::isnan(v); }) > 0;
  values_ = std::move(numbers);
}

Categories::Categories(std::vector<std::optional<std::string>> texts) {
  Dictionary present;
  for (auto& text : texts) {
    if (text)
      present.push_back(std::move(*text));
    else
      missing_ = true;
  }
  values_ = std::move(present);
}

Index Categories::size() const {
  const std::size_t present = is_numeric() ? numbers().size() : texts().size();
  return static_cast<Index>(present) + (missing_ ? 1 : 0);
}

const std::vector<double>& Categories::numbers() const {
  if (!is_numeric()) throw InvalidInput("the categories are texts; numbers() was asked for");
  return std::get<std::vector<double>>(values_);
}

const Dictionary& Categories::texts() const {
  if (is_numeric()) throw InvalidInput("the categories are numbers; texts() was asked for");
  return std::get<Dictionary>(values_);
}

std::string Categories::name(Index i) const {
  if (missing_ && i == size() - 1) return "nan";
  const auto k = static_cast<std::size_t>(i);
  return is_numeric() ? python_text(numbers().at(k)) : texts().at(k);
}

Value Codec<Categories>::encode(const Categories& v) {
  if (v.is_numeric()) {
    Value::Numbers numbers = v.numbers();
    if (v.has_missing()) numbers.push_back(std::numeric_limits<double>::quiet_NaN());
    return numbers;
  }
  Value::List list(v.texts().begin(), v.texts().end());
  if (v.has_missing())
    list.emplace_back();
  else if (std::all_of(v.texts().begin(), v.texts().end(), reads_as_number))
    return Value::Object{{"texts", std::move(list)}};
  return list;
}

Categories Codec<Categories>::decode(const Value& v) {
  if (const Value* texts = v.find("texts")) return {Codec<Dictionary>::decode(*texts), false};
  Value::List unpacked;
  const Value::List& list = detail::decode_list(v, unpacked);
  const auto is_number = [](const Value& item) {
    return item.get_if<double>() != nullptr || item.get_if<std::int64_t>() != nullptr;
  };
  if (std::all_of(list.begin(), list.end(), is_number)) return detail::decode_numbers(v);
  return Codec<std::vector<std::optional<std::string>>>::decode(v);
}

}  // namespace espalier

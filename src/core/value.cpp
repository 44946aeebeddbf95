// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/value.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <ostream>

#include <espalier/core/errors.hpp>
#include <espalier/core/estimator.hpp>

#include "core/json.hpp"
#include "core/number_text.hpp"

namespace espalier {
namespace {

template <class Range, class Text>
std::string list_text(const Range& items, const Text& text) {
  std::string result = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) result += ", ";
    if (i == 6 && items.size() > 8) return result + fmt::format("… {} in all]", items.size());
    result += text(items[i]);
  }
  return result + "]";
}

struct TextOf {
  std::string operator()(std::monostate) const { return "none"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return number_text(v); }
  std::string operator()(const std::string& v) const { return "'" + v + "'"; }
  std::string operator()(const Value::Numbers& v) const { return list_text(v, number_text); }
  std::string operator()(const Value::Integers& v) const {
    return list_text(v, [](std::int64_t i) { return std::to_string(i); });
  }
  std::string operator()(const Value::List& v) const {
    return list_text(v, [](const Value& item) { return item.to_text(); });
  }
  std::string operator()(const Value::Object& v) const {
    std::string result = "{";
    for (const auto& [key, value] : v)
      result += (result.size() > 1 ? ", " : "") + key + ": " + value.to_text();
    return result + "}";
  }
  std::string operator()(const Value::EstimatorPtr& v) const { return v ? v->to_string() : "none"; }
};

}  // namespace

std::string number_text(double value) {
  std::string text;
  detail::append_number(text, value);
  return text;
}

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

const Value* Value::find(std::string_view key) const {
  const Object* object = get_if<Object>();
  if (object == nullptr) return nullptr;
  for (const auto& [name, value] : *object)
    if (name == key) return &value;
  return nullptr;
}

std::string Value::to_text() const { return std::visit(TextOf{}, data_); }

std::ostream& operator<<(std::ostream& out, const Value& value) { return out << value.to_text(); }

Value Value::parse(std::string_view text) {
  if (text == "none" || text == "None" || text == "null") return {};
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  if (double number = 0.0; detail::parse_number(text, number)) {
    std::int64_t integer = 0;
    const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(begin, end, integer);
    if (read.ec == std::errc() && read.ptr == end) return integer;
    return number;
  }
  if (text.starts_with('[') || text.starts_with('{') || text.starts_with('"'))
    return detail::read_json(text);
  return text;
}

bool operator==(const Value& a, const Value& b) {
  const auto* ea = a.get_if<Value::EstimatorPtr>();
  const auto* eb = b.get_if<Value::EstimatorPtr>();
  if (ea != nullptr && eb != nullptr)
    return *ea == *eb || (*ea && *eb && (*ea)->class_name() == (*eb)->class_name() &&
                          (*ea)->encode_params() == (*eb)->encode_params());
  // An integer equals the same number: 1 == 1.0, as a user who sets alpha=1 expects.
  const auto* ia = a.get_if<std::int64_t>();
  const auto* ib = b.get_if<std::int64_t>();
  const auto* da = a.get_if<double>();
  const auto* db = b.get_if<double>();
  if (ia != nullptr && db != nullptr) return static_cast<double>(*ia) == *db;
  if (da != nullptr && ib != nullptr) return *da == static_cast<double>(*ib);
  if (da != nullptr && db != nullptr && std::isnan(*da) && std::isnan(*db)) return true;
  return a.data_ == b.data_;
}

}  // namespace espalier

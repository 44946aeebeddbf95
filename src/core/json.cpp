// SPDX-License-Identifier: BSD-3-Clause
#include "core/json.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>

#include "core/utf8.hpp"

namespace espalier::detail {
namespace {

using Json = nlohmann::ordered_json;

// Writing

Json number_json(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "Infinity" : "-Infinity";
  return v;
}

template <class Wide, class T>
Json packed(const char* key, const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little, "the file format is little endian");
  std::vector<std::uint8_t> bytes(values.size() * sizeof(Wide));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Wide v = static_cast<Wide>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Wide), &v, sizeof(Wide));
  }
  return Json::object({{key, Json::binary(std::move(bytes))}});
}

struct ToJson {
  bool binary;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool v) const { return v; }
  Json operator()(std::int64_t v) const { return v; }
  Json operator()(double v) const { return number_json(v); }
  Json operator()(const std::string& v) const { return writable(v); }
  Json operator()(const Value::Numbers& v) const {
    if (binary && !v.empty()) return packed<double>("$f64", v);
    Json list = Json::array();
    for (const double x : v) list.push_back(number_json(x));
    return list;
  }
  Json operator()(const Value::Integers& v) const {
    if (!binary || v.empty()) return Json(v);
    const bool narrow = std::all_of(v.begin(), v.end(), [](std::int64_t i) {
      return i >= std::numeric_limits<std::int32_t>::min() &&
             i <= std::numeric_limits<std::int32_t>::max();
    });
    return narrow ? packed<std::int32_t>("$i32", v) : packed<std::int64_t>("$i64", v);
  }
  Json operator()(const Value::List& v) const {
    Json list = Json::array();
    for (const Value& item : v) list.push_back(item.visit(*this));
    return list;
  }
  Json operator()(const Value::Object& v) const {
    Json object = Json::object();
    for (const auto& [key, value] : v) object[writable(key)] = value.visit(*this);
    return object;
  }
  Json operator()(const Value::EstimatorPtr& v) const {
    return v ? to_value(*v).visit(*this) : Json(nullptr);
  }

  const std::string& writable(const std::string& text) const {
    if (!binary && valid_utf8(text) != text.size())
      throw InvalidInput(fmt::format(
          "JSON holds only UTF-8, which the text {} of this model is not. CBOR keeps it "
          "as it is: save to a name that does not end in .json, or use to_cbor.",
          shown(text)));
    return text;
  }
};

// Reading. A SAX handler builds the Value directly: arrays of numbers are packed as they come, and
// the nesting is checked before the parser descends.

class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Value result;
  /// How many values without content of their own (null, true, false) may come. UBJSON has arrays of
  /// those that take no bytes, of any length.
  std::size_t empty_values_left = std::numeric_limits<std::size_t>::max();

  bool null() override { return put_empty(Value()); }
  bool boolean(bool v) override { return put_empty(v); }
  bool number_integer(std::int64_t v) override { return put_integer(v); }
  bool number_unsigned(std::uint64_t v) override {
    if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return put(static_cast<double>(v));
    return put_integer(static_cast<std::int64_t>(v));
  }
  bool number_float(double v, const std::string&) override { return put_number(v); }
  bool string(std::string& v) override {
    if (v == "NaN") return put_number(std::numeric_limits<double>::quiet_NaN());
    if (v == "Infinity") return put_number(std::numeric_limits<double>::infinity());
    if (v == "-Infinity") return put_number(-std::numeric_limits<double>::infinity());
    return put(std::move(v));
  }
  bool binary(nlohmann::json::binary_t& v) override { return put_packed(v); }

  bool start_object(std::size_t) override { return open(Frame{true, {}, {}, {}, {}, {}, {}}); }
  bool key(std::string& v) override {
    stack_.back().key = std::move(v);
    return true;
  }
  bool end_object() override {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (frame.packed) {
      if (!frame.object.empty()) throw FormatError("a packed array has other members");
      return put(std::move(*frame.packed));
    }
    return put(std::move(frame.object));
  }
  bool start_array(std::size_t) override { return open(Frame{false, {}, {}, {}, {}, {}, {}}); }
  bool end_array() override {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (!frame.numbers.empty()) return put(std::move(frame.numbers));
    if (!frame.integers.empty()) return put(std::move(frame.integers));
    return put(std::move(frame.list));
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    throw FormatError(fmt::format("the text is damaged or cut off at byte {}", position));
  }

 private:
  struct Frame {  // an array keeps exactly one of integers, numbers, list non-empty
    bool is_object;
    std::string key;
    Value::Object object;
    Value::Integers integers;
    Value::Numbers numbers;
    Value::List list;
    std::optional<Value> packed;
  };

  bool open(Frame frame) {
    if (static_cast<int>(stack_.size()) >= max_nesting)
      throw FormatError(fmt::format("nested deeper than {} levels", max_nesting));
    stack_.push_back(std::move(frame));
    return true;
  }

  bool put_empty(Value v) {
    if (empty_values_left-- == 0) throw FormatError("holds more values than bytes");
    return put(std::move(v));
  }

  bool put_integer(std::int64_t v) {
    if (stack_.empty() || stack_.back().is_object) return put(v);
    Frame& f = stack_.back();
    if (!f.numbers.empty()) {
      f.numbers.push_back(static_cast<double>(v));
    } else if (!f.list.empty()) {
      f.list.emplace_back(v);
    } else {
      f.integers.push_back(v);
    }
    return true;
  }

  bool put_number(double v) {
    if (stack_.empty() || stack_.back().is_object) return put(v);
    Frame& f = stack_.back();
    if (!f.list.empty()) {
      f.list.emplace_back(v);
    } else {
      f.numbers.insert(f.numbers.end(), f.integers.begin(), f.integers.end());
      f.integers.clear();
      f.numbers.push_back(v);
    }
    return true;
  }

  template <class T>
  void unpack(const std::vector<std::uint8_t>& bytes, auto& values) {
    if (bytes.size() % sizeof(T) != 0) throw FormatError("a packed array has a broken length");
    values.reserve(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) {
      T v;
      std::memcpy(&v, bytes.data() + i, sizeof(T));
      values.push_back(v);
    }
  }

  bool put_packed(const std::vector<std::uint8_t>& bytes) {
    if (stack_.empty() || !stack_.back().is_object)
      throw FormatError("bytes outside a packed array");
    Frame& f = stack_.back();
    if (f.packed) throw FormatError("a packed array has other members");
    if (f.key == "$f64") {
      Value::Numbers values;
      unpack<double>(bytes, values);
      f.packed = Value(std::move(values));
    } else if (f.key == "$i32" || f.key == "$i64") {
      Value::Integers values;
      f.key == "$i32" ? unpack<std::int32_t>(bytes, values) : unpack<std::int64_t>(bytes, values);
      f.packed = Value(std::move(values));
    } else {
      throw FormatError("bytes outside a packed array");
    }
    return true;
  }

  bool put(Value v) {
    if (stack_.empty()) {
      result = std::move(v);
      return true;
    }
    Frame& f = stack_.back();
    if (f.is_object) {
      f.object.emplace_back(std::move(f.key), std::move(v));
      f.key.clear();
    } else {
      for (const auto i : f.integers) f.list.emplace_back(i);
      for (const auto x : f.numbers) f.list.emplace_back(x);
      f.integers.clear();
      f.numbers.clear();
      f.list.push_back(std::move(v));
    }
    return true;
  }

  std::vector<Frame> stack_;
};

template <class Range>
Value read(const Range& bytes, nlohmann::json::input_format_t format) {
  Builder builder;
  if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder, format))
    throw FormatError("the text is damaged");
  return std::move(builder.result);
}

/// Texts and bytes may be cut into chunks, which the parser would follow into any depth without
/// asking the builder. No file of ours has them. Other damage is left to the parser.
void refuse_chunks(std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t begin = i;
    const unsigned major = bytes[i] >> 5, info = bytes[i] & 31u;
    ++i;
    std::uint64_t length = info;
    if (info >= 24 && info <= 27) {
      const std::size_t width = std::size_t{1} << (info - 24);
      if (bytes.size() - i < width) return;
      length = 0;
      for (std::size_t k = 0; k < width; ++k) length = length << 8 | bytes[i++];
    }
    if (major != 2 && major != 3) continue;  // what an array or a map holds follows by itself
    if (info == 31)
      throw FormatError(
          fmt::format("byte {}: a text or bytes of indefinite length, which are not used", begin));
    if (length > bytes.size() - i) return;
    i += static_cast<std::size_t>(length);
  }
}

}  // namespace

Value read_json(std::string_view text) { return read(text, nlohmann::json::input_format_t::json); }
Value read_cbor(std::span<const std::uint8_t> bytes) {
  refuse_chunks(bytes);
  return read(bytes, nlohmann::json::input_format_t::cbor);
}

Value read_ubjson(std::span<const std::uint8_t> bytes) {
  Builder builder;
  builder.empty_values_left = bytes.size();
  if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder,
                                 nlohmann::json::input_format_t::ubjson))
    throw FormatError("the text is damaged");
  return std::move(builder.result);
}

std::string write_json(const Value& value, int indent) {
  return value.visit(ToJson{false}).dump(indent);
}

std::vector<std::uint8_t> write_cbor(const Value& value) {
  return Json::to_cbor(value.visit(ToJson{true}));
}

}  // namespace espalier::detail

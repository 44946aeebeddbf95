// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/archive.hpp>

#include <fmt/format.h>

#include <espalier/core/registry.hpp>
#include <espalier/core/version.hpp>

#include "core/json.hpp"
#include "core/utf8.hpp"

namespace espalier {
namespace {

Value document(const Estimator& estimator) {
  return Value::Object{{"format", "espalier"},
                       {"format_version", format_version},
                       {"library_version", version},
                       {"estimator", detail::to_value(estimator)}};
}

/// Before anything else, since a newer format may have other members.
void check_version(const Value& document) {
  const Value* found = document.find("format_version");
  if (found == nullptr) throw FormatError("model file lacks its member 'format_version'");
  std::int64_t number = 0;
  try {
    number = Codec<std::int64_t>::decode(*found);
  } catch (const FormatError& error) {
    detail::rethrow_in_field(error, "model file", "format_version");
  }
  if (number >= 1 && number <= format_version) return;
  const Value* library = document.find("library_version");
  const std::string* writer = library == nullptr ? nullptr : library->get_if<std::string>();
  throw FormatError(fmt::format(
      "the model file has format version {}, written by {}; this library ({}) reads versions up to "
      "{}",
      number, writer == nullptr ? "an unknown library" : "espalier " + detail::shown(*writer),
      version, format_version));
}

[[noreturn]] void refuse_other_file() { throw FormatError("this is not an espalier model file"); }

std::unique_ptr<Estimator> from_document(const Value& value) {
  const Value* format = value.find("format");
  const std::string* name = format == nullptr ? nullptr : format->get_if<std::string>();
  if (name == nullptr || *name != "espalier") refuse_other_file();
  check_version(value);
  detail::check_keys(value, {"format", "format_version", "library_version", "estimator"}, true,
                     "model file");
  return detail::estimator_from_value(*value.find("estimator"));
}

}  // namespace

namespace detail {

Value to_value(const Estimator& estimator) {
  return Value::Object{{"class", std::string(estimator.class_name())},
                       {"params", estimator.encode_params()},
                       {"fitted", estimator.encode_fitted()}};
}

std::unique_ptr<Estimator> estimator_from_value(const Value& value) {
  check_keys(value, {"class", "params", "fitted"}, true, "estimator");
  const std::string name = Codec<std::string>::decode(*value.find("class"));
  if (!registry().contains(name))
    throw FormatError(fmt::format(
        "the model file holds a class {} that is not registered here; a class of your own "
        "is added with registry().add<YourClass>()",
        shown(name)));
  try {
    auto estimator = registry().make(name);
    estimator->decode_params(*value.find("params"));
    estimator->validate_params();
    estimator->decode_fitted(*value.find("fitted"));
    return estimator;
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {  // a parameter out of range, a column given twice, …
    throw FormatError(fmt::format("the model file is damaged: {}", error.what()));
  }
}

void refuse_class(const Estimator& got, std::string_view expected) {
  throw FormatError(
      fmt::format("expected a {}, but the model is a {}", expected, got.class_name()));
}

}  // namespace detail

std::vector<std::uint8_t> to_cbor(const Estimator& estimator) {
  return detail::write_cbor(document(estimator));
}

std::string to_json(const Estimator& estimator, int indent) {
  return detail::write_json(document(estimator), indent);
}

void save(const Estimator& estimator, const std::filesystem::path& path) {
  if (path.extension() == ".json") {
    const std::string text = to_json(estimator) + "\n";
    detail::write_file_atomically(path, text);
  } else {
    const auto bytes = to_cbor(estimator);
    detail::write_file_atomically(path,
                                  {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

std::unique_ptr<Estimator> load_any(std::span<const std::uint8_t> bytes) {
  // A model is an object: a map (major type 5) in CBOR, in JSON '{', perhaps after white space or
  // the mark of UTF-8. Whatever begins otherwise is no damaged model but another file.
  if (bytes.empty()) throw FormatError("the model file is empty");
  if ((bytes.front() >> 5) == 5) return from_document(detail::read_cbor(bytes));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos || text[first] != '{') refuse_other_file();
  return from_document(detail::read_json(text));
}

std::unique_ptr<Estimator> from_json(std::string_view text) {
  return from_document(detail::read_json(text));
}

std::unique_ptr<Estimator> load_any(const std::filesystem::path& path) {
  const std::string bytes = detail::read_file(path);
  try {
    return load_any(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  } catch (const FormatError& error) {
    throw FormatError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace espalier

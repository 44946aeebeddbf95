// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Saving and loading of any estimator, with its parts and everything it has learned.
/// docs/format.md specifies the file.
///
///     save(model, "model.esp");   // CBOR: small, exact
///     save(model, "model.json");  // JSON: readable, exact too
///     auto model = load<Pipeline<Classifier>>("model.esp");
///     std::unique_ptr<Classifier> c = load<Classifier>("model.esp");  // only the role is known
///     std::unique_ptr<Estimator> any = load_any("model.esp");         // nothing is known
///
/// A loaded model predicts bit for bit what the saved one does. A file that is cut off, altered or
/// hostile gives an error; memory stays within a multiple of its size (docs/format.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>
#include <espalier/core/polymorphic.hpp>

namespace espalier {

inline constexpr int format_version = 1;

/// Writes an estimator to a file, whole or not at all: to a temporary file beside it, which is then
/// renamed. A file that is replaced passes on its permissions; a symbolic link stays, and the file
/// behind it is replaced; a pipe or a device is written to in place.
/// The ending ".json" chooses JSON, any other CBOR.
/// @throws IoError
/// @throws InvalidInput  a text of the model is not UTF-8, and JSON was chosen
void save(const Estimator& estimator, const std::filesystem::path& path);

/// The same in memory.
std::vector<std::uint8_t> to_cbor(const Estimator& estimator);
std::string to_json(const Estimator& estimator, int indent = -1);  ///< @throws InvalidInput

/// Reads an estimator; the content tells JSON from CBOR.
/// @throws IoError  the file cannot be read
/// @throws FormatError  it is not a model, is damaged, of a newer format, or names an unknown class
std::unique_ptr<Estimator> load_any(const std::filesystem::path& path);
std::unique_ptr<Estimator> load_any(std::span<const std::uint8_t> bytes);
std::unique_ptr<Estimator> from_json(std::string_view text);

namespace detail {

/// The estimator as a value: its class, parameters and what it learned.
Value to_value(const Estimator& estimator);
/// The reverse. @throws FormatError
std::unique_ptr<Estimator> estimator_from_value(const Value& value);
[[noreturn]] void refuse_class(const Estimator& got, std::string_view expected);

template <class T>
constexpr std::string_view expected_class() {
  if constexpr (requires { T::type_name.size(); })
    return T::type_name;
  else if constexpr (requires { T::role_kind; })
    return names_of(T::role_kind)[static_cast<std::size_t>(T::role_kind)];
  else
    return "Estimator";
}

template <class T>
std::unique_ptr<T> as_class(std::unique_ptr<Estimator> estimator) {
  T* cast = dynamic_cast<T*>(estimator.get());
  if (cast == nullptr) refuse_class(*estimator, expected_class<T>());
  estimator.release();  // NOLINT(bugprone-unused-return-value): it is `cast`
  return std::unique_ptr<T>(cast);
}

/// A `T`, or a pointer to one where only its role is known.
template <class T>
auto loaded_as(std::unique_ptr<Estimator> estimator) {
  std::unique_ptr<T> object = as_class<T>(std::move(estimator));
  if constexpr (std::is_abstract_v<T>)
    return object;
  else
    return std::move(*object);
}

}  // namespace detail

/// Reads an estimator of a known class: a `T`. If only its role is known (`load<Classifier>`), the
/// result is a `std::unique_ptr<T>`.
/// @throws FormatError  also when the file holds another class
template <class T>
auto load(const std::filesystem::path& path) {
  return detail::loaded_as<T>(load_any(path));
}
template <class T>
auto load(std::span<const std::uint8_t> bytes) {
  return detail::loaded_as<T>(load_any(bytes));
}

/// A part of a composed estimator is saved with it.
template <class T>
requires std::derived_from<T, Estimator>
struct Codec<Polymorphic<T>> {
  static Value encode(const Polymorphic<T>& v) {
    return v.empty() ? Value() : Value(Value::EstimatorPtr(v.share()));
  }
  static Polymorphic<T> decode(const Value& v) {
    if (v.is_none()) return {};
    if (const auto* pointer = v.get_if<Value::EstimatorPtr>()) {
      const T* cast = dynamic_cast<const T*>(pointer->get());
      if (cast == nullptr) detail::refuse_value(v, describe());
      return Polymorphic<T>(*cast);
    }
    return Polymorphic<T>(std::shared_ptr<T>(detail::as_class<T>(detail::estimator_from_value(v))));
  }
  static std::string describe() {
    const std::string name(detail::expected_class<T>());
    return (name == "OutlierDetector" || name == "Estimator" ? "an " : "a ") + name;
  }
};

namespace detail {

/// Replaces the file at `path` by `bytes`, whole or not at all; see `save`. @throws IoError
void write_file_atomically(const std::filesystem::path& path, std::span<const char> bytes);
/// @throws IoError  missing, a directory, unreadable
std::string read_file(const std::filesystem::path& path);

}  // namespace detail
}  // namespace espalier

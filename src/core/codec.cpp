// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/codec.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/params.hpp>

#include "core/utf8.hpp"

namespace espalier::detail {

void refuse_value(const Value& value, std::string_view what) {
  throw FormatError(fmt::format("expected {}, got {}", what, printable(value.to_text(), 80)));
}

void refuse_large(std::uint64_t value) {
  throw InvalidParameter(
      fmt::format("{} is larger than any integer that a parameter or a model file can hold, {}",
                  value, std::numeric_limits<std::int64_t>::max()));
}

bool decode_bool(const Value& v) {
  const bool* b = v.get_if<bool>();
  if (b == nullptr) refuse_value(v, "true or false");
  return *b;
}

double decode_number(const Value& v) {
  if (const double* d = v.get_if<double>()) return *d;
  if (const std::int64_t* i = v.get_if<std::int64_t>()) return static_cast<double>(*i);
  refuse_value(v, "a number");
}

std::int64_t decode_integer(const Value& v, std::int64_t low, std::int64_t high) {
  const std::int64_t* i = v.get_if<std::int64_t>();
  if (i == nullptr) refuse_value(v, "an integer");
  if (*i < low || *i > high)
    refuse_value(v, fmt::format("an integer in the range [{}, {}]", low, high));
  return *i;
}

std::string decode_text(const Value& v) {
  if (const auto* text = v.get_if<std::string>()) return *text;
  // In a file these three texts and the numbers they stand for look the same (see json.hpp).
  if (const double* d = v.get_if<double>()) {
    if (std::isnan(*d)) return "NaN";
    if (std::isinf(*d)) return *d > 0 ? "Infinity" : "-Infinity";
  }
  refuse_value(v, "a text");
}

std::vector<double> decode_numbers(const Value& v) {
  if (const auto* numbers = v.get_if<Value::Numbers>()) return *numbers;
  if (const auto* integers = v.get_if<Value::Integers>())
    return {integers->begin(), integers->end()};
  if (v.get_if<Value::List>() == nullptr) refuse_value(v, "a list of numbers");
  std::vector<double> result;
  for (const Value& item : *v.get_if<Value::List>()) result.push_back(decode_number(item));
  return result;
}

std::vector<std::int64_t> decode_integers(const Value& v, std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> result;
  if (const auto* integers = v.get_if<Value::Integers>()) {
    const auto outside = std::find_if(integers->begin(), integers->end(),
                                      [&](std::int64_t i) { return i < low || i > high; });
    if (outside != integers->end()) decode_integer(*outside, low, high);
    return *integers;
  }
  if (v.get_if<Value::List>() == nullptr) refuse_value(v, "a list of integers");
  for (const Value& item : *v.get_if<Value::List>())
    result.push_back(decode_integer(item, low, high));
  return result;
}

const Value::List& decode_list(const Value& v, Value::List& unpacked) {
  if (const auto* list = v.get_if<Value::List>()) return *list;
  if (const auto* integers = v.get_if<Value::Integers>()) {
    unpacked.assign(integers->begin(), integers->end());
  } else if (const auto* numbers = v.get_if<Value::Numbers>()) {
    unpacked.assign(numbers->begin(), numbers->end());
  } else {
    refuse_value(v, "a list");
  }
  return unpacked;
}

Value::List decode_list(const Value& v) {
  Value::List unpacked;
  return decode_list(v, unpacked);
}

const Value::Object& decode_object(const Value& v) {
  const auto* object = v.get_if<Value::Object>();
  if (object == nullptr) refuse_value(v, "an object");
  return *object;
}

Value encode_matrix(const Matrix& v) {
  return Value::Object{{"rows", v.rows()},
                       {"cols", v.cols()},
                       {"values", Value::Numbers(v.data(), v.data() + v.size())}};
}

Matrix decode_matrix(const Value& v) {
  check_keys(v, {"rows", "cols", "values"}, true, "matrix");
  const Index rows = decode_integer(*v.find("rows"), 0, std::numeric_limits<std::int32_t>::max());
  const Index cols = decode_integer(*v.find("cols"), 0, std::numeric_limits<std::int32_t>::max());
  const std::vector<double> values = decode_numbers(*v.find("values"));
  if (static_cast<Index>(values.size()) != rows * cols)
    throw FormatError(fmt::format("a matrix of {} × {} has {} values", rows, cols, values.size()));
  return Matrix::Map(values.data(), rows, cols);
}

Value encode_sparse(const SparseMatrix& v) {
  SparseMatrix S = v;
  S.makeCompressed();
  return Value::Object{
      {"rows", S.rows()},
      {"cols", S.cols()},
      {"starts", Value::Integers(S.outerIndexPtr(), S.outerIndexPtr() + S.rows() + 1)},
      {"columns", Value::Integers(S.innerIndexPtr(), S.innerIndexPtr() + S.nonZeros())},
      {"values", Value::Numbers(S.valuePtr(), S.valuePtr() + S.nonZeros())}};
}

SparseMatrix decode_sparse(const Value& v) {
  check_keys(v, {"rows", "cols", "starts", "columns", "values"}, true, "sparse matrix");
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const Index rows = decode_integer(*v.find("rows"), 0, most);
  const Index cols = decode_integer(*v.find("cols"), 0, most);
  const auto starts = decode_integers(*v.find("starts"), 0, most);
  const auto columns = decode_integers(*v.find("columns"), 0, cols - 1);
  const auto values = decode_numbers(*v.find("values"));
  if (static_cast<Index>(starts.size()) != rows + 1 || columns.size() != values.size() ||
      starts.front() != 0 || starts.back() != static_cast<std::int64_t>(values.size()) ||
      !std::is_sorted(starts.begin(), starts.end()))
    throw FormatError("a sparse matrix has lists that do not fit together");
  // Row by row, in memory that does not depend on `cols`, which nothing in the file bounds.
  SparseMatrix S(rows, cols);
  S.reserve(static_cast<Index>(values.size()));
  for (Index i = 0; i < rows; ++i) {
    const auto begin = static_cast<std::size_t>(starts[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(starts[static_cast<std::size_t>(i + 1)]);
    S.startVec(i);
    for (std::size_t k = begin; k < end; ++k) {
      if (k > begin && columns[k] <= columns[k - 1])
        throw FormatError("a row of a sparse matrix has columns that do not ascend");
      S.insertBack(i, columns[k]) = values[k];
    }
  }
  S.finalize();
  return S;
}

std::size_t decode_name(const Value& v, std::span<const std::string_view> names) {
  const auto* text = v.get_if<std::string>();
  const auto* number = v.get_if<double>();  // "nan" and "inf" read as numbers, and may be names
  const std::string name = text != nullptr     ? *text
                           : number != nullptr ? number_text(*number)
                                               : std::string();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end() && !name.empty()) return static_cast<std::size_t>(at - names.begin());
  refuse_value(v, describe_names(names));
}

std::string describe_names(std::span<const std::string_view> names) {
  return fmt::format("one of '{}'", fmt::join(names, "', '"));
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "testing/subject.hpp"

namespace espalier::detail::kit {
namespace {

bool same(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (tolerance == 0.0) return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  return a == b || std::abs(a - b) <= tolerance * (1.0 + std::max(std::abs(a), std::abs(b)));
}

std::string number_difference(const Features& a, const Features& b, double tolerance) {
  const Features dense_a = a.to_dense(), dense_b = b.to_dense();
  const MatrixView A = dense_a.dense(), B = dense_b.dense();
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = 0; i < A.rows(); ++i)
      if (!same(A(i, j), B(i, j), tolerance))
        return fmt::format("row {}, column {}: {} and {}", i, j, number_text(A(i, j)),
                           number_text(B(i, j)));
  return {};
}

std::string column_difference(const Column& a, const Column& b, double tolerance) {
  if (a.type() != b.type()) return fmt::format("column '{}' has two types", a.name());
  for (Index i = 0; i < a.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const bool equal = a.is_numeric()
                           ? same(a.values()[k], b.values()[k], tolerance)
                           : a.text(i) == b.text(i) && a.is_missing(i) == b.is_missing(i);
    if (!equal)
      return fmt::format("row {}, column '{}': '{}' and '{}'", i, a.name(), a.text(i), b.text(i));
  }
  return {};
}

}  // namespace

std::string difference(const Features& a, const Features& b, double tolerance) {
  if (a.rows() != b.rows() || a.cols() != b.cols())
    return fmt::format("shapes {} × {} and {} × {}", a.rows(), a.cols(), b.rows(), b.cols());
  if (!a.is_table() || !b.is_table()) return number_difference(a, b, tolerance);
  for (Index j = 0; j < a.cols(); ++j) {
    std::string found = column_difference(a.table().column(j), b.table().column(j), tolerance);
    if (!found.empty()) return found;
  }
  return {};
}

std::string not_finite(const Features& X) {
  if (!X.is_table()) {
    const Matrix numbers = X.to_matrix();
    for (Index j = 0; j < numbers.cols(); ++j)
      for (Index i = 0; i < numbers.rows(); ++i)
        if (!std::isfinite(numbers(i, j)))
          return fmt::format("row {}, column {}: {}", i, j, number_text(numbers(i, j)));
    return {};
  }
  for (const Column& column : X.table().columns())
    for (Index i = 0; i < column.size(); ++i)
      if (column.is_missing(i) ||
          (column.is_numeric() && !std::isfinite(column.values()[static_cast<std::size_t>(i)])))
        return fmt::format("row {}, column '{}': '{}'", i, column.name(), column.text(i));
  return {};
}

std::string not_finite(const Outputs& outputs) {
  for (const Output& output : outputs) {
    const std::string found = not_finite(output.value);
    if (!found.empty()) return fmt::format("{}: {}", output.method, found);
  }
  return {};
}

std::string difference(const Outputs& a, const Outputs& b, double tolerance) {
  if (a.size() != b.size()) return "they have different methods";
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k].method != b[k].method) return "they have different methods";
    const std::string found = difference(a[k].value, b[k].value, tolerance);
    if (!found.empty()) return fmt::format("{}: {}", a[k].method, found);
  }
  return {};
}

}  // namespace espalier::detail::kit

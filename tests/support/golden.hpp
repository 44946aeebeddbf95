// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Reads the golden files: JSON made by tests/golden/make_<module>.py with scikit-learn.
#pragma once

#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include <espalier/core/types.hpp>

namespace espalier::testing_support {

/// The content of a file under tests/golden, read once; lives as long as the program.
inline const nlohmann::json& golden(const std::string& file) {
  static std::map<std::string, nlohmann::json> files;
  const auto [found, is_new] = files.try_emplace(file);
  if (is_new) {
    const std::string path = std::string(ESPALIER_GOLDEN_DIR) + "/" + file;
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot open golden file " + path);
    found->second = nlohmann::json::parse(in);
  }
  return found->second;
}

/// A number; null and "NaN" are NaN, "Infinity" and "-Infinity" what they say.
inline double to_number(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null() || value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw std::runtime_error("no number in a golden file: " + value.dump());
}

inline Vector to_vector(const nlohmann::json& values) {
  Vector result(static_cast<Index>(values.size()));
  for (Index i = 0; i < result.size(); ++i)
    result[i] = to_number(values[static_cast<std::size_t>(i)]);
  return result;
}

inline Labels to_labels(const nlohmann::json& values) {
  Labels result(static_cast<Index>(values.size()));
  for (Index i = 0; i < result.size(); ++i)
    result[i] = values[static_cast<std::size_t>(i)].get<int>();
  return result;
}

/// From a list of rows.
inline Matrix to_matrix(const nlohmann::json& rows) {
  const auto cols = rows.empty() ? std::size_t{0} : rows[0].size();
  Matrix result(static_cast<Index>(rows.size()), static_cast<Index>(cols));
  for (Index i = 0; i < result.rows(); ++i)
    result.row(i) = to_vector(rows[static_cast<std::size_t>(i)]).transpose();
  return result;
}

}  // namespace espalier::testing_support

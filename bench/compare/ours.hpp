// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What our programs of bench/compare share: reading a data file and a job, and measuring.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/value.hpp>

namespace compare {

using espalier::Features;
using espalier::Index;
using espalier::Value;
using espalier::Vector;

/// Member `key` of a JSON object as a T, or `fallback`; a whole number is a double too.
template <class T>
T get(const Value& object, std::string_view key, T fallback) {
  const Value* found = object.find(key);
  if (found == nullptr || found->is_none()) return fallback;
  if (const T* value = found->get_if<T>()) return *value;
  if constexpr (std::is_same_v<T, double>) {
    if (const auto* whole = found->get_if<std::int64_t>()) return static_cast<double>(*whole);
  }
  throw std::runtime_error("the job's " + std::string(key) + " is of another type");
}

/// X and y of a data file; the format is described in dataset.py.
struct Dataset {
  Features X;
  Vector y;
};

class DatasetFile {
 public:
  explicit DatasetFile(const std::string& path) : file_(path, std::ios::binary) {
    file_.exceptions(std::ios::failbit | std::ios::badbit);
    std::string line;
    std::getline(file_, line);
    header_ = Value::parse(line);
    rows_ = get<std::int64_t>(header_, "rows", 0);
    body_ = static_cast<std::int64_t>(line.size()) + 1;
  }

  /// Rows [begin, begin + count), or all from `begin` on when `count` is 0.
  Dataset read(Index begin, Index count) {
    if (count == 0) count = rows_ - begin;
    if (begin < 0 || begin + count > rows_) throw std::runtime_error("the file has fewer rows");
    Vector y(count);
    read_at(body_ + 8 * begin, y.data(), count);
    const auto nonzeros = get<std::int64_t>(header_, "nonzeros", -1);
    if (nonzeros < 0) return {read_columns(begin, count), std::move(y)};
    return {Features(read_sparse(nonzeros).middleRows(begin, count)), std::move(y)};
  }

 private:
  template <class T>
  void read_at(std::int64_t place, T* into, Index count) {
    file_.seekg(place);
    file_.read(reinterpret_cast<char*>(into), count * static_cast<Index>(sizeof(T)));
  }

  Features read_columns(Index begin, Index count) {
    const auto& columns = *header_.find("columns")->get_if<Value::List>();
    const auto place = [&](std::size_t j) {
      return body_ + 8 * (rows_ * (static_cast<std::int64_t>(j) + 1) + begin);
    };
    const auto categorical = [](const Value& column) {
      return column.find("categories") != nullptr;
    };
    if (std::none_of(columns.begin(), columns.end(), categorical)) {
      espalier::Matrix X(count, static_cast<Index>(columns.size()));
      for (std::size_t j = 0; j < columns.size(); ++j)
        read_at(place(j), X.col(static_cast<Index>(j)).data(), count);
      return X;
    }
    std::vector<espalier::Column> table;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      std::vector<double> values(static_cast<std::size_t>(count));
      read_at(place(j), values.data(), count);
      table.push_back(column(columns[j], std::move(values)));
    }
    return espalier::DataFrame(std::move(table));
  }

  static espalier::Column column(const Value& description, std::vector<double> values) {
    const auto name = get<std::string>(description, "name", "");
    const Value* categories = description.find("categories");
    if (categories == nullptr) return espalier::Column::numeric(name, std::move(values));
    espalier::Dictionary dictionary;
    for (const Value& text : *categories->get_if<Value::List>())
      dictionary.push_back(*text.get_if<std::string>());
    std::vector<std::int32_t> codes(values.size());
    std::transform(values.begin(), values.end(), codes.begin(), [](double code) {
      return std::isnan(code) ? espalier::Column::missing_code : static_cast<std::int32_t>(code);
    });
    return espalier::Column::categorical(name, std::move(codes), std::move(dictionary));
  }

  espalier::SparseMatrix read_sparse(std::int64_t nonzeros) {
    const auto cols = static_cast<Index>(header_.find("columns")->get_if<Value::List>()->size());
    std::vector<double> values(static_cast<std::size_t>(nonzeros));
    std::vector<std::int32_t> starts(static_cast<std::size_t>(rows_) + 1);
    std::vector<std::int32_t> places(values.size());
    read_at(body_ + 8 * rows_, values.data(), nonzeros);
    read_at(body_ + 8 * (rows_ + nonzeros), starts.data(), rows_ + 1);
    read_at(body_ + 8 * (rows_ + nonzeros) + 4 * (rows_ + 1), places.data(), nonzeros);
    return Eigen::Map<const espalier::SparseMatrix>(rows_, cols, nonzeros, starts.data(),
                                                    places.data(), values.data());
  }

  std::ifstream file_;
  Value header_;
  std::int64_t rows_ = 0;
  std::int64_t body_ = 0;
};

/// One line of /proc/self/status, "VmRSS" or "VmHWM" (what it was at most), in MB of 10⁶ bytes; 0
/// where there is no such file.
inline double memory_megabytes(std::string_view line) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kibibytes = 0;
    if (word.starts_with(line) && status >> kibibytes) return kibibytes * 1024 / 1e6;
  }
  return 0;
}

/// How far memory rises above what the process held when this object was made, which also makes
/// Linux forget an earlier peak.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << 5;
    before_ = memory_megabytes("VmRSS");
  }
  double added_megabytes() const { return memory_megabytes("VmHWM") - before_; }

 private:
  double before_;
};

template <class Body>
double seconds_of(const Body& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The share-quantile of the values, as the smallest value that has that share at or below it.
inline double quantile(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(share * static_cast<double>(values.size())) - 1.0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 0.0));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// Seconds of `times` calls after one that warms up; for `times` of 1 that of the first call.
template <class Body>
double median_seconds(int times, const Body& body) {
  std::vector<double> seconds;
  if (times > 1) body();
  for (int i = 0; i < times; ++i) seconds.push_back(seconds_of(body));
  return quantile(std::move(seconds), 0.5);
}

}  // namespace compare

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A row of `describe`, type and names apart.
struct Summary {
  double count = 0;
  double mean = missing, deviation = missing;
  std::array<double, 5> quantiles{missing, missing, missing, missing, missing};  // min … max
  double unique = missing, frequency = missing;
  std::optional<std::string> top;
};

/// Linear interpolation between the order statistics around q (n − 1). Reorders `values`.
double quantile(std::vector<double>& values, double q) {
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<std::ptrdiff_t>(position);
  std::nth_element(values.begin(), below, values.end());
  const double fraction = position - std::floor(position);
  if (fraction == 0) return *below;
  const double low = *below;
  const double high = *std::min_element(below + 1, values.end());
  return low == high ? low : low + (high - low) * fraction;
}

Summary summarize_numbers(std::span<const double> cells) {
  Summary summary;
  std::vector<double> values;
  values.reserve(cells.size());
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(values),
               [](double v) { return !std::isnan(v); });
  if (values.empty()) return summary;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  summary.count = n;
  summary.mean = sum / n;
  double squares = 0;
  double rest = 0;  // what rounding left in the mean
  for (const double value : values) {
    squares += (value - summary.mean) * (value - summary.mean);
    rest += value - summary.mean;
  }
  if (n > 1) summary.deviation = std::sqrt((squares - rest * rest / n) / (n - 1));
  for (std::size_t k = 0; k < summary.quantiles.size(); ++k) {
    summary.quantiles[k] = quantile(values, 0.25 * static_cast<double>(k));
  }
  return summary;
}

Summary summarize_categories(std::span<const std::int32_t> codes, const Dictionary& dictionary) {
  Summary summary;
  std::vector<Index> counts(dictionary.size(), 0);
  for (const std::int32_t code : codes) {
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  }
  summary.unique = static_cast<double>(
      std::count_if(counts.begin(), counts.end(), [](Index c) { return c > 0; }));
  for (const Index count : counts) summary.count += static_cast<double>(count);
  if (summary.count == 0) return summary;
  const auto most = std::max_element(counts.begin(), counts.end());
  summary.top = dictionary[static_cast<std::size_t>(most - counts.begin())];
  summary.frequency = static_cast<double>(*most);
  return summary;
}

}  // namespace

DataFrame DataFrame::describe() const {
  std::vector<Summary> summaries(columns_.size());
  const double work = 20.0 * static_cast<double>(rows_) * static_cast<double>(cols());
  parallel_for(cols(), work, [&](Index j) {
    const Column& column = columns_[static_cast<std::size_t>(j)];
    summaries[static_cast<std::size_t>(j)] =
        column.is_numeric() ? summarize_numbers(column.values())
                            : summarize_categories(column.codes(), column.dictionary());
  });
  const auto numbers = [&](const char* name, auto get) {
    std::vector<double> values;
    for (const Summary& summary : summaries) values.push_back(get(summary));
    return Column::numeric(name, std::move(values));
  };
  std::vector<std::string> types;
  std::vector<std::optional<std::string>> tops;
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    types.emplace_back(names_of(ColumnType{})[static_cast<std::size_t>(columns_[j].type())]);
    tops.push_back(summaries[j].top);
  }
  std::vector<Column> result{
      Column::categorical("column", names()),
      Column::categorical("type", types),
      numbers("count", [](const Summary& s) { return s.count; }),
      numbers("missing", [&](const Summary& s) { return static_cast<double>(rows_) - s.count; }),
      numbers("mean", [](const Summary& s) { return s.mean; }),
      numbers("std", [](const Summary& s) { return s.deviation; })};
  constexpr std::array<const char*, 5> quantile_names{"min", "25%", "50%", "75%", "max"};
  for (std::size_t k = 0; k < quantile_names.size(); ++k) {
    result.push_back(numbers(quantile_names[k], [k](const Summary& s) { return s.quantiles[k]; }));
  }
  result.push_back(numbers("unique", [](const Summary& s) { return s.unique; }));
  result.push_back(Column::categorical("top", tops));
  result.push_back(numbers("freq", [](const Summary& s) { return s.frequency; }));
  return DataFrame(std::move(result));
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/shap_values.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

const Matrix& checked_output(const ShapValues& shap, Index output) {
  if (output < 0 || output >= shap.outputs())
    throw InvalidInput(fmt::format("ShapValues: output {} was asked for, but there are {}.", output,
                                   shap.outputs()));
  return shap.values[static_cast<std::size_t>(output)];
}

}  // namespace

DataFrame ShapValues::row_table(Index row, Index output) const {
  const Matrix& all = checked_output(*this, output);
  if (row < 0 || row >= all.rows())
    throw InvalidInput(
        fmt::format("ShapValues: row {} was asked for, but there are {}.", row, all.rows()));
  std::vector<Index> order(names.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(all(row, a)) > std::abs(all(row, b)); });
  std::vector<std::string> features;
  std::vector<double> contributions;
  for (const Index f : order) {
    features.push_back(names[static_cast<std::size_t>(f)]);
    contributions.push_back(all(row, f));
  }
  return {Column::categorical("feature", features),
          Column::numeric("contribution", std::move(contributions))};
}

Vector ShapValues::mean_abs(Index output) const {
  const Matrix& all = checked_output(*this, output);
  if (all.rows() == 0) throw InvalidInput("ShapValues: there are no rows to take a mean of.");
  return all.cwiseAbs().colwise().mean();
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/metric.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include <espalier/core/errors.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/regression.hpp>

#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {
namespace {

double accuracy(const Matrix& predicted, const Matrix& y, const Vector& weights, double threshold) {
  if (y.cols() != 1)
    throw InvalidInput(fmt::format(
        "Metric accuracy: expected one column of class numbers in y, got {} columns", y.cols()));
  const bool is_binary = predicted.cols() == 1;
  Labels truth(y.rows()), guess(y.rows());
  for (Index i = 0; i < y.rows(); ++i) {
    const double label = is_binary && y(i, 0) == -1.0 ? 0.0 : y(i, 0);
    truth[i] = static_cast<int>(
        class_number("Metric accuracy", label, is_binary ? 2 : predicted.cols(), i));
    Index best = predicted(i, 0) > threshold ? 1 : 0;
    if (!is_binary) predicted.row(i).maxCoeff(&best);
    guess[i] = static_cast<int>(best);
  }
  return accuracy_score(truth, guess, {.sample_weight = weights});
}

struct Named {
  std::string_view name;
  double (*function)(const Matrix&, const Matrix&, const Vector&, double);
  bool greater_is_better;
};

constexpr std::array known{
    Named{"accuracy", accuracy, true},
    Named{"mean_absolute_error",
          [](const Matrix& predicted, const Matrix& y, const Vector& weights, double) {
            return mean_absolute_error(y, predicted, {.sample_weight = weights});
          },
          false},
    Named{"mean_squared_error",
          [](const Matrix& predicted, const Matrix& y, const Vector& weights, double) {
            return mean_squared_error(y, predicted, {.sample_weight = weights});
          },
          false},
    Named{"root_mean_squared_error",
          [](const Matrix& predicted, const Matrix& y, const Vector& weights, double) {
            return root_mean_squared_error(y, predicted, {.sample_weight = weights});
          },
          false},
    Named{"r2",
          [](const Matrix& predicted, const Matrix& y, const Vector& weights, double) {
            return r2_score(y, predicted, {.sample_weight = weights});
          },
          true}};

}  // namespace

Metric::Metric(std::string_view name) {
  const auto* const found = std::find_if(known.begin(), known.end(),
                                         [&](const Named& metric) { return metric.name == name; });
  if (found == known.end()) {
    std::array<std::string_view, known.size()> names;
    std::transform(known.begin(), known.end(), names.begin(),
                   [](const Named& metric) { return metric.name; });
    throw InvalidParameter(
        fmt::format("Metric: expected one of {}, got '{}'", fmt::join(names, ", "), name));
  }
  name_ = found->name;
  function_ = found->function;
  greater_is_better_ = found->greater_is_better;
}

Metric::Metric(std::string name, Function function, bool greater_is_better)
    : name_(std::move(name)), greater_is_better_(greater_is_better) {
  if (name_.empty() || !function) throw InvalidParameter("Metric: expected a name and a function");
  function_ = [own = std::move(function)](const Matrix& predicted, const Matrix& y,
                                          const Vector& weights,
                                          double) { return own(predicted, y, weights); };
}

}  // namespace espalier::nn

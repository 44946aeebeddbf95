// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/alpha_grid.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include <espalier/core/params.hpp>

namespace espalier {

void AlphaGrid::validate(std::string_view owner) const {
  const auto is_penalty = [](double alpha) { return at_least(0.0).contains(alpha); };
  const bool valid =
      values_ ? !values_->empty() && std::all_of(values_->begin(), values_->end(), is_penalty)
              : count_ >= 1;
  if (!valid)
    detail::refuse_param(owner, "alphas",
                         "an integer, at least 1, or numbers in the range [0, inf)",
                         Codec<AlphaGrid>::encode(*this));
}

std::vector<double> AlphaGrid::from(double largest, double eps) const {
  if (values_) {
    std::vector<double> sorted = *values_;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    return sorted;
  }
  // As in scikit-learn: where nothing correlates with y, a tiny penalty.
  constexpr double tiny = 1e-15;
  std::vector<double> grid(static_cast<std::size_t>(count_), std::max(largest, tiny));
  if (largest <= tiny) return grid;
  for (int k = 1; k < count_; ++k)
    grid[static_cast<std::size_t>(k)] = largest * std::pow(eps, k / (count_ - 1.0));
  return grid;
}

Value Codec<AlphaGrid>::encode(const AlphaGrid& v) {
  if (!v.values_) return v.count_;
  return Codec<std::vector<double>>::encode(*v.values_);
}

AlphaGrid Codec<AlphaGrid>::decode(const Value& v) {
  const bool list = v.get_if<Value::Numbers>() != nullptr ||
                    v.get_if<Value::Integers>() != nullptr || v.get_if<Value::List>() != nullptr;
  if (list) return detail::decode_numbers(v);
  return Codec<int>::decode(v);
}

}  // namespace espalier

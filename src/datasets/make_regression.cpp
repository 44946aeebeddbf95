// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/datasets/make_regression.hpp>

#include <cmath>

#include "datasets/options.hpp"

namespace espalier {
namespace {

void check(const RegressionOptions& o) {
  constexpr std::string_view who = "make_regression";
  detail::require_at_least(who, "n_samples", 1, o.n_samples);
  detail::require_at_least(who, "n_features", 1, o.n_features);
  detail::require_at_least(who, "n_informative", 0, o.n_informative);
  detail::require_at_least(who, "n_targets", 1, o.n_targets);
  detail::require_option(who, "bias", std::isfinite(o.bias), "finite", o.bias);
  detail::require_option(who, "noise", o.noise >= 0.0 && std::isfinite(o.noise),
                         "finite and not negative", o.noise);
}

}  // namespace

RegressionData make_regression(const RegressionOptions& options) {
  check(options);
  Random random(options.random_state);
  const Index n = options.n_samples, p = options.n_features, k = options.n_targets;
  RegressionData data{detail::random_normal(random, n, p), {}, Matrix::Zero(p, k)};
  const std::vector<Index> order = detail::row_order(random, p, options.shuffle);
  for (Index j = 0; j < std::min(options.n_informative, p); ++j)
    for (Index t = 0; t < k; ++t)
      data.coef(order[static_cast<std::size_t>(j)], t) = 100.0 * random.uniform();
  data.y = (data.X * data.coef).array() + options.bias;
  if (options.noise > 0.0) data.y += options.noise * detail::random_normal(random, n, k);
  return data;
}

}  // namespace espalier

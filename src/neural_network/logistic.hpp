// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include <espalier/detail/exponential.hpp>

namespace espalier::nn {

/// log(1 + e) for e in [0, 1], to 3 ulp, without branches: 2·atanh(s) with s = e / (2 + e) ≤ ⅓, by
/// its power series.
inline double log_one_plus(double e) {
  const double s = e / (2.0 + e);
  const double x = s * s;
  double sum = 1.0 / 35.0;
  sum = sum * x + 1.0 / 33.0;
  sum = sum * x + 1.0 / 31.0;
  sum = sum * x + 1.0 / 29.0;
  sum = sum * x + 1.0 / 27.0;
  sum = sum * x + 1.0 / 25.0;
  sum = sum * x + 1.0 / 23.0;
  sum = sum * x + 1.0 / 21.0;
  sum = sum * x + 1.0 / 19.0;
  sum = sum * x + 1.0 / 17.0;
  sum = sum * x + 1.0 / 15.0;
  sum = sum * x + 1.0 / 13.0;
  sum = sum * x + 1.0 / 11.0;
  sum = sum * x + 1.0 / 9.0;
  sum = sum * x + 1.0 / 7.0;
  sum = sum * x + 1.0 / 5.0;
  sum = sum * x + 1.0 / 3.0;
  return 2.0 * s + 2.0 * s * x * sum;
}

/// p = 1 / (1 + e⁻ᶻ), q = 1 − p and their logarithms, each to a few ulp for any z.
struct Logistic {
  double p, q;
  double minus_log_p, minus_log_q;
};

/// Without branches, so that loops over it become vector code.
inline Logistic logistic(double z) {
  const double e = detail::exponential(-std::abs(z));
  const double larger = 1.0 / (1.0 + e), smaller = e * larger;
  const double log = log_one_plus(e);
  const double below = z < 0.0 ? -z : 0.0, above = z > 0.0 ? z : 0.0;
  return {z > 0.0 ? larger : smaller, z > 0.0 ? smaller : larger, below + log, above + log};
}

}  // namespace espalier::nn

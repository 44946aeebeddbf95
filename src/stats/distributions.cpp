// SPDX-License-Identifier: BSD-3-Clause
#include "stats/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace espalier::detail {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double tiny = 1e-300;
constexpr int most_terms = 100'000;  // they grow with the square root of the parameters

/// ln Γ(z + 1) minus Stirling's formula for it.
double stirling_error(double z) {
  if (z < 16.0)
    return std::lgamma(z + 1.0) - (z + 0.5) * std::log(z) + z -
           0.5 * std::log(2.0 * std::numbers::pi);
  const double s = 1.0 / (z * z);
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / z;
}

/// x·ln(x/m) + m − x, without cancellation where x is close to m.
double deviance(double x, double m) {
  const double v = (x - m) / (x + m);
  if (std::abs(v) > 0.1) return x * std::log(x / m) + m - x;
  // ln(x/m) = 2·artanh(v)
  double sum = (x - m) * v, power = 2.0 * x * v;
  for (int k = 3;; k += 2) {
    power *= v * v;
    const double next = sum + power / k;
    if (next == sum) return sum;
    sum = next;
  }
}

/// xᵃyᵇ/B(a, b), with x + y = 1.
double beta_factor(double a, double b, double x, double y) {
  const double n = a + b;
  const double exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) -
                          deviance(a, n * x) - deviance(b, n * y);
  return std::sqrt(a * b / (2.0 * std::numbers::pi * n)) * std::exp(exponent);
}

/// Evaluates b₀ + a₁/(b₁ + a₂/(b₂ + …)); `term(k)` gives aₖ and bₖ.
template <class Term>
double continued_fraction(double b0, const Term& term) {
  double f = b0 == 0.0 ? tiny : b0, c = f, d = 0.0;
  for (int k = 1; k < most_terms; ++k) {
    const auto [a, b] = term(k);
    d = b + a * d;
    d = 1.0 / (d == 0.0 ? tiny : d);
    c = b + a / c;
    if (c == 0.0) c = tiny;
    f *= c * d;
    if (std::abs(c * d - 1.0) < 2.0 * epsilon) break;
  }
  return f;
}

struct Term {
  double a, b;
};

/// For x up to the mean.
double beta_by_fraction(double a, double b, double x, double y) {
  const double distance = a * y - b * x;  // a − (a + b)x, without its cancellation
  const auto term = [&](int k) {
    const int m = k - 1;
    if (m == 0) return Term{1.0, a * (distance + 1.0) / (a + 1.0)};
    const double t = a + 2.0 * m - 1.0;
    const double numerator = (a + m - 1.0) * (a + b + m - 1.0) * m * (b - m) * x * x / (t * t);
    const double denominator =
        m + m * (b - m) * x / t + (a + m) * (distance + 1.0 + m * (1.0 + y)) / (t + 2.0);
    return Term{numerator, denominator};
  };
  return beta_factor(a, b, x, y) * continued_fraction(0.0, term);
}

/// The x at which a decreasing survival function, of a distribution about 0, is p ≤ 1/2.
template <class Survival>
double invert_upper_tail(double p, const Survival& sf) {
  double low = 0.0, high = 1.0;
  while (sf(high) > p) low = std::exchange(high, 2.0 * high);
  for (;;) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    (sf(middle) > p ? low : high) = middle;
  }
}

template <class Survival>
double invert_symmetric(double p, const Survival& sf) {
  if (!(p > 0.0 && p < 1.0)) return std::numeric_limits<double>::quiet_NaN();
  return p <= 0.5 ? invert_upper_tail(p, sf) : -invert_upper_tail(1.0 - p, sf);
}

}  // namespace

double incomplete_beta(double a, double b, double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return x + y;
  if (x <= 0.0) return 0.0;
  if (y <= 0.0) return 1.0;
  if (x <= a / (a + b)) return beta_by_fraction(a, b, x, y);
  return 1.0 - beta_by_fraction(b, a, y, x);
}

double incomplete_gamma_upper(double a, double x) {
  if (std::isnan(x)) return x;
  if (x <= 0.0) return 1.0;
  if (std::isinf(x)) return 0.0;
  // xᵃe⁻ˣ/Γ(a)
  const double factor =
      std::sqrt(a / (2.0 * std::numbers::pi)) * std::exp(-stirling_error(a) - deviance(a, x));
  if (x < a + 1.0) {
    double term = 1.0 / a, sum = term;
    for (double k = a + 1.0; term > epsilon * 0.1 * sum; ++k) sum += term *= x / k;
    return 1.0 - factor * sum;
  }
  const auto term = [&](int k) {
    const double m = k - 1;
    return k == 1 ? Term{1.0, x + 1.0 - a} : Term{-m * (m - a), x + 1.0 - a + 2.0 * m};
  };
  return factor * continued_fraction(0.0, term);
}

double normal_sf(double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); }

double chi2_sf(double x, double df) { return incomplete_gamma_upper(0.5 * df, 0.5 * x); }

double student_t_sf(double x, double df) {
  const double square = x * x;
  if (std::isinf(square)) return x > 0.0 ? 0.0 : 1.0;
  const double sum = df + square;
  const double tail = 0.5 * incomplete_beta(0.5 * df, 0.5, df / sum, square / sum);
  return x > 0.0 ? tail : 1.0 - tail;
}

double f_sf(double x, double df1, double df2) {
  if (x <= 0.0) return 1.0;
  const double sum = df2 + df1 * x;
  if (std::isinf(sum)) return 0.0;
  return incomplete_beta(0.5 * df2, 0.5 * df1, df2 / sum, df1 * x / sum);
}

double normal_isf(double p) { return invert_symmetric(p, normal_sf); }

double student_t_isf(double p, double df) {
  return invert_symmetric(p, [df](double x) { return student_t_sf(x, df); });
}

}  // namespace espalier::detail

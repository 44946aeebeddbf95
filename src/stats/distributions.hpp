// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Tail probabilities of the distributions that tests refer to, and their inverses.
///
/// Each `…_sf` is P(T > x), each `…_isf` the x whose tail has a given probability, as in scipy.stats;
/// tails keep their relative accuracy (about 10⁻¹²) down to the smallest double. NaN in, NaN out.
#pragma once

namespace espalier::detail {

double normal_sf(double x);
double chi2_sf(double x, double df);            ///< df > 0
double student_t_sf(double x, double df);       ///< df > 0
double f_sf(double x, double df1, double df2);  ///< df1, df2 > 0

double normal_isf(double p);                ///< 0 < p < 1
double student_t_isf(double p, double df);  ///< 0 < p < 1

/// I_x(a, b), the regularised incomplete beta function, for `y` = 1 − x, which the caller knows better
/// than a subtraction does. By Lentz's continued fraction of DiDonato & Morris, ACM TOMS 18 (1992)
/// 360–373, with a factor in front in Loader's form, which keeps its digits for large a and b.
double incomplete_beta(double a, double b, double x, double y);

/// Q(a, x) = Γ(a, x)/Γ(a), the regularised upper incomplete gamma function: by its series below
/// a + 1, by a continued fraction above.
double incomplete_gamma_upper(double a, double x);

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/inspection/regression_summary.hpp>

namespace espalier::detail {

/// What a family says of one observation y with mean `mu`.
class FamilyOfGlm {
 public:
  FamilyOfGlm(GlmFamily family, double power) : family_(family), power_(power) {}

  bool estimates_dispersion() const {
    return family_ != GlmFamily::binomial && family_ != GlmFamily::poisson;
  }
  bool allows(double y) const;     ///< whether the family can give this value
  std::string_view range() const;  ///< the values it can give, in words

  double variance(double mu) const;  ///< at dispersion 1
  double deviance(double y, double mu) const;
  double log_density(double y, double mu, double dispersion) const;

 private:
  GlmFamily family_;
  double power_;
};

double inverse_link(GlmLink link, double eta);
/// The derivative of the mean by eta, at the mean.
double mean_slope(GlmLink link, double mu);

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/inspection/regression_summary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "charts/svg.hpp"

namespace espalier {
namespace {

std::string number(double value) {
  return std::isnan(value) ? std::string("-") : fmt::format("{:.5g}", value);
}

std::string p_value(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.0005 ? fmt::format("{:.1e}", p) : fmt::format("{:.3f}", p);
}

/// One line of facts, three a line, each a name and a value.
using Fact = std::pair<std::string, std::string>;

void add_facts(const std::vector<Fact>& facts, std::string& out) {
  constexpr std::size_t a_line = 3;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const bool last = (i + 1) % a_line == 0 || i + 1 == facts.size();
    out += fmt::format("{:<15}{:>12}", facts[i].first, facts[i].second);
    out += last ? "\n" : "   ";
  }
}

}  // namespace

std::string RegressionSummary::to_string() const {
  const auto name_of = [](auto e) { return names_of(e)[static_cast<std::size_t>(e)]; };
  std::string out = fmt::format("{}: {} family, {} link\n", model, name_of(family), name_of(link));
  std::vector<Fact> facts{{"observations", number_text(n_observations)},
                          {"df model", number_text(df_model)},
                          {"df residual", number_text(df_residual)},
                          {"log-likelihood", number(log_likelihood)},
                          {"AIC", number(aic)},
                          {"BIC", number(bic)}};
  if (std::isnan(adjusted_r2)) {
    facts.insert(facts.end(), {{"deviance", number(deviance)},
                               {"null deviance", number(null_deviance)},
                               {"pseudo R²", number(pseudo_r2)}});
  } else {
    facts.insert(facts.end(), {{"R²", number(r2)},
                               {"adjusted R²", number(adjusted_r2)},
                               {"residual s.e.", number(std::sqrt(dispersion))}});
  }
  if (uses_t && std::isnan(adjusted_r2)) facts.push_back({"dispersion", number(dispersion)});
  facts.insert(facts.end(), {{uses_t ? "F" : "LR chi²", number(test_statistic)},
                             {"p of it", p_value(test_p_value)}});
  add_facts(facts, out);
  std::size_t width = 11;
  for (const CoefficientSummary& c : coefficients)
    width = std::max(width, detail::character_count(c.name));
  const std::string percent = number_text(100.0 * confidence_level) + "%";
  out += fmt::format("\n{:<{}} {:>11} {:>11} {:>9} {:>8} {:>11} {:>11}\n", "", width, "coef",
                     "std error", uses_t ? "t" : "z", "p", "low " + percent, "high " + percent);
  for (const CoefficientSummary& c : coefficients) {
    const std::string padding(width - detail::character_count(c.name), ' ');
    out += fmt::format("{}{} {:>11} {:>11} {:>9.3f} {:>8} {:>11} {:>11}\n", c.name, padding,
                       number(c.coef), number(c.std_error), c.statistic, p_value(c.p_value),
                       number(c.low), number(c.high));
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const RegressionSummary& summary) {
  return out << summary.to_string();
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/loss/absolute_error.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_gamma.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/half_tweedie.hpp>
#include <espalier/loss/huber_loss.hpp>
#include <espalier/loss/pinball_loss.hpp>

#include "ensemble/hist_gradient_boosting/objective.hpp"
#include "ensemble/hist_gradient_boosting/pointwise_objective.hpp"

namespace espalier::hgb {
namespace {

std::span<const double> part_of(std::span<const double> values, Index begin, Index end) {
  if (values.empty()) return values;
  return values.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

/// A loss of the user's, one virtual call a block of rows.
class UserObjective final : public Objective {
 public:
  explicit UserObjective(const RegressionLoss& loss) : owner_(loss), loss_(*owner_.user()) {}

  Index outputs() const override { return 1; }
  bool constant_hessian() const override { return false; }

  Vector baseline(const Targets& targets) const override {
    const double raw = loss_.baseline(targets.y, targets.weights);
    if (!std::isfinite(raw))
      throw InvalidInput(fmt::format("The loss '{}' has the baseline {}, which is not finite.",
                                     loss_.name(), raw));
    return Vector::Constant(1, raw);
  }

  void derivatives(const Targets& targets, const double* raw, Index begin, Index end,
                   float* gradient, float* hessian) const override {
    loss_.derivatives(part_of(targets.y, begin, end), part_of(targets.weights, begin, end),
                      raw + begin, gradient, hessian);
    for (Index i = 0; i < end - begin; ++i)
      if (!std::isfinite(gradient[i]) || !(hessian[i] >= 0.0F) || !std::isfinite(hessian[i]))
        refuse(targets.y[static_cast<std::size_t>(begin + i)], raw[begin + i], gradient[i],
               hessian[i]);
  }

  double mean_loss(const Targets& targets, const double* raw) const override {
    struct Sums {
      double loss = 0.0;
      double weight = 0.0;
    };
    const Sums sums = reduce_blocks(
        Blocks{targets.size(), rows_per_block}, work(targets), Sums{},
        [&](Index begin, Index end) {
          Sums part;
          part.loss = loss_.loss(part_of(targets.y, begin, end),
                                 part_of(targets.weights, begin, end), raw + begin);
          for (Index i = begin; i < end; ++i) part.weight += weight_of(targets, i);
          return part;
        },
        [](Sums& total, const Sums& part) {
          total.loss += part.loss;
          total.weight += part.weight;
        });
    return sums.loss / sums.weight;
  }

 private:
  static double work(const Targets& targets) {
    return work_per_row * static_cast<double>(targets.size());
  }

  [[noreturn]] void refuse(double y, double raw, float gradient, float hessian) const {
    throw InvalidInput(fmt::format(
        "The loss '{}' has the weighted derivatives {} and {} for y = {} and the raw prediction "
        "{}; both must be finite, and the second one not negative.",
        loss_.name(), gradient, hessian, y, raw));
  }

  RegressionLoss owner_;
  const detail::UserLoss& loss_;
};

template <class Loss>
std::unique_ptr<Objective> pointwise(Loss loss = {}) {
  return std::make_unique<PointwiseObjective<Loss>>(loss);
}

}  // namespace

std::unique_ptr<Objective> make_regression_objective(const RegressionObjectiveOptions& options) {
  const RegressionLoss& loss = options.loss;
  if (loss.is_users()) return std::make_unique<UserObjective>(loss);
  if (loss.is(RegressionLoss::absolute_error)) return pointwise<AbsoluteError>();
  if (loss.is(RegressionLoss::quantile)) return pointwise(PinballLoss{options.quantile});
  if (loss.is(RegressionLoss::huber)) return pointwise(HuberLoss{options.huber_delta});
  if (loss.is(RegressionLoss::poisson)) return pointwise<HalfPoisson>();
  if (loss.is(RegressionLoss::gamma)) return pointwise<HalfGamma>();
  if (loss.is(RegressionLoss::cross_entropy)) return pointwise<HalfBinomial>();
  if (loss.is(RegressionLoss::tweedie)) return pointwise(HalfTweedie{options.tweedie_power});
  return pointwise<HalfSquaredError>();
}

}  // namespace espalier::hgb

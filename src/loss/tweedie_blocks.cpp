// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <utility>

#include <espalier/loss/half_gamma.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/half_tweedie.hpp>

#include "loss/block_loss.hpp"

namespace espalier::detail {
namespace {

/// The half Tweedie deviance of a power outside [1, 2] with the log link. Its second derivative may
/// be negative; the expected one, μ^(2−p), is not.
struct SteepTweedie {
  HalfTweedie tweedie;

  double loss(double y, double raw) const { return tweedie.loss(y, raw); }
  GradientHessian gradient_hessian(double y, double raw) const {
    return {tweedie.gradient(y, raw), exponential((2.0 - tweedie.power) * raw)};
  }
};

/// The half Tweedie deviance of a power that is not 0, where the raw value is the mean itself, with
/// the expected curvature μ^−p. Infinite for a mean that is not positive.
struct IdentityTweedie {
  double power;

  double loss(double y, double mean) const {
    if (!(mean > 0.0)) return std::numeric_limits<double>::infinity();
    if (power == 1.0) return mean - y * std::log(mean);
    if (power == 2.0) return std::log(mean) + y / mean;
    return std::pow(mean, 2.0 - power) / (2.0 - power) -
           y * std::pow(mean, 1.0 - power) / (1.0 - power);
  }
  GradientHessian gradient_hessian(double y, double mean) const {
    const double curvature = std::pow(mean, -power);
    return {(mean - y) * curvature, curvature};
  }
};

/// A pointwise loss of one raw value, row by row.
template <class Loss>
class PointwiseBlocks final : public BlockLoss {
 public:
  PointwiseBlocks(Loss loss, Vector y, Vector weights)
      : loss_(loss), y_(std::move(y)), weights_(std::move(weights)) {}

  Index outputs() const override { return 1; }

 private:
  double do_evaluate(Index begin, Eigen::Ref<Matrix>& raw,
                     Eigen::Ref<Matrix>* curvature) const override {
    double* const values = raw.data();
    double* const second = curvature != nullptr ? curvature->data() : nullptr;
    const double* const y = y_.data() + begin;
    const double* const w = weights_.size() > 0 ? weights_.data() + begin : nullptr;
    Vector losses(raw.rows());  // summed afterwards: a sum in the loop would keep it scalar
    for (Index i = 0; i < raw.rows(); ++i) {
      const double weight = w != nullptr ? w[i] : 1.0;
      const GradientHessian derivatives = loss_.gradient_hessian(y[i], values[i]);
      losses[i] = weight * loss_.loss(y[i], values[i]);
      values[i] = weight * derivatives.gradient;
      if (second != nullptr) second[i] = weight * derivatives.hessian;
    }
    return losses.sum();
  }

  Loss loss_;
  Vector y_;
  Vector weights_;
};

template <class Loss>
std::unique_ptr<BlockLoss> pointwise_blocks(Loss loss, Vector y, Vector weights) {
  return std::make_unique<PointwiseBlocks<Loss>>(loss, std::move(y), std::move(weights));
}

}  // namespace

std::unique_ptr<BlockLoss> half_tweedie_blocks(Vector y, double power, bool log_link,
                                               Vector weights) {
  if (!log_link) {
    if (power == 0.0) return pointwise_blocks(HalfSquaredError{}, std::move(y), std::move(weights));
    return pointwise_blocks(IdentityTweedie{power}, std::move(y), std::move(weights));
  }
  if (power == 1.0) return pointwise_blocks(HalfPoisson{}, std::move(y), std::move(weights));
  if (power == 2.0) return pointwise_blocks(HalfGamma{}, std::move(y), std::move(weights));
  if (power > 1.0 && power < 2.0)
    return pointwise_blocks(HalfTweedie{power}, std::move(y), std::move(weights));
  return pointwise_blocks(SteepTweedie{{power}}, std::move(y), std::move(weights));
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/regression_losses.hpp>

#include <cmath>

#include <espalier/loss/absolute_error.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/huber_loss.hpp>
#include <espalier/loss/pinball_loss.hpp>

#include "neural_network/loss_blocks.hpp"

namespace espalier::nn {
namespace {

template <class T>
void check_finite(std::string_view loss, ConstBatch<T> y) {
  check_targets(loss, y, "finite numbers", [](T t) { return std::isfinite(t); });
}

}  // namespace

template <class T>
MSE<T>::MSE(MSEOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void MSE<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_finite(type_name, y);
}

template <class T>
double MSE<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                        Batch<T> dz) const {
  const double twice = 2.0 * options_.scale;
  return evaluate_outputs<T>(type_name, options_.reduction, z, y, weights, dz,
                             [=](double y_i, double z_i, Index) {
                               const LossGradient at = HalfSquaredError::loss_gradient(y_i, z_i);
                               return LossGradient{twice * at.loss, twice * at.gradient};
                             });
}

template <class T>
MAE<T>::MAE(MAEOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void MAE<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_finite(type_name, y);
}

template <class T>
double MAE<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                        Batch<T> dz) const {
  return evaluate_outputs<T>(
      type_name, options_.reduction, z, y, weights, dz, [=](double y_i, double z_i, Index) {
        return LossGradient{AbsoluteError::loss(y_i, z_i),
                            z_i == y_i ? 0.0 : AbsoluteError::gradient(y_i, z_i)};
      });
}

template <class T>
HuberLoss<T>::HuberLoss(HuberLossOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void HuberLoss<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_finite(type_name, y);
}

template <class T>
double HuberLoss<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                              Batch<T> dz) const {
  const espalier::HuberLoss huber{options_.delta};
  return evaluate_outputs<T>(
      type_name, options_.reduction, z, y, weights, dz,
      [=](double y_i, double z_i, Index) { return huber.loss_gradient(y_i, z_i); });
}

template <class T>
Pinball<T>::Pinball(PinballOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void Pinball<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_finite(type_name, y);
}

template <class T>
double Pinball<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                            Batch<T> dz) const {
  const PinballLoss pinball{options_.quantile};
  return evaluate_outputs<T>(
      type_name, options_.reduction, z, y, weights, dz,
      [=](double y_i, double z_i, Index) { return pinball.loss_gradient(y_i, z_i); });
}

template <class T>
PoissonLoss<T>::PoissonLoss(PoissonLossOptions options) : options_(options) {
  detail::validate_fields(options_, type_name);
}

template <class T>
void PoissonLoss<T>::check(ConstBatch<T> y, Index outputs) const {
  Loss<T>::check(y, outputs);
  check_targets(type_name, y, "numbers ≥ 0", [](T t) { return t >= T(0) && std::isfinite(t); });
}

template <class T>
double PoissonLoss<T>::evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                                Batch<T> dz) const {
  return evaluate_outputs<T>(type_name, options_.reduction, z, y, weights, dz,
                             [=](double y_i, double z_i, Index) {
                               LossGradient at = HalfPoisson::loss_gradient(y_i, z_i);
                               if (y_i > 0.0) at.loss += y_i * (std::log(y_i) - 1.0);
                               return at;
                             });
}

template <class T>
void PoissonLoss<T>::predict(Batch<T> z) const {
  for (Index i = 0; i < z.size(); ++i)
    z.data()[i] = static_cast<T>(HalfPoisson::inverse_link(static_cast<double>(z.data()[i])));
}

template class MSE<float>;
template class MSE<double>;
template class MAE<float>;
template class MAE<double>;
template class HuberLoss<float>;
template class HuberLoss<double>;
template class Pinball<float>;
template class Pinball<double>;
template class PoissonLoss<float>;
template class PoissonLoss<double>;

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/parallel.hpp>
#include <espalier/loss/pointwise.hpp>

#include "ensemble/hist_gradient_boosting/objective.hpp"

namespace espalier::hgb {

inline constexpr Index rows_per_block = 8'192;

inline double weight_of(const Targets& targets, Index i) {
  return targets.weights.empty() ? 1.0 : targets.weights[static_cast<std::size_t>(i)];
}

/// Σ wᵢ lossᵢ / Σ wᵢ, where `loss_of(begin)` gives a function from row to loss for the block that
/// begins there.
template <class LossOf>
double mean_over_rows(const Targets& targets, double work, const LossOf& loss_of) {
  struct Sums {
    double loss = 0.0;
    double weight = 0.0;
  };
  const Sums sums = reduce_blocks(
      Blocks{targets.size(), rows_per_block}, work, Sums{},
      [&](Index begin, Index end) {
        Sums part;
        auto loss = loss_of();
        for (Index i = begin; i < end; ++i) {
          const double w = weight_of(targets, i);
          part.loss += w * loss(i);
          part.weight += w;
        }
        return part;
      },
      [](Sums& total, const Sums& part) {
        total.loss += part.loss;
        total.weight += part.weight;
      });
  return sums.loss / sums.weight;
}

/// A loop without branches, for compilers to turn into vector code.
template <class Loss, bool weighted, bool with_hessian>
void derivatives_of_block(Loss loss, std::size_t n, const double* y, const double* weights,
                          const double* raw, float* gradient, float* hessian) {
  for (std::size_t i = 0; i < n; ++i) {
    const GradientHessian d = loss.gradient_hessian(y[i], raw[i]);
    double w = 1.0;
    if constexpr (weighted) w = weights[i];
    gradient[i] = static_cast<float>(w * d.gradient);
    if constexpr (with_hessian) hessian[i] = static_cast<float>(w * d.hessian);
  }
}

/// `weights` and `hessian` may be null. (Asked within the loop, g++ 12 loads from null under a mask,
/// which is slower by ten times.)
template <class Loss>
void derivatives_of_block(Loss loss, std::size_t n, const double* y, const double* weights,
                          const double* raw, float* gradient, float* hessian) {
  if (weights != nullptr && hessian != nullptr)
    derivatives_of_block<Loss, true, true>(loss, n, y, weights, raw, gradient, hessian);
  else if (weights != nullptr)
    derivatives_of_block<Loss, true, false>(loss, n, y, weights, raw, gradient, hessian);
  else if (hessian != nullptr)
    derivatives_of_block<Loss, false, true>(loss, n, y, weights, raw, gradient, hessian);
  else
    derivatives_of_block<Loss, false, false>(loss, n, y, weights, raw, gradient, hessian);
}

/// A loss of one raw prediction.
template <class Loss>
class PointwiseObjective final : public Objective {
 public:
  explicit PointwiseObjective(Loss loss = {}) : loss_(loss) {}

  Index outputs() const override { return 1; }
  bool constant_hessian() const override { return Loss::constant_hessian; }

  Vector baseline(const Targets& targets) const override {
    return Vector::Constant(1, loss_.baseline(targets.y, targets.weights));
  }

  void derivatives(const Targets& targets, const double* raw, Index begin, Index end,
                   float* gradient, float* hessian) const override {
    derivatives_of_block<Loss>(loss_, static_cast<std::size_t>(end - begin),
                               targets.y.data() + begin,
                               targets.weights.empty() ? nullptr : targets.weights.data() + begin,
                               raw + begin, gradient, hessian);
  }

  double mean_loss(const Targets& targets, const double* raw) const override {
    const double* y = targets.y.data();
    return mean_over_rows(targets, work_per_row * static_cast<double>(targets.size()),
                          [&] { return [&](Index i) { return loss_.loss(y[i], raw[i]); }; });
  }

  bool refits_leaves() const override { return !is_smooth<Loss>(); }
  double leaf_value(const Targets& residuals) const override {
    return loss_.baseline(residuals.y, residuals.weights);
  }

 private:
  Loss loss_;
};

}  // namespace espalier::hgb

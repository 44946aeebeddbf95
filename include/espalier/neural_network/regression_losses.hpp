// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Losses of real targets. y has the shape of z; with several outputs the loss of a row is the mean
/// of theirs, as in PyTorch, or their sum. Labels are refused, unless they are 0 … K−1, because a
/// DataLoader numbers them.
#pragma once

#include <espalier/core/params.hpp>
#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

struct MSEOptions {
  double scale = 1.0;                     ///< a
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    return Fields{field("scale", &MSEOptions::scale, above(0.0), "of the squares"),
                  field("reduction", &MSEOptions::reduction, "of the outputs")};
  }
};

/// The mean squared error, l = a·(z − y)²; with a = 1 PyTorch's MSELoss.
///
/// scikit-learn's loss is the one with a = ½. With several outputs it reports their mean, but
/// descends along the gradient of their sum, which is Reduction::sum.
template <class T = float>
class MSE : public LossOf<MSE<T>, T> {
 public:
  static constexpr std::string_view type_name = "MSE";
  explicit MSE(MSEOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  bool wants_amounts() const override { return true; }
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;

 private:
  MSEOptions options_;
};

struct MAEOptions {
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    return Fields{field("reduction", &MAEOptions::reduction, "of the outputs")};
  }
};

/// The mean absolute error, l = |z − y|, whose gradient is 0 for z = y.
template <class T = float>
class MAE : public LossOf<MAE<T>, T> {
 public:
  static constexpr std::string_view type_name = "MAE";
  explicit MAE(MAEOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  bool wants_amounts() const override { return true; }
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;

 private:
  MAEOptions options_;
};

struct HuberLossOptions {
  double delta = 1.0;                     ///< δ, in units of y
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    return Fields{field("delta", &HuberLossOptions::delta, above(0.0), "where the line begins"),
                  field("reduction", &HuberLossOptions::reduction, "of the outputs")};
  }
};

/// ½(z − y)² up to a distance δ, δ·(|z − y| − ½δ) beyond: espalier::HuberLoss on networks, and
/// PyTorch's HuberLoss.
template <class T = float>
class HuberLoss : public LossOf<HuberLoss<T>, T> {
 public:
  static constexpr std::string_view type_name = "HuberLoss";
  explicit HuberLoss(HuberLossOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  bool wants_amounts() const override { return true; }
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;

 private:
  HuberLossOptions options_;
};

struct PinballOptions {
  double quantile = 0.5;                  ///< q
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    return Fields{field("quantile", &PinballOptions::quantile, inside(0.0, 1.0), "to be predicted"),
                  field("reduction", &PinballOptions::reduction, "of the outputs")};
  }
};

/// q·(y − z) where y is above z and (1 − q)·(z − y) where it is below: z becomes the q-quantile of
/// y.
/// @see espalier::PinballLoss
template <class T = float>
class Pinball : public LossOf<Pinball<T>, T> {
 public:
  static constexpr std::string_view type_name = "Pinball";
  explicit Pinball(PinballOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  bool wants_amounts() const override { return true; }
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;

 private:
  PinballOptions options_;
};

struct PoissonLossOptions {
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    return Fields{field("reduction", &PoissonLossOptions::reduction, "of the outputs")};
  }
};

/// Half the Poisson deviance of counts (or any y ≥ 0) whose mean is eᶻ: l = eᶻ − y·z − y + y·log y,
/// 0 at its best. `predict` gives eᶻ.
///
/// scikit-learn's loss is the one with Reduction::sum; PyTorch's PoissonNLLLoss leaves out the
/// terms without z. eᶻ ends at e^709.7, and the gradient of a float is infinite from z = 88.7.
template <class T = float>
class PoissonLoss : public LossOf<PoissonLoss<T>, T> {
 public:
  static constexpr std::string_view type_name = "PoissonLoss";
  explicit PoissonLoss(PoissonLossOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  bool wants_amounts() const override { return true; }
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;

 private:
  PoissonLossOptions options_;
};

extern template class MSE<float>;
extern template class MSE<double>;
extern template class MAE<float>;
extern template class MAE<double>;
extern template class HuberLoss<float>;
extern template class HuberLoss<double>;
extern template class Pinball<float>;
extern template class Pinball<double>;
extern template class PoissonLoss<float>;
extern template class PoissonLoss<double>;

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

struct FocalOptions {
  double gamma = 2.0;                  ///< 0: cross-entropy, up to α
  std::optional<double> alpha = 0.25;  ///< what a 1 counts, where a 0 counts 1 − α; none: 1 and 1
  Reduction reduction = Reduction::mean;  ///< of the columns

  static constexpr auto fields() {
    using O = FocalOptions;
    return Fields{field("gamma", &O::gamma, at_least(0.0), "how little easy rows count"),
                  field("alpha", &O::alpha, between(0.0, 1.0), "how much a 1 counts"),
                  field("reduction", &O::reduction, "of the columns")};
  }
};

/// Cross-entropy in which rows that are right already count little, for rare classes. From logits,
/// column by column: l = −α_y·(1 − p̂_y)^γ·log p̂_y, where p̂_y is the probability of what y, 0 or
/// 1, is. y has the shape of z. `predict` gives the probability of 1.
///
/// torchvision's sigmoid_focal_loss, with its defaults, which are the paper's.
/// @see Lin et al., Focal Loss for Dense Object Detection, ICCV (2017) 2980–2988
template <class T = float>
class Focal : public LossOf<Focal<T>, T> {
 public:
  static constexpr std::string_view type_name = "Focal";
  explicit Focal(FocalOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;

 private:
  FocalOptions options_;
};

struct CategoricalFocalOptions {
  double gamma = 2.0;                     ///< 0: cross-entropy
  std::vector<double> class_weight = {};  ///< c, one a class; empty: ones

  static constexpr auto fields() {
    using O = CategoricalFocalOptions;
    return Fields{field("gamma", &O::gamma, at_least(0.0), "how little easy rows count"),
                  field("class_weight", &O::class_weight, at_least(0.0), "one a class")};
  }
};

/// The same for K ≥ 2 classes of which each row has one: l = −c_y·(1 − p̂_y)^γ·log p̂_y with p̂ =
/// softmax(z). y is one column of class numbers 0 … K−1. `predict` is softmax. The mean over rows
/// divides by Σ wᵢ·c_y, as that of CrossEntropy.
template <class T = float>
class CategoricalFocal : public LossOf<CategoricalFocal<T>, T> {
 public:
  static constexpr std::string_view type_name = "CategoricalFocal";
  explicit CategoricalFocal(CategoricalFocalOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;

 private:
  CategoricalFocalOptions options_;
};

extern template class Focal<float>;
extern template class Focal<double>;
extern template class CategoricalFocal<float>;
extern template class CategoricalFocal<double>;

}  // namespace espalier::nn

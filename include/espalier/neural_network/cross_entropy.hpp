// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

struct CrossEntropyOptions {
  double label_smoothing = 0.0;           ///< ε: p becomes (1 − ε)·p + ε / K
  std::vector<double> class_weight = {};  ///< c, one a class; empty: ones
  double max_loss = infinity;             ///< what −log p̂ counts at most

  static constexpr auto fields() {
    using O = CrossEntropyOptions;
    return Fields{field("label_smoothing", &O::label_smoothing, between(0.0, 1.0),
                        "share of a target that is spread over all classes"),
                  field("class_weight", &O::class_weight, at_least(0.0), "one a class"),
                  field("max_loss", &O::max_loss, above_or_infinite(0.0),
                        "what the negative logarithm of a probability counts at most")};
  }
};

/// Categorical cross-entropy from logits, for K ≥ 2 classes: with log p̂ = z − log Σₖ exp zₖ and
/// probabilities p, l = −Σₖ cₖ·pₖ·log p̂ₖ. y is one column of class numbers 0 … K−1 (pₖ = 1 for it)
/// or has K columns of probabilities. `predict` is softmax.
///
/// The mean over rows counts row i by wᵢ·Σₖ cₖ·pᵢₖ, p before smoothing; for class numbers it is
/// that of PyTorch's CrossEntropyLoss. (For probabilities PyTorch divides by Σ wᵢ, so that the same
/// targets give another loss when written as probabilities.) scikit-learn's log loss without
/// options, but for the probabilities that it takes for ε where they are less: `max_loss` = −log ε
/// (36.04 in double, 15.94 in float) does so too. The gradient does not know of `max_loss`: it
/// leads out of where a row is all wrong.
///
/// @see Szegedy et al., CVPR (2016) 2818–2826, for label smoothing
template <class T = float>
class CrossEntropy : public LossOf<CrossEntropy<T>, T> {
 public:
  static constexpr std::string_view type_name = "CrossEntropy";
  /// @throws InvalidParameter  an option is out of range; so do all losses
  explicit CrossEntropy(CrossEntropyOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;

 private:
  CrossEntropyOptions options_;
};

struct BinaryCrossEntropyOptions {
  double label_smoothing = 0.0;              ///< ε: y becomes (1 − ε)·y + ε / 2
  std::vector<double> positive_weight = {};  ///< c, one a column; empty: ones
  Reduction reduction = Reduction::mean;     ///< of the columns
  double max_loss = infinity;  ///< what −log p̂ and −log(1 − p̂) count at most

  static constexpr auto fields() {
    using O = BinaryCrossEntropyOptions;
    return Fields{field("label_smoothing", &O::label_smoothing, between(0.0, 1.0),
                        "share of a target that is spread over both classes"),
                  field("positive_weight", &O::positive_weight, at_least(0.0),
                        "how much a 1 counts, one a column"),
                  field("reduction", &O::reduction, "of the columns"),
                  field("max_loss", &O::max_loss, above_or_infinite(0.0),
                        "what the negative logarithm of a probability counts at most")};
  }
};

/// Binary cross-entropy from logits, column by column: l = −c·y·log p̂ − (1 − y)·log(1 − p̂) with
/// p̂ = 1 / (1 + e⁻ᶻ). y has the shape of z, of 0, 1 or probabilities; several columns are several
/// questions (multilabel). `predict` gives p̂.
///
/// PyTorch's BCEWithLogitsLoss (positive_weight is its pos_weight). scikit-learn's binary log loss
/// is the one with Reduction::sum and `max_loss` = −log ε, as for CrossEntropy.
template <class T = float>
class BinaryCrossEntropy : public LossOf<BinaryCrossEntropy<T>, T> {
 public:
  static constexpr std::string_view type_name = "BinaryCrossEntropy";
  explicit BinaryCrossEntropy(BinaryCrossEntropyOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;

 private:
  BinaryCrossEntropyOptions options_;
};

extern template class CrossEntropy<float>;
extern template class CrossEntropy<double>;
extern template class BinaryCrossEntropy<float>;
extern template class BinaryCrossEntropy<double>;

}  // namespace espalier::nn

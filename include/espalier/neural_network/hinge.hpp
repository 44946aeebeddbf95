// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/params.hpp>
#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

struct HingeOptions {
  double margin = 1.0;                    ///< m, how far on the right side is far enough
  bool squared = false;                   ///< the squares of the distances, which are smooth
  Reduction reduction = Reduction::mean;  ///< of the outputs

  static constexpr auto fields() {
    using O = HingeOptions;
    return Fields{field("margin", &O::margin, above(0.0), "far enough on the right side"),
                  field("squared", &O::squared, "the squares of the distances"),
                  field("reduction", &O::reduction, "of the outputs")};
  }
};

/// The loss of support vector machines. y of the shape of z, where 1 is one class and 0 or −1 the
/// other: max(0, m − s·z) an output, with s = ±1. Or K ≥ 2 outputs and one column of class numbers
/// 0 … K−1: max(0, m − z_y + zₖ) for each class k ≠ y, of which Reduction::mean takes a K-th
/// (PyTorch's MultiMarginLoss). A class is predicted by the sign, or the largest z.
///
/// @see Weston & Watkins, ESANN (1999) 219–224, for more than two classes
template <class T = float>
class Hinge : public LossOf<Hinge<T>, T> {
 public:
  static constexpr std::string_view type_name = "Hinge";
  explicit Hinge(HingeOptions options = {});
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  double threshold() const override { return 0.0; }

 private:
  double evaluate_classes(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                          Batch<T> dz) const;

  HingeOptions options_;
};

extern template class Hinge<float>;
extern template class Hinge<double>;

}  // namespace espalier::nn

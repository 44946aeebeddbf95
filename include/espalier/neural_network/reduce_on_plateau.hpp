// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/schedule.hpp>

namespace espalier::nn {

struct ReduceOnPlateauOptions {
  double gamma = 0.1;       ///< what a reduction multiplies by (PyTorch's factor)
  int patience = 10;        ///< epochs without improvement that are let pass
  double threshold = 1e-4;  ///< an improvement is at least this large …
  bool relative = true;     ///< … as a share of the best loss; else in its units
  int cooldown = 0;         ///< epochs after a reduction that do not count
  double min_factor = 0.0;  ///< it goes no lower

  static constexpr auto fields() {
    using O = ReduceOnPlateauOptions;
    return Fields{field("gamma", &O::gamma, inside(0.0, 1.0), "what a reduction multiplies by"),
                  field("patience", &O::patience, at_least(0), "epochs that are let pass"),
                  field("threshold", &O::threshold, at_least(0.0), "of an improvement"),
                  field("relative", &O::relative, "whether it is a share of the best loss"),
                  field("cooldown", &O::cooldown, at_least(0), "epochs that do not count"),
                  field("min_factor", &O::min_factor, between(0.0, 1.0), "the lowest")};
  }
};

/// Multiplies the factor by gamma when for more than `patience` epochs the loss was not below the
/// best one by `threshold`, as PyTorch's ReduceLROnPlateau. A loss that is NaN is no improvement.
class ReduceOnPlateau : public ScheduleOf<ReduceOnPlateau> {
 public:
  static constexpr std::string_view type_name = "ReduceOnPlateau";
  explicit ReduceOnPlateau(ReduceOnPlateauOptions options = {});
  double factor(const TrainingTime& /*time*/) const override { return memory_.factor; }
  void epoch_ended(double loss) override;

  struct Memory {
    double factor = 1.0;
    double best = std::numeric_limits<double>::infinity();
    int bad_epochs = 0;
    int cooldown_left = 0;

    static constexpr auto fields() {
      return Fields{field("factor", &Memory::factor), field("best", &Memory::best),
                    field("bad_epochs", &Memory::bad_epochs),
                    field("cooldown_left", &Memory::cooldown_left)};
    }
  };

 private:
  Value memory() const override;
  void set_memory(const Value& memory) override;

  ReduceOnPlateauOptions options_;
  Memory memory_;
};

}  // namespace espalier::nn

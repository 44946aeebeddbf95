// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/core/value.hpp>
#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// Moves parameters against their gradients. Element by element, so the same bits for any number of
/// threads; it remembers what it must of each parameter, and how many steps there were. O(number of
/// parameters) a step, and most_slots times their memory at most. Weight decay is for the penalised
/// parameters (weights, not biases) only, where PyTorch's is for all.
///
/// One of one's own derives from OptimizerOf, says how many numbers it remembers of each parameter
/// (`n_slots`, at most 2; they begin at 0) and writes `update`.
template <class T>
class Optimizer {
 public:
  using Scalar = T;
  static constexpr int most_slots = 2;

  virtual ~Optimizer() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Optimizer> clone() const = 0;

  /// One step along the gradients. The parameters must be the same ones, in the same order, every
  /// time. @throws InvalidInput  they have other sizes than before, or no gradient
  void step(std::span<Parameter<T>* const> parameters);
  /// @throws InvalidInput  they have other sizes than those it remembers
  void check(std::span<Parameter<T>* const> parameters) const;

  double learning_rate() const { return learning_rate_; }
  /// @throws InvalidParameter  not finite, or negative
  void set_learning_rate(double rate);
  Index n_steps() const { return n_steps_; }

  /// Forgets all steps.
  void reset();

  /// What it remembers, to go on bit for bit. @throws FormatError  of another optimiser
  Value save() const;
  void load(const Value& value);

 protected:
  /// A stretch of one parameter.
  struct Stretch {
    T* value;
    const T* gradient;
    std::array<T*, most_slots> slots;
    Index n;
    bool penalised;
  };

  explicit Optimizer(double learning_rate) { set_learning_rate(learning_rate); }
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;

  virtual int n_slots() const = 0;
  /// Step number n_steps() (1, 2, …) on a stretch. Called by several threads.
  virtual void update(const Stretch& stretch) const = 0;

 private:
  /// Checks the parameters, and makes room for what is remembered of them.
  void prepare(std::span<Parameter<T>* const> parameters);

  double learning_rate_ = 0.0;
  Index n_steps_ = 0;
  std::vector<std::array<Rows<T>, most_slots>> slots_;  // of each parameter
};

/// Writes `name` and `clone` of an optimiser whose class has a `type_name`.
template <class Derived, class T>
class OptimizerOf : public Optimizer<T> {
 public:
  std::string_view name() const override { return Derived::type_name; }
  std::unique_ptr<Optimizer<T>> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }

 protected:
  using Optimizer<T>::Optimizer;
  /// From options with a learning_rate and a table of fields.
  /// @throws InvalidParameter  one is out of range, by that table
  template <detail::HasFields Options>
  explicit OptimizerOf(const Options& options)
      : Optimizer<T>(
            (detail::validate_fields(options, Derived::type_name), options.learning_rate)) {}
};

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// How the losses of a row's outputs become that of the row. The rows' are always averaged.
enum class Reduction : std::uint8_t { mean, sum };

constexpr auto names_of(Reduction) { return std::array<std::string_view, 2>{"mean", "sum"}; }

/// What training minimises: the mean over rows of a function of a network's result z and a target
/// y, each row counted by its weight. Rows that weigh nothing together have loss 0 and no gradient.
///
/// The losses here compute in double, whatever T is, and are safe for results of any size; sums are
/// made in blocks of rows, so they have the same bits for any number of threads. They refuse shapes
/// that do not fit with an InvalidInput. A loss of one's own derives from LossOf and writes
/// `evaluate`.
template <class T>
class Loss {
 public:
  using Scalar = T;

  virtual ~Loss() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Loss> clone() const = 0;

  /// Whether y fits results of width `outputs`: to be called once, before a training.
  /// @throws InvalidInput  naming what is wrong
  virtual void check(ConstBatch<T> y, Index outputs) const;

  /// Σᵢ wᵢ·l(zᵢ, yᵢ) / Σᵢ wᵢ; `weights` is empty (ones) or has one a row. Writes the gradient by z
  /// into dz, of the shape of z, unless dz is empty.
  virtual double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                          Batch<T> dz) const = 0;

  /// From raw results to predictions, in place: probabilities, or the mean. Nothing by default.
  virtual void predict(Batch<T> /*z*/) const {}

  /// What a prediction of class 1 is above, where one column of them tells two classes apart.
  virtual double threshold() const { return 0.5; }

  /// Whether y is an amount, for which the numbers of classes do not serve.
  virtual bool wants_amounts() const { return false; }

  /// `evaluate` without weights, the gradient into `dz`, which is given the shape of z.
  double operator()(const Rows<T>& z, ConstBatch<T> y, Rows<T>& dz) const {
    dz.resize(z.rows(), z.cols());
    return evaluate(view(z), y, {}, mutable_view(dz));
  }

 protected:
  Loss() = default;
  Loss(const Loss&) = default;
  Loss& operator=(const Loss&) = default;
};

/// Writes `name` and `clone` of a loss whose class has a `type_name`.
template <class Derived, class T>
class LossOf : public Loss<T> {
 public:
  std::string_view name() const override { return Derived::type_name; }
  std::unique_ptr<Loss<T>> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

extern template class Loss<float>;
extern template class Loss<double>;

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// What training minimises: the mean over rows of a function of a network's result z and a target y,
/// each row counted by its weight.
///
/// A loss of one's own derives from LossOf and writes `evaluate`.
template <class T>
class Loss {
 public:
  using Scalar = T;

  virtual ~Loss() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Loss> clone() const = 0;

  /// Whether y fits results of width `outputs`. @throws InvalidInput  naming what is wrong
  virtual void check(ConstBatch<T> y, Index outputs) const;

  /// Σᵢ wᵢ·l(zᵢ, yᵢ) / Σᵢ wᵢ; `weights` is empty (ones) or has one a row. Writes the gradient by z
  /// into dz, of the shape of z, unless dz is empty.
  virtual double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                          Batch<T> dz) const = 0;

  /// From raw results to predictions, in place: probabilities, or the mean. Nothing by default.
  virtual void predict(Batch<T> /*z*/) const {}

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

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/objective.hpp"

#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/loss/half_squared_error.hpp>

namespace espalier::hgb {
namespace {

constexpr Index rows_per_block = 8'192;
constexpr double work_per_row = 20.0;

double weight_of(const Targets& targets, Index i) {
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
void derivatives_of_block(std::size_t n, const double* y, const double* weights, const double* raw,
                          float* gradient, float* hessian) {
  for (std::size_t i = 0; i < n; ++i) {
    const GradientHessian d = Loss::gradient_hessian(y[i], raw[i]);
    double w = 1.0;
    if constexpr (weighted) w = weights[i];
    gradient[i] = static_cast<float>(w * d.gradient);
    if constexpr (with_hessian) hessian[i] = static_cast<float>(w * d.hessian);
  }
}

/// `weights` and `hessian` may be null. (Asked within the loop, g++ 12 loads from null under a mask,
/// which is slower by ten times.)
template <class Loss>
void derivatives_of_block(std::size_t n, const double* y, const double* weights, const double* raw,
                          float* gradient, float* hessian) {
  if (weights != nullptr && hessian != nullptr)
    derivatives_of_block<Loss, true, true>(n, y, weights, raw, gradient, hessian);
  else if (weights != nullptr)
    derivatives_of_block<Loss, true, false>(n, y, weights, raw, gradient, hessian);
  else if (hessian != nullptr)
    derivatives_of_block<Loss, false, true>(n, y, weights, raw, gradient, hessian);
  else
    derivatives_of_block<Loss, false, false>(n, y, weights, raw, gradient, hessian);
}

/// A loss of one raw prediction.
template <class Loss>
class PointwiseObjective final : public Objective {
 public:
  Index outputs() const override { return 1; }
  bool constant_hessian() const override { return Loss::constant_hessian; }

  Vector baseline(const Targets& targets) const override {
    return Vector::Constant(1, Loss::baseline(targets.y, targets.weights));
  }

  void derivatives(const Targets& targets, const double* raw, float* gradient,
                   float* hessian) const override {
    const Index n = targets.size();
    parallel_for_blocks(Blocks{n, rows_per_block}, work_per_row * static_cast<double>(n),
                        [&](Index begin, Index end) {
                          const auto size = static_cast<std::size_t>(end - begin);
                          derivatives_of_block<Loss>(
                              size, targets.y.data() + begin,
                              targets.weights.empty() ? nullptr : targets.weights.data() + begin,
                              raw + begin, gradient + begin,
                              hessian == nullptr ? nullptr : hessian + begin);
                        });
  }

  double mean_loss(const Targets& targets, const double* raw) const override {
    const double* y = targets.y.data();
    return mean_over_rows(targets, work_per_row * static_cast<double>(targets.size()),
                          [&] { return [&](Index i) { return Loss::loss(y[i], raw[i]); }; });
  }
};

class MultinomialObjective final : public Objective {
 public:
  explicit MultinomialObjective(Index n_classes) : n_classes_(n_classes) {}

  Index outputs() const override { return n_classes_; }
  bool constant_hessian() const override { return HalfMultinomial::constant_hessian; }

  Vector baseline(const Targets& targets) const override {
    return HalfMultinomial::baseline(targets.y, n_classes_, targets.weights);
  }

  void derivatives(const Targets& targets, const double* raw, float* gradient,
                   float* hessian) const override {
    const Index n = targets.size();
    parallel_for_blocks(Blocks{n, rows_per_block}, work(n), [&](Index begin, Index end) {
      Buffer row(n_classes_);
      Buffer g(n_classes_);
      Buffer h(n_classes_);
      for (Index i = begin; i < end; ++i) {
        row.load(raw, i, n);
        HalfMultinomial::gradient_hessian(code(targets, i), row.values, g.values, h.values);
        const double w = weight_of(targets, i);
        for (Index k = 0; k < n_classes_; ++k) {
          gradient[k * n + i] = static_cast<float>(w * g.values[static_cast<std::size_t>(k)]);
          hessian[k * n + i] = static_cast<float>(w * h.values[static_cast<std::size_t>(k)]);
        }
      }
    });
  }

  double mean_loss(const Targets& targets, const double* raw) const override {
    const Index n = targets.size();
    return mean_over_rows(targets, work(n), [&] {
      return [&, row = Buffer(n_classes_)](Index i) mutable {
        row.load(raw, i, n);
        return HalfMultinomial::loss(code(targets, i), row.values);
      };
    });
  }

 private:
  /// One number a class.
  struct Buffer {
    explicit Buffer(Index n) : values(static_cast<std::size_t>(n)) {}
    void load(const double* raw, Index row, Index n_rows) {
      for (std::size_t k = 0; k < values.size(); ++k)
        values[k] = raw[static_cast<Index>(k) * n_rows + row];
    }
    std::vector<double> values;
  };

  static Index code(const Targets& targets, Index i) {
    return static_cast<Index>(targets.y[static_cast<std::size_t>(i)]);
  }
  double work(Index n) const { return work_per_row * static_cast<double>(n * n_classes_); }

  Index n_classes_;
};

}  // namespace

std::unique_ptr<Objective> make_squared_error_objective() {
  return std::make_unique<PointwiseObjective<HalfSquaredError>>();
}

std::unique_ptr<Objective> make_log_loss_objective(Index n_classes) {
  if (n_classes > 2) return std::make_unique<MultinomialObjective>(n_classes);
  return std::make_unique<PointwiseObjective<HalfBinomial>>();
}

}  // namespace espalier::hgb

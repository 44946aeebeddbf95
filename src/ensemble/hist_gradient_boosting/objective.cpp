// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/objective.hpp"

#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "ensemble/hist_gradient_boosting/pointwise_objective.hpp"

namespace espalier::hgb {
namespace {

class MultinomialObjective final : public Objective {
 public:
  explicit MultinomialObjective(Index n_classes) : n_classes_(n_classes) {}

  Index outputs() const override { return n_classes_; }
  bool constant_hessian() const override { return HalfMultinomial::constant_hessian; }

  Vector baseline(const Targets& targets) const override {
    return HalfMultinomial::baseline(targets.y, n_classes_, targets.weights);
  }

  void derivatives(const Targets& targets, const double* raw, Index begin, Index end,
                   float* gradient, float* hessian) const override {
    Buffer row(n_classes_);
    Buffer g(n_classes_);
    Buffer h(n_classes_);
    for (Index i = begin; i < end; ++i) {
      row.load(raw, i, targets.size());
      HalfMultinomial::gradient_hessian(code(targets, i), row.values, g.values, h.values);
      const double w = weight_of(targets, i);
      for (Index k = 0; k < n_classes_; ++k) {
        const Index at = k * (end - begin) + i - begin;
        gradient[at] = static_cast<float>(w * g.values[static_cast<std::size_t>(k)]);
        hessian[at] = static_cast<float>(w * h.values[static_cast<std::size_t>(k)]);
      }
    }
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

std::unique_ptr<Objective> make_log_loss_objective(Index n_classes) {
  if (n_classes > 2) return std::make_unique<MultinomialObjective>(n_classes);
  return std::make_unique<PointwiseObjective<HalfBinomial>>();
}

}  // namespace espalier::hgb

// SPDX-License-Identifier: BSD-3-Clause
#include "loss/block_loss.hpp"

#include <utility>

namespace espalier::detail {
namespace {

using Array = Eigen::ArrayXd;

/// With the sign s = ±1 of the class and the margin t = s·raw, the loss is log(1 + e⁻ᵗ), its
/// gradient −s / (1 + eᵗ) and its curvature e / (1 + e)². All are had from e = e^−|t| without
/// overflow, and the gradient without cancellation.
class HalfBinomialBlocks final : public BlockLoss {
 public:
  HalfBinomialBlocks(const Labels& codes, Vector weights)
      : sign_(2.0 * codes.cast<double>().array() - 1.0), weights_(std::move(weights)) {}

  Index outputs() const override { return 1; }

 private:
  double do_evaluate(Index begin, Eigen::Ref<Matrix>& raw,
                     Eigen::Ref<Matrix>* curvature) const override {
    const Index n = raw.rows();
    const auto sign = sign_.segment(begin, n);
    const Array margin = sign * raw.col(0).array();
    const Array e = (-margin.abs()).exp();
    raw.col(0) = -sign * (margin > 0.0).select(e, 1.0) / (1.0 + e);
    if (curvature != nullptr) curvature->col(0) = e / (1.0 + e).square();
    if (weights_.size() == 0) return ((1.0 + e).log() - margin.min(0.0)).sum();
    const auto w = weights_.segment(begin, n).array();
    raw.col(0).array() *= w;
    if (curvature != nullptr) curvature->col(0).array() *= w;
    return (w * ((1.0 + e).log() - margin.min(0.0))).sum();
  }

  Array sign_;
  Vector weights_;
};

class HalfMultinomialBlocks final : public BlockLoss {
 public:
  HalfMultinomialBlocks(Labels codes, Index n_classes, Vector weights)
      : codes_(std::move(codes)), n_classes_(n_classes), weights_(std::move(weights)) {}

  Index outputs() const override { return n_classes_; }

 private:
  double do_evaluate(Index begin, Eigen::Ref<Matrix>& raw,
                     Eigen::Ref<Matrix>* curvature) const override {
    const Index n = raw.rows();
    const bool weighted = weights_.size() > 0;
    Array maximum = raw.col(0);
    for (Index k = 1; k < n_classes_; ++k) maximum = maximum.max(raw.col(k).array());
    Array of_class(n);  // the raw value of each row's own class, less the maximum
    for (Index i = 0; i < n; ++i) of_class[i] = raw(i, codes_[begin + i]) - maximum[i];
    Array sum = Array::Zero(n);
    for (Index k = 0; k < n_classes_; ++k) {
      raw.col(k) = (raw.col(k).array() - maximum).exp();
      sum += raw.col(k).array();
    }
    const Array loss = sum.log() - of_class;
    const Array scale =
        weighted ? Array(weights_.segment(begin, n).array() / sum) : Array(1.0 / sum);
    for (Index k = 0; k < n_classes_; ++k) raw.col(k).array() *= scale;
    if (curvature != nullptr) *curvature = raw;
    for (Index i = 0; i < n; ++i) raw(i, codes_[begin + i]) -= weighted ? weights_[begin + i] : 1.0;
    return weighted ? (weights_.segment(begin, n).array() * loss).sum() : loss.sum();
  }

  Labels codes_;
  Index n_classes_;
  Vector weights_;
};

}  // namespace

std::unique_ptr<BlockLoss> half_binomial_blocks(const Labels& codes, Vector weights) {
  return std::make_unique<HalfBinomialBlocks>(codes, std::move(weights));
}

std::unique_ptr<BlockLoss> half_multinomial_blocks(Labels codes, Index n_classes, Vector weights) {
  return std::make_unique<HalfMultinomialBlocks>(std::move(codes), n_classes, std::move(weights));
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/histogram.hpp"

#include <algorithm>
#include <utility>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

constexpr Index rows_per_block = 16'384;

/// Adds `n` rows to the cells of one feature. `row(i)` is the place of the i-th row in `bins`; its
/// derivatives are at place i of `gradient` and `hessian`.
template <bool constant_hessian, class RowAt>
void accumulate(const Bin* bins, const float* gradient, const float* hessian, Index n,
                const RowAt& row, Cell* cells) {
  for (Index i = 0; i < n; ++i) {
    Cell& cell = cells[bins[row(i)]];
    cell.gradient += static_cast<double>(gradient[i]);
    if constexpr (!constant_hessian) cell.hessian += static_cast<double>(hessian[i]);
    ++cell.count;
  }
}

template <class RowAt>
void fill_feature(const Bin* bins, const Gradients& gradients, Index n, const RowAt& row,
                  std::span<Cell> cells) {
  std::fill(cells.begin(), cells.end(), Cell{});
  const float* g = gradients.gradient.data();
  if (!gradients.hessian.empty()) {
    accumulate<false>(bins, g, gradients.hessian.data(), n, row, cells.data());
    return;
  }
  accumulate<true>(bins, g, nullptr, n, row, cells.data());
  for (Cell& cell : cells) cell.hessian = cell.count;
}

}  // namespace

HistogramLayout::HistogramLayout(std::span<const FeatureBins> bins) : offsets_{0} {
  for (const FeatureBins& feature : bins) offsets_.push_back(offsets_.back() + feature.n_bins + 1);
}

Histogram HistogramPool::take() {
  if (free_.empty()) return Histogram(static_cast<std::size_t>(cells_));
  Histogram histogram = std::move(free_.back());
  free_.pop_back();
  return histogram;
}

void HistogramPool::give_back(Histogram&& histogram) {
  if (!histogram.empty()) free_.push_back(std::move(histogram));
}

HistogramBuilder::HistogramBuilder(const BinnedMatrix& data, const HistogramLayout& layout)
    : data_(data), layout_(layout) {}

void HistogramBuilder::build_root(Histogram& histogram) const {
  const Index n = data_.rows();
  parallel_for(layout_.features(), static_cast<double>(n * layout_.features()), [&](Index f) {
    const std::span<Cell> cells(histogram.data() + layout_.offset(f),
                                static_cast<std::size_t>(layout_.size(f)));
    fill_feature(
        data_.column(f), gradients_, n, [](Index i) { return i; }, cells);
  });
}

void HistogramBuilder::build(std::span<const Row> rows, Histogram& histogram) {
  const auto n = static_cast<Index>(rows.size());
  const bool has_hessians = !gradients_.hessian.empty();
  ordered_gradients_.resize(gradients_.gradient.size());
  ordered_hessians_.resize(gradients_.hessian.size());
  parallel_for_blocks(
      Blocks{n, rows_per_block}, static_cast<double>(n), [&](Index begin, Index end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          ordered_gradients_[i] = gradients_.gradient[rows[i]];
          if (has_hessians) ordered_hessians_[i] = gradients_.hessian[rows[i]];
        }
      });
  const Gradients ordered{{ordered_gradients_.data(), rows.size()},
                          {ordered_hessians_.data(), has_hessians ? rows.size() : 0}};
  parallel_for(layout_.features(), static_cast<double>((n + 64) * layout_.features()),
               [&](Index f) {
                 const std::span<Cell> cells(histogram.data() + layout_.offset(f),
                                             static_cast<std::size_t>(layout_.size(f)));
                 fill_feature(
                     data_.column(f), ordered, n,
                     [&](Index i) { return rows[static_cast<std::size_t>(i)]; }, cells);
               });
}

void HistogramBuilder::subtract(Histogram& parent, const Histogram& child) const {
  const Index n = layout_.cells();
  parallel_for_blocks(
      Blocks{n, rows_per_block}, static_cast<double>(n), [&](Index begin, Index end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          parent[i].gradient -= child[i].gradient;
          parent[i].hessian -= child[i].hessian;
          parent[i].count -= child[i].count;
        }
      });
}

}  // namespace espalier::hgb

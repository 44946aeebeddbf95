// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

constexpr Index rows_per_block = 16'384;

/// Derivatives of so many rows are gathered, then added to all groups of features: enough to read
/// the cells of each group into the first cache for, few enough to stay in the second.
constexpr Index rows_per_chunk = 2'048;

/// Rows by index come from anywhere: what they need is asked for this many rows ahead.
constexpr Index prefetch_distance = 32;

/// The largest absolute values of both derivatives.
struct Largest {
  std::int32_t gradient = 0;
  std::int32_t hessian = 0;
};

/// Without their signs, floats are ordered as their bits are, NaN above all; a maximum of integers
/// is what compilers turn into vector code.
Largest largest(std::span<const Derivative> rows) {
  const auto magnitude = [](float x) { return std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF; };
  const auto n = static_cast<Index>(rows.size());
  return reduce_blocks(
      Blocks{n, rows_per_block}, static_cast<double>(n), Largest{},
      [&](Index begin, Index end) {
        Largest most;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          most.gradient = std::max(most.gradient, magnitude(rows[i].gradient));
          most.hessian = std::max(most.hessian, magnitude(rows[i].hessian));
        }
        return most;
      },
      [](Largest& total, const Largest& part) {
        total.gradient = std::max(total.gradient, part.gradient);
        total.hessian = std::max(total.hessian, part.hessian);
      });
}

/// words[i] ← the derivatives of row rows[i].
void gather(const FixedPoint fixed_point, const Derivative* derivatives, const Row* rows, Index n,
            Cell* words) {
  Index i = 0;
  for (; i + prefetch_distance < n; ++i) {
    __builtin_prefetch(derivatives + rows[i + prefetch_distance]);
    words[i] = fixed_point.word(derivatives[rows[i]]);
  }
  for (; i < n; ++i) words[i] = fixed_point.word(derivatives[rows[i]]);
}

void add(Cell* to, const Cell* from, Index n) {
  for (Index i = 0; i < n; ++i) {
    to[i].gradient += from[i].gradient;
    to[i].hessian_count += from[i].hessian_count;
  }
}

Cell difference(const Cell& a, const Cell& b) {
  return {a.gradient - b.gradient, a.hessian_count - b.hessian_count};
}

Cell sum_of(const Cell* cells, Index n) {
  Cell sum{};
  for (Index i = 0; i < n; ++i) add(&sum, cells + i, 1);
  return sum;
}

/// n cells of zeros, whatever there was.
Cell* cleared(Histogram& cells, Index n) {
  cells.resize(std::max(cells.size(), static_cast<std::size_t>(n)));
  std::fill_n(cells.begin(), n, Cell{});
  return cells.data();
}

}  // namespace

Cell sum_of_node(const Histogram& histogram, const FeaturePlaces& places) {
  return sum_of(histogram.data(), places.whole);
}

Cell sum_of_exceptions(const Histogram& histogram, const FeaturePlace& place) {
  return sum_of(histogram.data() + place.first_cell + place.first_code, place.n_codes);
}

const Cell* bins_of(const Histogram& histogram, const FeaturePlace& place, int n_bins,
                    const Cell& node, Cell* buffer) {
  const Cell* cells = histogram.data() + place.first_cell;
  if (!place.has_default()) return cells;
  buffer[n_bins] = {};
  for (int bin = 0; bin < n_bins + (place.has_missing ? 1 : 0); ++bin)
    if (bin != place.default_bin) buffer[bin] = cells[place.code(bin)];
  buffer[place.default_bin] = difference(node, sum_of_exceptions(histogram, place));
  return buffer;
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

void HistogramBuilder::set_gradients(const Gradients& gradients) {
  const Largest most = largest(gradients.rows);
  const double gradient = std::bit_cast<float>(most.gradient);
  const double hessian = std::bit_cast<float>(most.hessian);
  if (!std::isfinite(gradient) || !std::isfinite(hessian))
    throw InvalidInput(
        "gradient boosting: the derivatives of the loss are not finite; the target or the weights "
        "are too large.");
  derivatives_ = gradients.rows;
  fixed_point_ = FixedPoint(data_.rows(), gradient, hessian, gradients.constant_hessian);
}

std::vector<Cell> HistogramBuilder::words(std::span<const Row> rows) const {
  std::vector<Cell> words(rows.size());
  gather(fixed_point_, derivatives_.data(), rows.data(), static_cast<Index>(rows.size()),
         words.data());
  return words;
}

/// Adds rows [begin, end) of `rows` to the cells of some groups.
void HistogramBuilder::add_rows(std::span<const Row> rows, Index begin, Index end,
                                Index first_group, Index last_group, Cell* cells) const {
  const bool all = static_cast<Index>(rows.size()) == data_.rows();
  const FixedPoint fixed_point = fixed_point_;
  Cell words[rows_per_chunk];
  for (Index chunk = begin; chunk < end; chunk += rows_per_chunk) {
    const Index n = std::min(rows_per_chunk, end - chunk);
    const Row* chunk_rows = rows.data() + chunk;
    if (all)
      for (Index i = 0; i < n; ++i)
        words[i] = fixed_point.word(derivatives_[static_cast<std::size_t>(chunk + i)]);
    else
      gather(fixed_point, derivatives_.data(), chunk_rows, n, words);
    for (Index g = first_group; g < last_group; ++g) {
      const FeatureGroup& group = data_.layout().group(g);
      const BinnedMatrix::InPanel bins = data_.group(g);
      accumulate({bins.first + (all ? chunk << bins.row_bits : 0), bins.row_bits,
                  all ? nullptr : chunk_rows, static_cast<std::size_t>(n), words},
                 group.width, group.stride, cells + group.first_cell);
    }
  }
}

void HistogramBuilder::build(std::span<const Row> rows, Histogram& histogram) {
  const auto n = static_cast<Index>(rows.size());
  const auto groups = static_cast<Index>(data_.layout().groups().size());
  const Index threads = static_cast<double>(n * groups) < min_parallel_work ? 1 : max_threads();
  if (groups >= 4 * threads)
    build_by_groups(rows, threads == 1 ? 1 : 4 * threads, histogram);
  else
    build_by_rows(rows, std::clamp<Index>(n / rows_per_chunk, 1, threads), histogram);
  if (data_.n_lists() > 0) build_lists(rows, histogram);
}

void HistogramBuilder::build_by_groups(std::span<const Row> rows, Index parts,
                                       Histogram& histogram) const {
  const auto groups = static_cast<Index>(data_.layout().groups().size());
  const auto n = static_cast<Index>(rows.size());
  parallel_for(parts, static_cast<double>(n * groups), [&](Index part) {
    const Index first = part * groups / parts;
    const Index last = (part + 1) * groups / parts;
    const auto cell_of = [&](Index g) {
      return histogram.begin() +
             (g < groups ? data_.layout().group(g).first_cell : data_.layout().cells());
    };
    std::fill(cell_of(first), cell_of(last), Cell{});
    add_rows(rows, 0, n, first, last, histogram.data());
  });
}

void HistogramBuilder::build_by_rows(std::span<const Row> rows, Index parts, Histogram& histogram) {
  const auto groups = static_cast<Index>(data_.layout().groups().size());
  const auto n = static_cast<Index>(rows.size());
  const Index cells = data_.layout().cells();
  partial_.resize(std::max(partial_.size(), static_cast<std::size_t>(parts - 1)));
  const double work = static_cast<double>(n * groups);
  parallel_for(parts, work, [&](Index part) {
    Cell* own =
        cleared(part == 0 ? histogram : partial_[static_cast<std::size_t>(part - 1)], cells);
    add_rows(rows, part * n / parts, (part + 1) * n / parts, 0, groups, own);
  });
  add_partial(parts, cells, histogram.data());
}

/// The cells of the lists. Threads share the rows, if these have more exceptions than there are
/// cells to add up afterwards.
void HistogramBuilder::build_lists(std::span<const Row> rows, Histogram& histogram) {
  const auto n = static_cast<Index>(rows.size());
  const Index cells = data_.places().cells - data_.layout().cells();
  const double entries = static_cast<double>(data_.list_size()) * static_cast<double>(n) /
                         static_cast<double>(data_.rows());
  const auto parts = std::clamp<Index>(
      static_cast<Index>(entries / static_cast<double>(std::max<Index>(cells, 1))), 1,
      max_threads());
  partial_.resize(std::max(partial_.size(), static_cast<std::size_t>(parts - 1)));
  Cell* const total = histogram.data() + data_.layout().cells();
  parallel_for(parts, 3.0 * entries, [&](Index part) {
    Cell* own = total;
    if (part == 0)
      std::fill_n(total, cells, Cell{});
    else
      own = cleared(partial_[static_cast<std::size_t>(part - 1)], cells);
    for (Index i = part * n / parts; i < (part + 1) * n / parts; ++i) {
      const Row row = rows[static_cast<std::size_t>(i)];
      const Cell word = fixed_point_.word(derivatives_[row]);
      for (const std::uint32_t cell : data_.list_cells(row)) add(own + cell, &word, 1);
    }
  });
  add_partial(parts, cells, total);
}

/// Adds what all parts but the first have found.
void HistogramBuilder::add_partial(Index parts, Index n_cells, Cell* total) const {
  const Blocks blocks{n_cells, rows_per_chunk};
  parallel_for_blocks(blocks, static_cast<double>(parts * blocks.n), [&](Index begin, Index end) {
    for (Index part = 1; part < parts; ++part)
      add(total + begin, partial_[static_cast<std::size_t>(part - 1)].data() + begin, end - begin);
  });
}

void HistogramBuilder::subtract(Histogram& parent, const Histogram& child) const {
  const Blocks blocks{data_.places().cells, rows_per_block};
  parallel_for_blocks(blocks, static_cast<double>(blocks.n), [&](Index begin, Index end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      parent[i].gradient -= child[i].gradient;
      parent[i].hessian_count -= child[i].hessian_count;
    }
  });
}

}  // namespace espalier::hgb

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Features that are in the same bin in most rows, and which of them can share a byte.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/binning.hpp"
#include "ensemble/hist_gradient_boosting/sparse_columns.hpp"

namespace espalier::hgb {

/// The rows of a feature that are outside its default bin.
struct Exceptions {
  Index feature = 0;
  int default_bin = 0;
  bool has_missing = false;
  int n_codes = 0;         ///< bins beside the default one
  std::vector<Row> rows;   ///< ascending
  std::vector<Bin> codes;  ///< of these rows: 1, 2, … for the bins beside the default one

  Bin code_of(Row row) const;  ///< 0 for other rows; O(log rows)
};

/// A feature whose default bin holds fewer rows than this is not looked at any further.
inline constexpr double least_default_share = 0.8;

/// The exceptions of a feature if its most frequent bin holds `least_default_share` of the rows.
///
/// That bin is counted in a sparse column, in O(values). In a dense one it is the most frequent of
/// 512 rows at most, so that a feature which is no candidate costs no more than these; a candidate
/// costs O(n log bins).
std::optional<Exceptions> find_exceptions(const Table& table, const SparseColumns& sparse,
                                          Index feature, const FeatureBins& bins);

/// Which features share a column, as positions in `features`: no row is an exception of two of them,
/// and they have at most 255 codes. Features that are left alone are in no bundle.
///
/// Greedily, features with many exceptions first, each into the first bundle that takes it. At most
/// 64 bundles are open at a time, of which the oldest makes room, so it costs O(64 · exceptions) at
/// worst, and a bundle that conflicts mostly shows it in its first rows; memory n/8 bytes an open
/// bundle. Exact exclusiveness is demanded (γ = 0 in the paper): the trees are the same.
/// @see Ke et al., "LightGBM", NeurIPS 30 (2017), section 4, algorithms 3 and 4
std::vector<std::vector<std::size_t>> find_bundles(std::span<const Exceptions> features,
                                                   Index n_rows);

}  // namespace espalier::hgb

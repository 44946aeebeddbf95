// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Where the bins of a feature are, in the binned data and in a histogram.
///
/// A feature in a column of its own is stored as the numbers of its bins. One that is in the same
/// bin in most rows, its default bin, may be stored otherwise: as a part of a bundle, a column that
/// several features share since no row is outside the default bins of two of them; or as a list of
/// the rows outside its default bin. Both store codes: 0 is the default bin (of all features of a
/// bundle), and the other bins of the feature follow each other from `first_code` on. The default
/// bin has no cell: it holds what the other bins of the feature leave of the node.
struct FeaturePlace {
  enum class Store : std::uint8_t { column, bundle, list };

  Store store = Store::column;
  bool has_missing = false;  ///< the training data lack values; else the missing bin has no code
  std::int32_t number = 0;   ///< of the stored column, or of the list
  std::int32_t default_bin = 0;  ///< bundle and list
  std::int32_t first_code = 0;   ///< bundle and list: of the first other bin
  std::int32_t n_codes = 0;      ///< bundle and list: other bins
  Index first_cell = 0;          ///< cell of code c: first_cell + c

  bool has_default() const { return store != Store::column; }
  /// The code of a bin.
  int code(int bin) const {
    if (!has_default()) return bin;
    if (bin == default_bin) return 0;
    return first_code + (bin < default_bin ? bin : bin - 1);
  }
};

/// The places of all features, and what they share.
struct FeaturePlaces {
  std::vector<FeaturePlace> features;
  Index cells = 0;  ///< of a histogram
  Index whole = 0;  ///< so many first cells are those of one stored column: their sum is the node's
  bool has_defaults = false;  ///< some feature has a default bin

  const FeaturePlace& operator[](Index feature) const {
    return features[static_cast<std::size_t>(feature)];
  }
};

}  // namespace espalier::hgb

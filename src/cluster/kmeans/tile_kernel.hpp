// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loops of k-means: squared distances of a tile of rows to centres, and the nearest one.
///
/// A tile is 64 rows, feature by feature: x[64·j + i] is feature j of row i, so that rows stand side
/// by side in a register and a coordinate of a centre is broadcast. What a row gets does not depend
/// on the others. AVX2 and AVX-512 give the same bits; without them products are rounded before they
/// are added, so that distances differ in the last bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/instruction_set.hpp"

namespace espalier::kmeans {

using detail::best_instruction_set;
using detail::InstructionSet;

inline constexpr int tile_rows = 64;
/// So many centres are worked on at once.
inline constexpr int group_size = 4;

/// k centres in groups of four: coordinate j of centre 4·g + q is values[(g·p + j)·4 + q], and
/// half_norms holds ‖c‖²/2. Centres that fill up the last group are zeros with an infinite norm, so
/// that they are never the nearest.
template <class T>
struct CenterGroups {
  const T* values;
  const T* half_norms;
  std::ptrdiff_t n_groups;
  std::ptrdiff_t n_features;
};

/// label[i] ← the centre c nearest to row i, the lowest among equals: least ‖c‖²/2 − x·c, which goes
/// to score[i]; for the first `count` rows, and maybe others. Both have 64 elements.
template <class T>
void nearest_centers(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count, T* score,
                     std::int32_t* label, InstructionSet instructions = best_instruction_set());

/// The same, and second[i] ← the score of the second nearest centre; infinite if there is one only.
template <class T>
void two_nearest_centers(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count,
                         T* score, std::int32_t* label, T* second,
                         InstructionSet instructions = best_instruction_set());

/// distance[64·c + i] ← ‖row i − centre c‖² for every centre, those that fill up the last group too,
/// from differences of coordinates; for the first `count` rows, and maybe others.
template <class T>
void squared_distances(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count,
                       T* distance, InstructionSet instructions = best_instruction_set());

}  // namespace espalier::kmeans

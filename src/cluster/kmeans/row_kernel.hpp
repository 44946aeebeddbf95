// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loops of Elkan's search: which centres the bounds of a row leave, and their distances.
#pragma once

#include "cluster/kmeans/tile_kernel.hpp"

namespace espalier::kmeans {

/// groups[0], groups[1], … ← the groups g, ascending, with a centre c = 4·g + q whose
/// bound[c] − moved[c] is not above `reach`; returns how many, and puts the least of all that are
/// above into `least` (infinite if there is none).
template <class T>
std::ptrdiff_t undecided_groups(const T* bound, const T* moved, std::ptrdiff_t n_groups, T reach,
                                std::int32_t* groups, T& least,
                                InstructionSet instructions = best_instruction_set());

/// score[4·g + q] ← ‖c‖²/2 − x·c for the centres of `n` groups, with the bits of nearest_centers.
/// Feature j of the row is x[64·j].
template <class T>
void scores_of_row(const T* x, const CenterGroups<T>& centers, const std::int32_t* groups,
                   std::ptrdiff_t n, T* score,
                   InstructionSet instructions = best_instruction_set());

}  // namespace espalier::kmeans

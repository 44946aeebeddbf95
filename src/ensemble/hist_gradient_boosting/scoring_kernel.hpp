// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scoring by comparing bytes. Every feature has been replaced by its rank among the thresholds of
/// the model (RankGrid), so one instruction compares it for as many rows, or trees, as a register
/// has bytes, and all nodes of a tree are looked at, without a branch.
///
/// How the leaf is found: the leaves of a tree are numbered from left to right, and a node knows
/// the first leaf below it and the first leaf below its right child. `leaf` begins at 0. A node,
/// taken after its ancestors, moves `leaf` to its right child when its condition is false and
/// `leaf` is its first leaf. That is so exactly if the node lies on the row's path, or below it on
/// the chain of left children that begins there; the leaves of other nodes are others. (The bit
/// vectors of QuickScorer hold the same knowledge in as many bits as there are leaves; here a
/// number of 8 bits does.)
/// @see Lucchese et al., QuickScorer, SIGIR 2015; vQS, SIGIR 2016
#pragma once

#include <cstdint>

#include "core/instruction_set.hpp"

namespace espalier::hgb {

using detail::best_instruction_set;
using detail::InstructionSet;

/// Rows of a block: each column of a block has as many bytes.
inline constexpr int block_rows = 256;
/// Trees that one register takes when a single row is scored.
inline constexpr int lane_trees = 64;

enum class ScoringTest : std::uint8_t {
  rank,         ///< right if the byte is above `bound`
  set,          ///< right if the code is not in the set; a missing value goes right
  outside_set,  ///< right if the code is in the set, which holds those that go right
};

struct ScoringNode {
  std::uint32_t column;  ///< of a set: the codes divided by 8; the next column has bit code % 8
  std::uint32_t set;     ///< 64 bytes each
  std::uint8_t bound;
  std::uint8_t first;  ///< leaf
  std::uint8_t right;  ///< leaf
  ScoringTest test;
};

struct ScoringTree {
  std::uint32_t first_node;
  std::uint32_t n_nodes;
  std::uint32_t first_leaf;  ///< in `leaves`
  std::uint32_t n_leaves;    ///< as stored: 16, 32, 64, or more, up to 256
};

/// For many rows.
struct BlockModel {
  const ScoringNode* nodes;
  const ScoringTree* trees;
  int n_trees;
  int n_outputs;  ///< tree t adds to output t mod n_outputs
  const double* leaves;
  const std::uint8_t* sets;
};

/// For one row: the nodes of 64 trees side by side, one of each tree in a slot.
struct LaneModel {
  int n_slots;  ///< of all groups of trees; group g has those from slot_begin[g]
  int n_groups;
  const std::int32_t* slot_begin;  ///< n_groups + 1
  const std::uint8_t* columns;     ///< 64 a slot
  const std::uint8_t* bounds;
  const std::uint8_t* first;
  const std::uint8_t* right;
  int n_set_features;
  int n_columns;
};

/// Adds the trees to `raw`, n_outputs × block_rows. Both arrays are aligned to 64 bytes.
void score_block(InstructionSet path, const BlockModel& model, const std::uint8_t* columns,
                 double* raw);

/// The leaf of each tree: n_groups × 64 bytes, aligned. `values` are the bytes of the columns, 256
/// of them whether or not there are as many; `set_bits` for each feature with sets a bit a tree in
/// each slot: the trees whose node there has a set that sends the row right. The portable code does
/// not pay.
void find_leaves(InstructionSet path, const LaneModel& model, const std::uint8_t* values,
                 const std::uint64_t* const* set_bits, std::uint8_t* leaves);

}  // namespace espalier::hgb

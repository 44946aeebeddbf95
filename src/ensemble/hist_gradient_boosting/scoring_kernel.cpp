// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/scoring_kernel.hpp"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define ESPALIER_X86_KERNELS 1
#include <immintrin.h>
// The headers of g++ 12 build "any value" by reading a variable before it is set.
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif

namespace espalier::hgb {
namespace {

/// Adds the leaves of a tree to the rows of a block. One addition a row and tree, in tree order.
void add_leaves(const double* leaves, const std::uint8_t* leaf, double* raw) {
  for (int i = 0; i < block_rows; ++i) raw[i] += leaves[leaf[i]];
}

/// Without a branch, so that a loop of it becomes vector code.
std::uint8_t select(int condition, std::uint8_t yes, std::uint8_t no) {
  return condition != 0 ? yes : no;
}

void score_block_portable(const BlockModel& model, const std::uint8_t* columns, double* raw) {
  for (int t = 0; t < model.n_trees; ++t) {
    const ScoringTree& tree = model.trees[t];
    alignas(64) std::uint8_t leaf[block_rows] = {};
    for (const ScoringNode *node = model.nodes + tree.first_node, *end = node + tree.n_nodes;
         node != end; ++node) {
      const std::uint8_t* __restrict x =
          columns + static_cast<std::size_t>(node->column) * block_rows;
      const std::uint8_t first = node->first, right = node->right, bound = node->bound;
      if (node->test == ScoringTest::rank) {
        for (int i = 0; i < block_rows; ++i)
          leaf[i] = select(static_cast<int>(leaf[i] == first) & (x[i] > bound), right, leaf[i]);
        continue;
      }
      const std::uint8_t* bit = x + block_rows;
      const std::uint8_t* set = model.sets + static_cast<std::size_t>(node->set) * 64;
      const bool outside = node->test == ScoringTest::outside_set;
      for (int i = 0; i < block_rows; ++i) {
        const bool in_set = (set[x[i] & 63] & bit[i]) != 0;
        leaf[i] = select(static_cast<int>(leaf[i] == first) & (in_set == outside), right, leaf[i]);
      }
    }
    add_leaves(model.leaves + tree.first_leaf, leaf, raw + (t % model.n_outputs) * block_rows);
  }
}

#ifdef ESPALIER_X86_KERNELS

#define ESPALIER_AVX2 __attribute__((target("avx2")))
#define ESPALIER_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx2,bmi2")))

ESPALIER_AVX2 __m256i load(const std::uint8_t* p) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}

/// All ones where a code is in the set; `at` is code / 8, and 0xBF for a missing one.
ESPALIER_AVX2 __m256i in_set(__m256i at, __m256i bit, const std::uint8_t* set) {
  const __m256i low =
      _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(set)));
  const __m256i high =
      _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(set + 16)));
  const __m256i bytes =
      _mm256_or_si256(_mm256_shuffle_epi8(low, _mm256_adds_epu8(at, _mm256_set1_epi8(0x70))),
                      _mm256_shuffle_epi8(high, _mm256_sub_epi8(at, _mm256_set1_epi8(16))));
  const __m256i outside = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), _mm256_setzero_si256());
  return _mm256_xor_si256(outside, _mm256_set1_epi8(-1));
}

ESPALIER_AVX2 void score_block_avx2(const BlockModel& model, const std::uint8_t* columns,
                                    double* raw) {
  constexpr int lanes = 4;  // registers of 32 rows that go through a tree together
  for (int t = 0; t < model.n_trees; ++t) {
    const ScoringTree& tree = model.trees[t];
    alignas(64) std::uint8_t leaves[block_rows];
    for (int begin = 0; begin < block_rows; begin += 32 * lanes) {
      __m256i leaf[lanes] = {};
      for (const ScoringNode *node = model.nodes + tree.first_node, *end = node + tree.n_nodes;
           node != end; ++node) {
        const std::uint8_t* x =
            columns + static_cast<std::size_t>(node->column) * block_rows + begin;
        const __m256i first = _mm256_set1_epi8(static_cast<char>(node->first));
        const __m256i change = _mm256_set1_epi8(static_cast<char>(node->first ^ node->right));
        if (node->test == ScoringTest::rank) {  // x > bound: max(x, bound + 1) = x
          const __m256i bound = _mm256_set1_epi8(static_cast<char>(node->bound + 1));
#pragma GCC unroll 4
          for (int k = 0; k < lanes; ++k) {
            const __m256i value = load(x + 32 * k);
            const __m256i right = _mm256_cmpeq_epi8(_mm256_max_epu8(value, bound), value);
            const __m256i here = _mm256_and_si256(right, _mm256_cmpeq_epi8(leaf[k], first));
            leaf[k] = _mm256_xor_si256(leaf[k], _mm256_and_si256(here, change));
          }
          continue;
        }
        const std::uint8_t* set = model.sets + static_cast<std::size_t>(node->set) * 64;
        const __m256i flip = _mm256_set1_epi8(node->test == ScoringTest::outside_set ? 0 : -1);
#pragma GCC unroll 4
        for (int k = 0; k < lanes; ++k) {
          const __m256i right =
              _mm256_xor_si256(in_set(load(x + 32 * k), load(x + block_rows + 32 * k), set), flip);
          const __m256i here = _mm256_and_si256(right, _mm256_cmpeq_epi8(leaf[k], first));
          leaf[k] = _mm256_xor_si256(leaf[k], _mm256_and_si256(here, change));
        }
      }
      for (int k = 0; k < lanes; ++k)
        _mm256_store_si256(reinterpret_cast<__m256i*>(leaves + begin + 32 * k), leaf[k]);
    }
    add_leaves(model.leaves + tree.first_leaf, leaves, raw + (t % model.n_outputs) * block_rows);
  }
}

/// leaves[leaf[i]], from registers: `n_leaves` is 16, 32 or 64.
template <int n_leaves>
ESPALIER_AVX512 void add_few_leaves(const double* leaves, const std::uint8_t* leaf, double* raw) {
  __m512d table[n_leaves / 8];
#pragma GCC unroll 8
  for (int k = 0; k < n_leaves / 8; ++k) table[k] = _mm512_load_pd(leaves + 8 * k);
  for (int i = 0; i < block_rows; i += 8) {
    const __m512i at =
        _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(leaf + i)));
    __m512d value[n_leaves / 16];
#pragma GCC unroll 4
    for (int k = 0; k < n_leaves / 16; ++k)
      value[k] = _mm512_permutex2var_pd(table[2 * k], at, table[2 * k + 1]);
    if constexpr (n_leaves > 16) {
      const __mmask8 odd = _mm512_test_epi64_mask(at, _mm512_set1_epi64(16));
      value[0] = _mm512_mask_blend_pd(odd, value[0], value[1]);
      if constexpr (n_leaves > 32) {
        value[2] = _mm512_mask_blend_pd(odd, value[2], value[3]);
        value[0] = _mm512_mask_blend_pd(_mm512_test_epi64_mask(at, _mm512_set1_epi64(32)), value[0],
                                        value[2]);
      }
    }
    _mm512_store_pd(raw + i, _mm512_add_pd(_mm512_load_pd(raw + i), value[0]));
  }
}

constexpr int lanes512 = block_rows / 64;

ESPALIER_AVX512 inline void apply(const BlockModel& model, const ScoringNode& node,
                                  const std::uint8_t* columns, __m512i (&leaf)[lanes512]) {
  const std::uint8_t* x = columns + static_cast<std::size_t>(node.column) * block_rows;
  const __m512i first = _mm512_set1_epi8(static_cast<char>(node.first));
  const __m512i right = _mm512_set1_epi8(static_cast<char>(node.right));
  if (node.test == ScoringTest::rank) {
    const __m512i bound = _mm512_set1_epi8(static_cast<char>(node.bound));
#pragma GCC unroll 4
    for (int k = 0; k < lanes512; ++k) {
      const __mmask64 above = _mm512_cmpgt_epu8_mask(_mm512_load_si512(x + 64 * k), bound);
      const __mmask64 here = _mm512_mask_cmpeq_epi8_mask(above, leaf[k], first);
      leaf[k] = _mm512_mask_mov_epi8(leaf[k], here, right);
    }
    return;
  }
  const __m512i set = _mm512_load_si512(model.sets + static_cast<std::size_t>(node.set) * 64);
  const __mmask64 flip = node.test == ScoringTest::outside_set ? 0 : ~__mmask64{0};
#pragma GCC unroll 4
  for (int k = 0; k < lanes512; ++k) {
    const __m512i bytes = _mm512_permutexvar_epi8(_mm512_load_si512(x + 64 * k), set);
    const __mmask64 inside =
        _mm512_test_epi8_mask(bytes, _mm512_load_si512(x + block_rows + 64 * k));
    const __mmask64 here = _mm512_mask_cmpeq_epi8_mask(_kxor_mask64(inside, flip), leaf[k], first);
    leaf[k] = _mm512_mask_mov_epi8(leaf[k], here, right);
  }
}

ESPALIER_AVX512 void finish(const BlockModel& model, int t, const __m512i (&leaf)[lanes512],
                            double* raw) {
  alignas(64) std::uint8_t at[block_rows];
  for (int k = 0; k < lanes512; ++k) _mm512_store_si512(at + 64 * k, leaf[k]);
  const double* const leaves = model.leaves + model.trees[t].first_leaf;
  double* const out = raw + (t % model.n_outputs) * block_rows;
  switch (model.trees[t].n_leaves) {
    case 16:
      return add_few_leaves<16>(leaves, at, out);
    case 32:
      return add_few_leaves<32>(leaves, at, out);
    case 64:
      return add_few_leaves<64>(leaves, at, out);
    default:
      return add_leaves(leaves, at, out);
  }
}

/// Two trees at a time: each node waits for the one before it in its tree.
ESPALIER_AVX512 void score_block_avx512(const BlockModel& model, const std::uint8_t* columns,
                                        double* raw) {
  for (int t = 0; t < model.n_trees; t += 2) {
    const bool pair = t + 1 < model.n_trees;
    const ScoringTree& a = model.trees[t];
    const ScoringTree& b = model.trees[pair ? t + 1 : t];
    const std::uint32_t both = pair ? (a.n_nodes < b.n_nodes ? a.n_nodes : b.n_nodes) : 0;
    const ScoringNode* const a_nodes = model.nodes + a.first_node;
    const ScoringNode* const b_nodes = model.nodes + b.first_node;
    __m512i a_leaf[lanes512] = {}, b_leaf[lanes512] = {};
    for (std::uint32_t i = 0; i < both; ++i) {
      apply(model, a_nodes[i], columns, a_leaf);
      apply(model, b_nodes[i], columns, b_leaf);
    }
    for (std::uint32_t i = both; i < a.n_nodes; ++i) apply(model, a_nodes[i], columns, a_leaf);
    finish(model, t, a_leaf, raw);
    if (!pair) break;
    for (std::uint32_t i = both; i < b.n_nodes; ++i) apply(model, b_nodes[i], columns, b_leaf);
    finish(model, t + 1, b_leaf, raw);
  }
}

/// values[column], for 128 columns, or 256 if `wide`.
template <bool wide>
ESPALIER_AVX512 inline __m512i look_up(const __m512i (&values)[4], __m512i column) {
  const __m512i low = _mm512_permutex2var_epi8(values[0], column, values[1]);
  if constexpr (!wide) return low;
  const __m512i high = _mm512_permutex2var_epi8(values[2], column, values[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(column), low, high);
}

template <bool wide>
ESPALIER_AVX512 inline __m512i take_slot(const LaneModel& model, int slot,
                                         const __m512i (&values)[4],
                                         const std::uint64_t* const* set_bits, __m512i leaf) {
  const std::size_t at = static_cast<std::size_t>(slot) * lane_trees;
  const __m512i x = look_up<wide>(values, _mm512_load_si512(model.columns + at));
  __mmask64 goes_right = _mm512_cmpgt_epu8_mask(x, _mm512_load_si512(model.bounds + at));
  for (int f = 0; f < model.n_set_features; ++f) goes_right |= set_bits[f][slot];
  const __mmask64 here =
      _mm512_mask_cmpeq_epi8_mask(goes_right, leaf, _mm512_load_si512(model.first + at));
  return _mm512_mask_mov_epi8(leaf, here, _mm512_load_si512(model.right + at));
}

/// Two groups at a time, for the same reason.
template <bool wide>
ESPALIER_AVX512 void find_leaves_avx512(const LaneModel& model, const std::uint8_t* bytes,
                                        const std::uint64_t* const* set_bits,
                                        std::uint8_t* leaves) {
  const __m512i values[4] = {_mm512_load_si512(bytes), _mm512_load_si512(bytes + 64),
                             _mm512_load_si512(bytes + 128), _mm512_load_si512(bytes + 192)};
  for (int g = 0; g < model.n_groups; g += 2) {
    int a = model.slot_begin[g], b = model.slot_begin[g + 1];
    const int a_end = b, b_end = g + 1 < model.n_groups ? model.slot_begin[g + 2] : b;
    __m512i a_leaf = _mm512_setzero_si512(), b_leaf = _mm512_setzero_si512();
    for (; a < a_end && b < b_end; ++a, ++b) {
      a_leaf = take_slot<wide>(model, a, values, set_bits, a_leaf);
      b_leaf = take_slot<wide>(model, b, values, set_bits, b_leaf);
    }
    for (; a < a_end; ++a) a_leaf = take_slot<wide>(model, a, values, set_bits, a_leaf);
    for (; b < b_end; ++b) b_leaf = take_slot<wide>(model, b, values, set_bits, b_leaf);
    std::uint8_t* const out = leaves + static_cast<std::size_t>(g) * lane_trees;
    _mm512_store_si512(out, a_leaf);
    if (g + 1 < model.n_groups) _mm512_store_si512(out + lane_trees, b_leaf);
  }
}

/// All ones in the bytes whose bit is set.
ESPALIER_AVX2 __m256i spread(std::uint32_t bits) {
  const __m256i which = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2,
                                         2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201ULL));
  const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int>(bits)), which);
  return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
}

ESPALIER_AVX2 inline __m256i look_up(const std::uint8_t* values, int n_columns, __m256i column) {
  __m256i found = _mm256_setzero_si256();
  for (int k = 0; k < n_columns; k += 16) {  // a shuffle gives 0 where its index is above 127
    const __m256i table =
        _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(values + k)));
    const __m256i at = _mm256_adds_epu8(
        _mm256_xor_si256(column, _mm256_set1_epi8(static_cast<char>(k))), _mm256_set1_epi8(0x70));
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(table, at));
  }
  return found;
}

ESPALIER_AVX2 void find_leaves_avx2(const LaneModel& model, const std::uint8_t* values,
                                    const std::uint64_t* const* set_bits, std::uint8_t* leaves) {
  for (int g = 0; g < model.n_groups; ++g) {
    __m256i leaf[2] = {};
    for (int s = model.slot_begin[g]; s < model.slot_begin[g + 1]; ++s) {
      const std::size_t at = static_cast<std::size_t>(s) * lane_trees;
      std::uint64_t bits = 0;
      for (int f = 0; f < model.n_set_features; ++f) bits |= set_bits[f][s];
#pragma GCC unroll 2
      for (std::size_t k = 0; k < 2; ++k) {
        const std::size_t p = at + 32 * k;
        const __m256i x = look_up(values, model.n_columns, load(model.columns + p));
        const __m256i bound = load(model.bounds + p);
        // x > bound, without sign: not x ≤ bound.
        const __m256i below = _mm256_cmpeq_epi8(_mm256_min_epu8(x, bound), x);
        const __m256i set_right = spread(static_cast<std::uint32_t>(bits >> (32 * k)));
        const __m256i stays = _mm256_andnot_si256(set_right, below);
        const __m256i here =
            _mm256_andnot_si256(stays, _mm256_cmpeq_epi8(leaf[k], load(model.first + p)));
        leaf[k] = _mm256_blendv_epi8(leaf[k], load(model.right + p), here);
      }
    }
    auto* const out = leaves + static_cast<std::size_t>(g) * lane_trees;
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), leaf[0]);
    _mm256_store_si256(reinterpret_cast<__m256i*>(out + 32), leaf[1]);
  }
}

#endif

}  // namespace

void score_block(InstructionSet path, const BlockModel& model, const std::uint8_t* columns,
                 double* raw) {
#ifdef ESPALIER_X86_KERNELS
  if (path == InstructionSet::avx512) return score_block_avx512(model, columns, raw);
  if (path == InstructionSet::avx2) return score_block_avx2(model, columns, raw);
#endif
  static_cast<void>(path);
  score_block_portable(model, columns, raw);
}

void find_leaves(InstructionSet path, const LaneModel& model, const std::uint8_t* values,
                 const std::uint64_t* const* set_bits, std::uint8_t* leaves) {
#ifdef ESPALIER_X86_KERNELS
  if (path == InstructionSet::avx512)
    return model.n_columns > 128 ? find_leaves_avx512<true>(model, values, set_bits, leaves)
                                 : find_leaves_avx512<false>(model, values, set_bits, leaves);
  if (path == InstructionSet::avx2) return find_leaves_avx2(model, values, set_bits, leaves);
#endif
  static_cast<void>(path);
  for (int g = 0; g < model.n_groups; ++g) {
    std::uint8_t* const leaf = leaves + static_cast<std::size_t>(g) * lane_trees;
    std::memset(leaf, 0, lane_trees);
    for (int s = model.slot_begin[g]; s < model.slot_begin[g + 1]; ++s) {
      const std::size_t at = static_cast<std::size_t>(s) * lane_trees;
      std::uint64_t bits = 0;
      for (int f = 0; f < model.n_set_features; ++f) bits |= set_bits[f][s];
      for (std::size_t i = 0; i < lane_trees; ++i) {
        const bool right =
            values[model.columns[at + i]] > model.bounds[at + i] || (bits >> i & 1U) != 0;
        leaf[i] = leaf[i] == model.first[at + i] && right ? model.right[at + i] : leaf[i];
      }
    }
  }
}

}  // namespace espalier::hgb

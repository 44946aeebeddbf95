// SPDX-License-Identifier: BSD-3-Clause
// Written with the vectors that g++ and clang have as types, whatever the instruction set; both
// contract a product and a difference to one instruction where there is one. Registers are copied
// one by one: g++ takes an array of them through memory in smaller pieces, which is six times slower.
#include "cluster/kmeans/tile_kernel.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

namespace espalier::kmeans {
namespace {

template <class T, int bytes>
struct Lanes {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  static constexpr int count = bytes / static_cast<int>(sizeof(T));
  typedef T Real __attribute__((vector_size(bytes)));
  typedef Bits Integer __attribute__((vector_size(bytes)));
  typedef std::int32_t Label __attribute__((vector_size(count * 4)));
};

/// Of `row_vectors` registers of rows, beginning at `x`.
template <class T, int bytes, int row_vectors, bool with_second>
[[gnu::always_inline]] inline void nearest_of_rows(const T* x, const CenterGroups<T>& centers,
                                                   T* score, std::int32_t* label, T* second) {
  using L = Lanes<T, bytes>;
  using Real = typename L::Real;
  using Integer = typename L::Integer;
  Real best[row_vectors], next[row_vectors];
  Integer index[row_vectors];
  for (int r = 0; r < row_vectors; ++r) {
    best[r] = next[r] = Real{} + std::numeric_limits<T>::infinity();
    index[r] = Integer{};
  }
  const T* center = centers.values;
  for (std::ptrdiff_t g = 0; g < centers.n_groups; ++g) {
    Real sum[group_size][row_vectors];
    for (int q = 0; q < group_size; ++q)
      for (int r = 0; r < row_vectors; ++r)
        sum[q][r] = Real{} + centers.half_norms[g * group_size + q];
    const T* value = x;
    for (std::ptrdiff_t j = 0; j < centers.n_features; ++j) {
      Real row[row_vectors];
      for (int r = 0; r < row_vectors; ++r) std::memcpy(&row[r], value + r * L::count, bytes);
      for (int q = 0; q < group_size; ++q)
        for (int r = 0; r < row_vectors; ++r) sum[q][r] -= row[r] * center[q];
      value += tile_rows;
      center += group_size;
    }
    for (int q = 0; q < group_size; ++q) {
      const Integer id = Integer{} + static_cast<typename L::Bits>(g * group_size + q);
      for (int r = 0; r < row_vectors; ++r) {
        const auto nearer = sum[q][r] < best[r];
        if constexpr (with_second) {
          const Real other = nearer ? best[r] : sum[q][r];
          next[r] = other < next[r] ? other : next[r];
        }
        best[r] = nearer ? sum[q][r] : best[r];
        index[r] = nearer ? id : index[r];
      }
    }
  }
  for (int r = 0; r < row_vectors; ++r) {
    std::memcpy(score + r * L::count, &best[r], bytes);
    if constexpr (with_second) std::memcpy(second + r * L::count, &next[r], bytes);
    const auto narrow = __builtin_convertvector(index[r], typename L::Label);
    std::memcpy(label + r * L::count, &narrow, sizeof narrow);
  }
}

/// `second` may be null: it is not asked for.
template <class T, int bytes, int row_vectors>
[[gnu::always_inline]] inline void nearest_of_tile(const T* tile, const CenterGroups<T>& centers,
                                                   std::ptrdiff_t count, T* score,
                                                   std::int32_t* label, T* second) {
  constexpr int rows = row_vectors * Lanes<T, bytes>::count;
  for (std::ptrdiff_t first = 0; first < count; first += rows) {
    if (second == nullptr)
      nearest_of_rows<T, bytes, row_vectors, false>(tile + first, centers, score + first,
                                                    label + first, nullptr);
    else
      nearest_of_rows<T, bytes, row_vectors, true>(tile + first, centers, score + first,
                                                   label + first, second + first);
  }
}

template <class T, int bytes, int row_vectors>
[[gnu::always_inline]] inline void distances_of_tile(const T* tile, const CenterGroups<T>& centers,
                                                     std::ptrdiff_t count, T* distance) {
  using Real = typename Lanes<T, bytes>::Real;
  constexpr int lanes = Lanes<T, bytes>::count;
  constexpr int rows = row_vectors * lanes;
  for (std::ptrdiff_t first = 0; first < count; first += rows) {
    const T* center = centers.values;
    T* out = distance + first;
    for (std::ptrdiff_t g = 0; g < centers.n_groups; ++g) {
      Real sum[group_size][row_vectors] = {};
      const T* value = tile + first;
      for (std::ptrdiff_t j = 0; j < centers.n_features; ++j) {
        Real row[row_vectors];
        for (int r = 0; r < row_vectors; ++r) std::memcpy(&row[r], value + r * lanes, bytes);
        for (int q = 0; q < group_size; ++q)
          for (int r = 0; r < row_vectors; ++r) {
            const Real difference = row[r] - center[q];
            sum[q][r] += difference * difference;
          }
        value += tile_rows;
        center += group_size;
      }
      for (int q = 0; q < group_size; ++q, out += tile_rows)
        for (int r = 0; r < row_vectors; ++r) std::memcpy(out + r * lanes, &sum[q][r], bytes);
    }
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
#define ESPALIER_AVX2 __attribute__((target("avx2,fma")))
#define ESPALIER_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))

template <class T>
ESPALIER_AVX2 void nearest_avx2(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count,
                                T* score, std::int32_t* label, T* second) {
  nearest_of_tile<T, 32, 2>(tile, centers, count, score, label, second);
}
template <class T>
ESPALIER_AVX512 void nearest_avx512(const T* tile, const CenterGroups<T>& centers,
                                    std::ptrdiff_t count, T* score, std::int32_t* label,
                                    T* second) {
  nearest_of_tile<T, 64, 4>(tile, centers, count, score, label, second);
}
template <class T>
ESPALIER_AVX2 void distances_avx2(const T* tile, const CenterGroups<T>& centers,
                                  std::ptrdiff_t count, T* distance) {
  distances_of_tile<T, 32, 2>(tile, centers, count, distance);
}
template <class T>
ESPALIER_AVX512 void distances_avx512(const T* tile, const CenterGroups<T>& centers,
                                      std::ptrdiff_t count, T* distance) {
  distances_of_tile<T, 64, 4>(tile, centers, count, distance);
}
#endif

}  // namespace

template <class T>
void two_nearest_centers(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count,
                         T* score, std::int32_t* label, T* second, InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512)
    return nearest_avx512(tile, centers, count, score, label, second);
  if (instructions == InstructionSet::avx2)
    return nearest_avx2(tile, centers, count, score, label, second);
#endif
  static_cast<void>(instructions);
  nearest_of_tile<T, 16, 2>(tile, centers, count, score, label, second);
}

template <class T>
void nearest_centers(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count, T* score,
                     std::int32_t* label, InstructionSet instructions) {
  two_nearest_centers<T>(tile, centers, count, score, label, nullptr, instructions);
}

template <class T>
void squared_distances(const T* tile, const CenterGroups<T>& centers, std::ptrdiff_t count,
                       T* distance, InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512)
    return distances_avx512(tile, centers, count, distance);
  if (instructions == InstructionSet::avx2) return distances_avx2(tile, centers, count, distance);
#endif
  static_cast<void>(instructions);
  distances_of_tile<T, 16, 2>(tile, centers, count, distance);
}

template void nearest_centers(const float*, const CenterGroups<float>&, std::ptrdiff_t, float*,
                              std::int32_t*, InstructionSet);
template void nearest_centers(const double*, const CenterGroups<double>&, std::ptrdiff_t, double*,
                              std::int32_t*, InstructionSet);
template void two_nearest_centers(const float*, const CenterGroups<float>&, std::ptrdiff_t, float*,
                                  std::int32_t*, float*, InstructionSet);
template void two_nearest_centers(const double*, const CenterGroups<double>&, std::ptrdiff_t,
                                  double*, std::int32_t*, double*, InstructionSet);
template void squared_distances(const float*, const CenterGroups<float>&, std::ptrdiff_t, float*,
                                InstructionSet);
template void squared_distances(const double*, const CenterGroups<double>&, std::ptrdiff_t, double*,
                                InstructionSet);

}  // namespace espalier::kmeans

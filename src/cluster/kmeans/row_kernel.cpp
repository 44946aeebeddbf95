// SPDX-License-Identifier: BSD-3-Clause
// As tile_kernel.cpp, with the four centres of a group side by side in place of rows.
#include "cluster/kmeans/row_kernel.hpp"

#include <cstring>
#include <limits>

namespace espalier::kmeans {
namespace {

template <class T>
struct FourOf {
  typedef T Type __attribute__((vector_size(group_size * sizeof(T))));
};

template <class T>
[[gnu::always_inline]] inline std::ptrdiff_t undecided(const T* bound, const T* moved,
                                                       std::ptrdiff_t n_groups, T reach,
                                                       std::int32_t* groups, T& least) {
  using Four = typename FourOf<T>::Type;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  Four above = Four{} + infinity;
  std::ptrdiff_t n = 0;
  for (std::ptrdiff_t g = 0; g < n_groups; ++g) {
    Four at_least, by;
    std::memcpy(&at_least, bound + g * group_size, sizeof(Four));
    std::memcpy(&by, moved + g * group_size, sizeof(Four));
    at_least -= by;
    const auto is_above = at_least > reach;
    const Four counted = is_above ? at_least : Four{} + infinity;
    above = counted < above ? counted : above;
    groups[n] = static_cast<std::int32_t>(g);
    n += (is_above[0] & is_above[1] & is_above[2] & is_above[3]) == 0 ? 1 : 0;
  }
  least = infinity;
  for (int q = 0; q < group_size; ++q) least = above[q] < least ? above[q] : least;
  return n;
}

/// Of `together` groups, whose sums do not wait for each other.
template <class T, int together>
[[gnu::always_inline]] inline void scores_of_groups(const T* x, const CenterGroups<T>& centers,
                                                    const std::int32_t* groups, T* score) {
  using Four = typename FourOf<T>::Type;
  Four sum[together];
  const T* center[together];
  for (int t = 0; t < together; ++t) {
    std::memcpy(&sum[t], centers.half_norms + groups[t] * group_size, sizeof(Four));
    center[t] = centers.values + groups[t] * centers.n_features * group_size;
  }
  for (std::ptrdiff_t j = 0; j < centers.n_features; ++j)
    for (int t = 0; t < together; ++t) {
      Four value;
      std::memcpy(&value, center[t] + j * group_size, sizeof(Four));
      sum[t] -= x[j * tile_rows] * value;
    }
  for (int t = 0; t < together; ++t)
    std::memcpy(score + groups[t] * group_size, &sum[t], sizeof(Four));
}

template <class T>
[[gnu::always_inline]] inline void scores(const T* x, const CenterGroups<T>& centers,
                                          const std::int32_t* groups, std::ptrdiff_t n, T* score) {
  std::ptrdiff_t i = 0;
  for (; i + 4 <= n; i += 4) scores_of_groups<T, 4>(x, centers, groups + i, score);
  for (; i + 2 <= n; i += 2) scores_of_groups<T, 2>(x, centers, groups + i, score);
  if (i < n) scores_of_groups<T, 1>(x, centers, groups + i, score);
}

#if defined(__x86_64__) && defined(__GNUC__)
#define ESPALIER_AVX2 __attribute__((target("avx2,fma")))

template <class T>
ESPALIER_AVX2 std::ptrdiff_t undecided_avx2(const T* bound, const T* moved, std::ptrdiff_t n_groups,
                                            T reach, std::int32_t* groups, T& least) {
  return undecided(bound, moved, n_groups, reach, groups, least);
}
template <class T>
ESPALIER_AVX2 void scores_avx2(const T* x, const CenterGroups<T>& centers,
                               const std::int32_t* groups, std::ptrdiff_t n, T* score) {
  scores(x, centers, groups, n, score);
}
#endif

}  // namespace

template <class T>
std::ptrdiff_t undecided_groups(const T* bound, const T* moved, std::ptrdiff_t n_groups, T reach,
                                std::int32_t* groups, T& least, InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions != InstructionSet::portable)
    return undecided_avx2(bound, moved, n_groups, reach, groups, least);
#endif
  static_cast<void>(instructions);
  return undecided(bound, moved, n_groups, reach, groups, least);
}

template <class T>
void scores_of_row(const T* x, const CenterGroups<T>& centers, const std::int32_t* groups,
                   std::ptrdiff_t n, T* score, InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions != InstructionSet::portable) return scores_avx2(x, centers, groups, n, score);
#endif
  static_cast<void>(instructions);
  scores(x, centers, groups, n, score);
}

#define ESPALIER_INSTANTIATE(T)                                                                  \
  template std::ptrdiff_t undecided_groups(const T*, const T*, std::ptrdiff_t, T, std::int32_t*, \
                                           T&, InstructionSet);                                  \
  template void scores_of_row(const T*, const CenterGroups<T>&, const std::int32_t*,             \
                              std::ptrdiff_t, T*, InstructionSet);
ESPALIER_INSTANTIATE(float)
ESPALIER_INSTANTIATE(double)

}  // namespace espalier::kmeans

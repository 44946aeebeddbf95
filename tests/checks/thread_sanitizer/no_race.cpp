// SPDX-License-Identifier: BSD-3-Clause
// Threads write blocks of a vector, and after each region other threads read and write them:
// ThreadSanitizer must report nothing.
#include <vector>

int main() {
  constexpr int n = 64;
  std::vector<double> values(n, 1.0), sums(n, 0.0);
  for (int repeat = 0; repeat < 50; ++repeat) {
#pragma omp parallel for num_threads(4) schedule(dynamic, 1)
    for (int i = 0; i < n; ++i) sums[i] += values[i];
    for (int i = 0; i < n; ++i) values[i] = sums[n - 1 - i];
#pragma omp parallel num_threads(3)
    {
#pragma omp for
      for (int i = 0; i < n; ++i) sums[i] *= 0.5;
#pragma omp for
      for (int i = 0; i < n; ++i) values[i] += sums[n - 1 - i];
    }
  }
  return values[0] > 0.0 ? 0 : 1;
}

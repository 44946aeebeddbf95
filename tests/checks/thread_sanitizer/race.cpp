// SPDX-License-Identifier: BSD-3-Clause
// Two threads add to one variable: ThreadSanitizer must report it.
int main() {
  int sum = 0;
#pragma omp parallel for num_threads(2)
  for (int i = 0; i < 100'000; ++i) sum += i;
  return sum == 0;
}

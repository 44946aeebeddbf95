// SPDX-License-Identifier: BSD-3-Clause
// A user's program. It includes headers that share Eigen types with the library, calls compiled
// code, and fails when the two disagree.
#include <iostream>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/version.hpp>

int main() {
  espalier::Random random(7);
  espalier::Matrix values(40, 3);
  for (double& value : values.reshaped()) value = random.normal();
  const espalier::DataFrame table = espalier::DataFrame::from_matrix(values, {"a", "b", "c"});
  std::cout << espalier::build_info() << '\n' << table.describe();
  return table.to_matrix() == values && espalier::library_version() == espalier::version ? 0 : 1;
}

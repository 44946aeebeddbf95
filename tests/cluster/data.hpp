// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the tests of clustering share.
#pragma once

#include <string>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/io/csv.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/golden.hpp"

namespace espalier::testing_support {

inline Matrix example_numbers(const std::string& file, const std::string& target) {
  const Dataset data = read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file, target);
  return Features(data.X).to_matrix();
}

/// The data of cluster_kmeans.json, by their names there.
inline Matrix cluster_data(const std::string& name) {
  if (name == "iris") return example_numbers("iris.csv", "species");
  if (name == "cancer")
    return StandardScaler()
        .fit_transform(example_numbers("breast_cancer.csv", "diagnosis"))
        .to_matrix();
  return to_matrix(golden("cluster_kmeans.json")["digits"]["X"]);
}

/// The weights of the golden file: 0.25 · (1 + i mod 7).
inline Vector golden_weights(Index n) {
  return Vector::NullaryExpr(n, [](Index i) { return 0.25 * static_cast<double>(1 + i % 7); });
}

inline Matrix uniform(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&] { return random.uniform(); });
}

/// The warnings of the library while the object lives.
class Warnings {
 public:
  Warnings()
      : before_(set_warning_handler([this](const Warning& w) { messages.push_back(w.message); })) {}
  ~Warnings() { set_warning_handler(std::move(before_)); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  std::vector<std::string> messages;

 private:
  WarningHandler before_;
};

}  // namespace espalier::testing_support

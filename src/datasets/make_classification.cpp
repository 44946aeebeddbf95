// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/datasets/make_classification.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

#include "datasets/options.hpp"

namespace espalier {
namespace {

constexpr std::string_view who = "make_classification";

void check(const ClassificationOptions& o) {
  detail::require_at_least(who, "n_samples", 1, o.n_samples);
  detail::require_at_least(who, "n_informative", 1, o.n_informative);
  detail::require_at_least(who, "n_redundant", 0, o.n_redundant);
  detail::require_at_least(who, "n_features", o.n_informative + o.n_redundant, o.n_features);
  detail::require_at_least(who, "n_classes", 1, o.n_classes);
  detail::require_at_least(who, "n_clusters_per_class", 1, o.n_clusters_per_class);
  const double clusters = static_cast<double>(o.n_classes * o.n_clusters_per_class);
  detail::require_option(who, "n_informative",
                         static_cast<double>(o.n_informative) >= std::log2(clusters),
                         "large enough for n_classes · n_clusters_per_class ≤ 2^n_informative",
                         static_cast<double>(o.n_informative));
  detail::require_option(who, "flip_y", o.flip_y >= 0.0 && o.flip_y <= 1.0, "in [0, 1]", o.flip_y);
  detail::require_option(who, "class_sep", std::isfinite(o.class_sep), "finite", o.class_sep);
  if (o.weights.size() == 0) return;
  if (o.weights.size() != o.n_classes)
    throw InvalidParameter(
        fmt::format("{}: there are {} weights for {} classes", who, o.weights.size(), o.n_classes));
  detail::require_option(
      who, "weights", o.weights.allFinite() && o.weights.minCoeff() >= 0.0 && o.weights.sum() > 0.0,
      "finite, not negative and not all zero", o.weights.minCoeff());
}

/// How many rows each class has: its share, rounded so that all rows are used.
std::vector<Index> rows_of_classes(const ClassificationOptions& o) {
  const Vector weights = o.weights.size() > 0 ? o.weights : Vector::Ones(o.n_classes);
  std::vector<Index> rows;
  double share = 0.0;
  Index used = 0;
  for (const double w : weights) {
    share += w / weights.sum();
    const auto end = static_cast<Index>(std::lround(share * static_cast<double>(o.n_samples)));
    rows.push_back(std::min(end, o.n_samples) - used);
    used += rows.back();
  }
  return rows;
}

/// A different corner of the cube for each cluster: its bits say on which side of each direction.
std::vector<Index> corners(Random& random, Index clusters, Index directions) {
  constexpr Index most_enumerated = 20;
  const Index used = std::min(directions, most_enumerated);  // the other directions: as the last
  return random.choice(Index{1} << used, clusters);
}

double side(Index corner, Index direction) {
  return (corner >> std::min<Index>(direction, 19)) % 2 == 1 ? 1.0 : -1.0;
}

Matrix random_uniform(Random& random, Index rows, Index cols) {
  Matrix result(rows, cols);
  for (double& x : result.reshaped()) x = random.uniform(-1.0, 1.0);
  return result;
}

}  // namespace

ClassificationData make_classification(const ClassificationOptions& options) {
  check(options);
  Random random(options.random_state);
  const Index n = options.n_samples, informative = options.n_informative;
  Matrix X = detail::random_normal(random, n, options.n_features);
  Labels y(n);
  const std::vector<Index> corner =
      corners(random, options.n_classes * options.n_clusters_per_class, informative);
  const std::vector<Index> rows = rows_of_classes(options);
  Index row = 0;
  for (Index k = 0; k < options.n_classes; ++k) {
    const Index of_class = rows[static_cast<std::size_t>(k)];
    for (Index c = 0; c < options.n_clusters_per_class; ++c) {
      const Index count = of_class * (c + 1) / options.n_clusters_per_class -
                          of_class * c / options.n_clusters_per_class;
      const Matrix mixing = random_uniform(random, informative, informative);
      auto block = X.block(row, 0, count, informative);
      block = (block * mixing).eval();
      const Index cluster = corner[static_cast<std::size_t>(k * options.n_clusters_per_class + c)];
      for (Index j = 0; j < informative; ++j)
        block.col(j).array() += options.class_sep * side(cluster, j);
      y.segment(row, count).setConstant(static_cast<int>(k));
      row += count;
    }
  }
  X.middleCols(informative, options.n_redundant) =
      X.leftCols(informative) * random_uniform(random, informative, options.n_redundant);
  for (int& label : y)
    if (random.uniform() < options.flip_y)
      label = static_cast<int>(random.integer(options.n_classes));
  const std::vector<Index> row_order = detail::row_order(random, n, options.shuffle);
  const std::vector<Index> order = detail::row_order(random, options.n_features, options.shuffle);
  return {X(row_order, order), y(row_order)};
}

}  // namespace espalier

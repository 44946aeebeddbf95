// SPDX-License-Identifier: BSD-3-Clause
#include "inspection/permutation_importance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/params.hpp>
#include <espalier/core/random.hpp>

#include "charts/svg.hpp"
#include "core/input_checks.hpp"
#include "core/seed.hpp"

namespace espalier {
namespace {

constexpr std::string_view owner = "permutation_importance";

/// X with one column in different orders. A matrix is copied once; a table shares its other columns.
class Shuffled {
 public:
  Shuffled(const Features& X, Index feature) : X_(X), feature_(feature) {
    if (X.is_dense()) dense_ = X.dense();
  }

  /// Valid until the next call.
  Features in_order(const std::vector<Index>& order) {
    if (X_.is_table()) return X_.table().with(X_.table().column(feature_).take(order));
    if (X_.is_sparse()) return Features(sparse_in_order(order)).with_names(X_.names());
    for (Index i = 0; i < X_.rows(); ++i)
      dense_(i, feature_) = X_.dense()(order[static_cast<std::size_t>(i)], feature_);
    return Features(std::as_const(dense_)).with_names(X_.names());
  }

 private:
  SparseMatrix sparse_in_order(const std::vector<Index>& order) const {
    const SparseMatrix& X = X_.sparse();
    std::vector<Eigen::Triplet<double, Index>> entries;
    entries.reserve(static_cast<std::size_t>(X.nonZeros()));
    for (Index i = 0; i < X.rows(); ++i) {
      for (SparseMatrix::InnerIterator entry(X, i); entry; ++entry)
        if (entry.col() != feature_) entries.emplace_back(i, entry.col(), entry.value());
      const double moved = X.coeff(order[static_cast<std::size_t>(i)], feature_);
      if (moved != 0.0) entries.emplace_back(i, feature_, moved);
    }
    SparseMatrix result(X.rows(), X.cols());
    result.setFromTriplets(entries.begin(), entries.end());
    return result;
  }

  const Features& X_;
  Index feature_;
  Matrix dense_;
};

}  // namespace

PermutationImportance detail::importance_by_orders(const Estimator& estimator, const Features& X,
                                                   const Target& y,
                                                   const PermutationImportanceOptions& options,
                                                   const DrawOrder& draw) {
  const Scorer& scorer = options.scoring;
  const Features taken = in_taken_precision({}, X);
  PermutationImportance result;
  result.scorer = scorer.name();
  result.score = scorer(estimator, X, y, options.sample_weight);
  result.names = X.names_or_default();
  result.importances.resize(X.cols(), options.n_repeats);
  const double work =
      1000.0 * static_cast<double>(X.rows()) * static_cast<double>(X.cols()) * options.n_repeats;
  parallel_for(X.cols(), work, [&](Index feature) {
    Shuffled shuffled(taken, feature);
    for (int repeat = 0; repeat < options.n_repeats; ++repeat) {
      const Features changed = shuffled.in_order(draw(feature, repeat));
      result.importances(feature, repeat) =
          result.score - scorer(estimator, changed, y, options.sample_weight);
    }
  });
  result.importances_mean = result.importances.rowwise().mean();
  const Matrix centred = result.importances.colwise() - result.importances_mean;
  result.importances_std = centred.rowwise().squaredNorm().array() / options.n_repeats;
  result.importances_std = result.importances_std.cwiseSqrt();
  return result;
}

PermutationImportance permutation_importance(const Estimator& estimator, const Features& X,
                                             const Target& y,
                                             const PermutationImportanceOptions& options) {
  if (options.n_repeats < 1)
    detail::refuse_param(owner, "n_repeats", "an integer of at least 1", options.n_repeats);
  const std::uint64_t seed = detail::seed_of(options.random_state, owner);
  return detail::importance_by_orders(estimator, X, y, options, [&](Index feature, int repeat) {
    const auto stream = static_cast<std::uint64_t>(feature * options.n_repeats + repeat);
    return Random(seed, stream).permutation(X.rows());
  });
}

DataFrame PermutationImportance::table() const {
  std::vector<Index> order(names.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return importances_mean[a] > importances_mean[b]; });
  std::vector<std::string> features;
  for (const Index f : order) features.push_back(names[static_cast<std::size_t>(f)]);
  return {Column::categorical("feature", features),
          Column::numeric("importance", Vector(importances_mean(order))),
          Column::numeric("std", Vector(importances_std(order)))};
}

std::ostream& operator<<(std::ostream& out, const PermutationImportance& importance) {
  const DataFrame table = importance.table();
  const Column& names = table["feature"];
  std::size_t width = 0;
  for (Index i = 0; i < table.rows(); ++i)
    width = std::max(width, detail::character_count(names.text(i)));
  out << fmt::format("{} = {:.5f}; shuffling a feature ({} times) takes off it\n",
                     importance.scorer, importance.score, importance.importances.cols());
  for (Index i = 0; i < table.rows(); ++i) {
    const std::string name = names.text(i);
    out << fmt::format("  {}{}{:>12.5f} ± {:.5f}\n", name,
                       std::string(width - detail::character_count(name), ' '),
                       table["importance"].values()[static_cast<std::size_t>(i)],
                       table["std"].values()[static_cast<std::size_t>(i)]);
  }
  return out;
}

}  // namespace espalier

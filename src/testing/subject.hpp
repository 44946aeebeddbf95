// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The estimator under check, data that suit it, and one way to call all roles.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>

namespace espalier::detail::kit {

/// Data for one fit. `y` is there if the estimator needs it.
struct Problem {
  Matrix X;
  OptionalTarget y;

  const Labels& labels() const { return y->labels(); }  ///< of a classifier
  Matrix values() const { return y->values(); }         ///< of a regressor

  /// The same with NaN in a cell of every seventh row.
  Problem with_missing() const;
};

/// The size and kind of a problem; the same request gives the same data.
struct ProblemOptions {
  Index rows = 120;
  Index cols = 4;
  int classes = 3;      ///< for a classifier; at most two if the tag says so
  Index outputs = 1;    ///< for a regressor
  double spread = 1.0;  ///< standard deviation within a class
  int variant = 0;      ///< other data of the same kind
};

/// The estimator under check. Nothing here changes it.
class Subject {
 public:
  Subject(const Estimator& prototype, std::int64_t seed);

  const Estimator& prototype() const { return prototype_; }
  const Tags& tags() const { return tags_; }
  RoleKind role() const { return prototype_.role(); }
  std::string name() const { return std::string(prototype_.class_name()); }

  /// Whether the kit knows how to fit it: it has one of the five roles.
  bool fits() const { return role() != RoleKind::other; }
  bool supervised() const {
    return role() == RoleKind::classifier || role() == RoleKind::regressor;
  }
  /// Whether it has a parameter of this name of its own.
  bool has_param(std::string_view name) const;
  /// Whether the class is in the registry under its name.
  bool registered() const;

  /// An unfitted clone whose `random_state`s are set.
  std::unique_ptr<Estimator> make() const;
  /// The same, fitted.
  std::unique_ptr<Estimator> fitted(const Problem& problem, const FitContext& context = {}) const;
  std::unique_ptr<Estimator> fitted(const Features& X, const OptionalTarget& y,
                                    const FitContext& context = {}) const;

  /// Data that the estimator accepts by its role and tags: blobs for classifiers and clusterers, a
  /// linear relation for regressors.
  Problem problem(const ProblemOptions& options = {}) const;
  /// X as the tags want it: not negative, or small whole numbers.
  Matrix adapt(Matrix X) const;

 private:
  const Estimator& prototype_;
  Tags tags_;
  std::int64_t seed_;
};

/// Fits an estimator of any role; y is passed on if there is one.
void fit(Estimator& estimator, const Features& X, const OptionalTarget& y,
         const FitContext& context = {});
inline void fit(Estimator& estimator, const Problem& problem, const FitContext& context = {}) {
  fit(estimator, problem.X, problem.y, context);
}

/// The score of a classifier or a regressor.
double score(const Estimator& estimator, const Features& X, const Target& y);

/// A function of a fitted estimator that takes X.
struct Method {
  std::string name;
  std::function<Features(const Estimator&, const Features&)> call;
};

/// Those that the estimator has: `transform`; `predict`, `predict_proba`, `decision_function`.
std::vector<Method> methods(const Estimator& estimator);

/// What a method gave. Labels and vectors are matrices of one column here.
struct Output {
  std::string method;
  Features value;
};
using Outputs = std::vector<Output>;

/// What every method gives for X; of a clusterer also the labels of its training rows.
Outputs outputs(const Estimator& estimator, const Features& X);

/// Where two results differ, in words; empty when they agree. `tolerance` is relative and absolute;
/// 0 asks for the same bits (any NaN equals any NaN).
std::string difference(const Outputs& a, const Outputs& b, double tolerance = 0.0);
std::string difference(const Features& a, const Features& b, double tolerance = 0.0);

/// Whether shapes and numbers agree. (Eigen's == takes equal shapes for granted.)
template <class A, class B>
bool equal(const Eigen::DenseBase<A>& a, const Eigen::DenseBase<B>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.derived().array() == b.derived().array()).all();
}

/// The first number that is NaN or infinite, or the first missing category, in words; empty when
/// there is none.
std::string not_finite(const Outputs& outputs);
std::string not_finite(const Features& X);

/// The rows of every output, in the order of `rows`.
Outputs take(const Outputs& outputs, std::span<const Index> rows);

/// X as a table with the columns "first", "second", …
std::vector<std::string> column_names(Index n);
DataFrame table_of(const Matrix& X);

/// The estimator as what its role says it is.
template <class Role>
Role& as(Estimator& estimator) {
  return dynamic_cast<Role&>(estimator);
}
template <class Role>
const Role& as(const Estimator& estimator) {
  return dynamic_cast<const Role&>(estimator);
}

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/projection.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier::detail {
namespace {

/// Rows that are centred and multiplied at a time.
constexpr Index rows_per_block = 512;

/// p × k: componentsᵀ / scale.
Matrix directions(const Projection& projection) {
  Matrix V = projection.components.transpose();
  if (projection.scale.size() > 0) V.array().rowwise() /= projection.scale.array().transpose();
  return V;
}

class ProjectionStep : public RowStep {
 public:
  ProjectionStep(const Projection& projection, Index from, Index to)
      : mean_(projection.mean), directions_(directions(projection)), from_(from), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    const double* const x = registers + from_;
    double* const out = registers + to_;
    for (Index c = 0; c < directions_.cols(); ++c) {
      const double* const v = directions_.data() + c * directions_.rows();
      double sum = 0.0;
      if (mean_.size() > 0)
        for (Index j = 0; j < directions_.rows(); ++j) sum += v[j] * (x[j] - mean_[j]);
      else
        for (Index j = 0; j < directions_.rows(); ++j) sum += v[j] * x[j];
      out[c] = sum;
    }
    return RowStatus::ok;
  }

 private:
  Vector mean_;
  Matrix directions_;
  Index from_, to_;
};

}  // namespace

Features project(const Projection& projection, const Features& X) {
  const Matrix V = directions(projection);
  const bool centres = projection.mean.size() > 0;
  const Eigen::RowVectorXd offset = centres ? Eigen::RowVectorXd(projection.mean.transpose() * V)
                                            : Eigen::RowVectorXd::Zero(V.cols());
  Matrix result(X.rows(), V.cols());
  const double per_row =
      X.is_sparse() ? static_cast<double>(X.sparse().nonZeros()) / static_cast<double>(X.rows())
                    : static_cast<double>(X.cols());
  parallel_for_blocks({X.rows(), rows_per_block}, per_row * static_cast<double>(result.size()),
                      [&](Index begin, Index end) {
                        const Index n = end - begin;
                        auto out = result.middleRows(begin, n);
                        if (X.is_sparse()) {
                          out = (X.sparse().middleRows(begin, n) * V).rowwise() - offset;
                        } else if (centres) {
                          const Matrix centred = X.dense().middleRows(begin, n).rowwise() -
                                                 projection.mean.transpose();
                          out.noalias() = centred * V;
                        } else {
                          out.noalias() = X.dense().middleRows(begin, n) * V;
                        }
                      });
  return result;
}

Features project_back(const Projection& projection, const Features& Z) {
  Matrix components = projection.components;
  if (projection.scale.size() > 0) components.array().colwise() *= projection.scale.array();
  const Features dense = Z.to_dense();
  Matrix result(Z.rows(), components.cols());
  parallel_for_blocks({Z.rows(), rows_per_block},
                      static_cast<double>(components.rows()) * static_cast<double>(result.size()),
                      [&](Index begin, Index end) {
                        auto out = result.middleRows(begin, end - begin);
                        out.noalias() = dense.dense().middleRows(begin, end - begin) * components;
                        if (projection.mean.size() > 0)
                          out.rowwise() += projection.mean.transpose();
                      });
  return result;
}

void compile_projection(const Projection& projection, std::string_view prefix,
                        RowBuilder& builder) {
  const Index k = projection.components.rows();
  const Index from = builder.contiguous();
  const Index to = builder.reserve(k);
  builder.add(ProjectionStep(projection, from, to));
  std::vector<RowColumn> columns;
  for (const std::string& name : component_names(prefix, k))
    columns.push_back({name, to + static_cast<Index>(columns.size())});
  builder.set_columns(std::move(columns));
  builder.set_sparse(false);
}

Vector whitening_scale(const Vector& variances) {
  return variances.cwiseSqrt().cwiseMax(std::numeric_limits<double>::epsilon());
}

std::vector<std::string> component_names(std::string_view prefix, Index k) {
  std::vector<std::string> names;
  for (Index c = 0; c < k; ++c) names.push_back(fmt::format("{}{}", prefix, c));
  return names;
}

void fix_signs(Matrix& components) {
  for (Index c = 0; c < components.rows(); ++c) {
    Index largest = 0;
    for (Index j = 1; j < components.cols(); ++j)
      if (std::abs(components(c, j)) > std::abs(components(c, largest))) largest = j;
    if (components(c, largest) < 0.0) components.row(c) = -components.row(c);
  }
}

void check_components(std::string_view owner, const Matrix& components, const Vector* mean,
                      std::initializer_list<const Vector*> one_each, const Schema& schema) {
  const Index k = components.rows(), p = components.cols();
  bool fits = k >= 1 && k <= p && p == schema.n_features && (mean == nullptr || mean->size() == p);
  for (const Vector* values : one_each) fits = fits && values->size() == k;
  if (!fits)
    throw FormatError(
        fmt::format("{}: components of {} × {}, their variances and the mean do not "
                    "fit {} features",
                    owner, k, p, schema.n_features));
}

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/projection.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "decomposition/centred_data.hpp"
#include "linalg/products.hpp"

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

Features sparse_projected(const Projection& projection, const Matrix& V, const SparseMatrix& X) {
  Eigen::RowVectorXd offset = Eigen::RowVectorXd::Zero(V.cols());
  if (projection.mean.size() > 0) offset = projection.mean.transpose() * V;
  Matrix result(X.rows(), V.cols());
  parallel_for_blocks({X.rows(), rows_per_block},
                      static_cast<double>(X.nonZeros()) * static_cast<double>(V.cols()),
                      [&](Index begin, Index end) {
                        result.middleRows(begin, end - begin) =
                            (X.middleRows(begin, end - begin) * V).rowwise() - offset;
                      });
  return result;
}

template <class Scalar>
Features projected(const Projection& projection, const Features& X) {
  const Matrix V = directions(projection);
  if (X.is_sparse()) return sparse_projected(projection, V, X.sparse());
  const auto all = dense_of<Scalar>(X);
  const MatrixOf<Scalar> onto = V.template cast<Scalar>();
  MatrixOf<Scalar> result(X.rows(), V.cols());
  if (projection.mean.size() == 0) {
    linalg::multiply(all, onto, result);
    return result;
  }
  // Centred first: a mean far from zero would cost digits of the products.
  parallel_for_blocks(
      {X.rows(), rows_per_block},
      static_cast<double>(X.cols()) * static_cast<double>(result.size()),
      [&](Index begin, Index end) {
        const Index n = end - begin;
        MatrixOf<Scalar> centred(n, X.cols());
        for (Index j = 0; j < X.cols(); ++j)
          centred.col(j) =
              (all.col(j).segment(begin, n).template cast<double>().array() - projection.mean[j])
                  .template cast<Scalar>();
        linalg::multiply(centred, onto, result.middleRows(begin, n));
      });
  return result;
}

template <class Scalar>
Features projected_back(const Projection& projection, const Features& Z) {
  Matrix components = projection.components;
  if (projection.scale.size() > 0) components.array().colwise() *= projection.scale.array();
  MatrixOf<Scalar> result(Z.rows(), components.cols());
  linalg::multiply(dense_of<Scalar>(Z), MatrixOf<Scalar>(components.template cast<Scalar>()),
                   result);
  if (projection.mean.size() > 0)
    parallel_for(result.cols(), static_cast<double>(result.size()), [&](Index j) {
      result.col(j).array() += static_cast<Scalar>(projection.mean[j]);
    });
  return result;
}

}  // namespace

Features project(const Projection& projection, const Features& X) {
  if (X.is_float32()) return projected<float>(projection, X);
  return projected<double>(projection, X);
}

Features project_back(const Projection& projection, const Features& Z) {
  if (Z.is_float32()) return projected_back<float>(projection, Z);
  return projected_back<double>(projection, Z.to_dense());
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

void check_count(std::string_view owner, Index count, Index rows, Index cols) {
  if (count <= std::min(rows, cols)) return;
  throw InvalidParameter(fmt::format(
      "{}: n_components is {}, but X of {} samples and {} features has {} components at most",
      owner, count, rows, cols, std::min(rows, cols)));
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

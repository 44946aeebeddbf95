// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/singular_vectors.hpp"

#include <chrono>
#include <utility>

#include <espalier/core/random.hpp>

#include "core/clock.hpp"
#include "decomposition/projection.hpp"
#include "linalg/block_lanczos.hpp"
#include "linalg/decompositions.hpp"
#include "linalg/eigenpairs.hpp"

namespace espalier::detail {
namespace {

/// The best that a subspace of the short side holds, by the singular values of A on it.
template <class Scalar>
SingularVectors within(const CentredData<Scalar>& data, const MatrixOf<Scalar>& basis, Index k) {
  const MatrixOf<Scalar> image = data.times(basis);
  const linalg::SingularValues svd =
      linalg::singular_value_decomposition(tall_triangle<Scalar>(image).template cast<double>());
  const MatrixOf<Scalar> best = svd.V.leftCols(k).template cast<Scalar>();
  const MatrixOf<Scalar> vectors = data.is_wide()
                                       ? linalg::orthonormalised<MatrixOf<Scalar>>(image * best)
                                       : MatrixOf<Scalar>(basis * best);
  SingularVectors result{data.unit() * svd.values.head(k),
                         vectors.template cast<double>().transpose()};
  fix_signs(result.components);
  return result;
}

/// Hands out reports of one task, with the time since it began.
class Reporter {
 public:
  Reporter(std::string_view task, Index total, const FitContext& context)
      : task_(task), total_(total), context_(context) {}

  void operator()(Index iteration) const {
    context_.report({.task = task_,
                     .iteration = iteration,
                     .total = total_,
                     .elapsed = detail::seconds_since(begin_)});
  }

 private:
  std::string_view task_;
  Index total_;
  const FitContext& context_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

template <class Scalar>
ShortSide full_svd(const CentredData<Scalar>& data) {
  linalg::SingularValues svd =
      linalg::singular_value_decomposition(data.triangular().template cast<double>());
  return {data.unit() * svd.values, std::move(svd.V)};
}

template <class Scalar>
ShortSide gram_svd(const CentredData<Scalar>& data, Index k) {
  linalg::Eigenpairs pairs = linalg::leading_eigenpairs(data.gram(), k);
  return {data.unit() * pairs.values.cwiseMax(0.0).cwiseSqrt(), std::move(pairs.vectors)};
}

template <class Scalar>
SingularVectors leading(const CentredData<Scalar>& data, const ShortSide& side, Index k) {
  if (data.is_wide())
    return within<Scalar>(data, side.vectors.leftCols(k).template cast<Scalar>(), k);
  SingularVectors result{side.values.head(k), side.vectors.leftCols(k).transpose()};
  fix_signs(result.components);
  return result;
}

template <class Scalar>
SingularVectors lanczos_svd(const CentredData<Scalar>& data, const SubspaceOptions& options,
                            const FitContext& context) {
  const Reporter report(options.owner, 0, context);
  const linalg::LanczosResult<Scalar> found = linalg::block_lanczos<Scalar>(
      data.short_side(), [&](const MatrixOf<Scalar>& B) { return data.gram_times(B); },
      {.k = options.k, .tol = options.tol, .seed = options.seed, .report = report});
  SingularVectors result = within<Scalar>(data, found.basis, options.k);
  result.converged = found.converged;
  return result;
}

template <class Scalar>
SingularVectors randomized_svd(const CentredData<Scalar>& data, const SubspaceOptions& options,
                               const FitContext& context) {
  const Index width = std::min(data.short_side(), options.k + options.oversamples);
  // scikit-learn multiplies by A and Aᵀ once more after the last iteration.
  const Index products = options.n_iter + 1;
  const Reporter report(options.owner, products, context);
  Random random(options.seed);
  MatrixOf<Scalar> Q = MatrixOf<Scalar>::NullaryExpr(
      data.short_side(), width, [&](Index, Index) { return static_cast<Scalar>(random.normal()); });
  for (Index i = 1; i <= products; ++i) {
    Q = linalg::orthonormalised<MatrixOf<Scalar>>(data.gram_times(Q));
    report(i);
  }
  return within<Scalar>(data, Q, options.k);
}

Index default_power_iterations(Index k, Index short_side) {
  return static_cast<double>(k) < 0.1 * static_cast<double>(short_side) ? 7 : 4;
}

template ShortSide full_svd(const CentredData<double>&);
template ShortSide gram_svd(const CentredData<double>&, Index);
template SingularVectors leading(const CentredData<double>&, const ShortSide&, Index);
template SingularVectors lanczos_svd(const CentredData<double>&, const SubspaceOptions&,
                                     const FitContext&);
template SingularVectors randomized_svd(const CentredData<double>&, const SubspaceOptions&,
                                        const FitContext&);
template ShortSide full_svd(const CentredData<float>&);
template ShortSide gram_svd(const CentredData<float>&, Index);
template SingularVectors leading(const CentredData<float>&, const ShortSide&, Index);
template SingularVectors lanczos_svd(const CentredData<float>&, const SubspaceOptions&,
                                     const FitContext&);
template SingularVectors randomized_svd(const CentredData<float>&, const SubspaceOptions&,
                                        const FitContext&);

}  // namespace espalier::detail

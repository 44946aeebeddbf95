// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/core/parallel.hpp>

#include "linear_model/centered_data.hpp"

namespace espalier::detail {

/// What a ridge model that has not seen a row is wrong by on this row, for all rows and several
/// penalties at once, without a fit for each:
///
///     √wᵢ (yᵢ − ŷ₋ᵢ(xᵢ)) = eᵢ / (1 − hᵢ − wᵢ/Σw)
///
/// where e are the residuals of the model of all rows, h the diagonal of X̃(X̃ᵀX̃ + αI)⁻¹X̃ᵀ, and the
/// last term is there with an intercept only. By the eigenvectors of X̃ᵀX̃ for n ≥ p and of X̃X̃ᵀ for
/// n < p; where the penalties are so small that rounding of the eigenvalues would show, for n ≥ p
/// by the singular vectors of X̃. O(np² + p³) or O(n²p + n³) for the decomposition, then O(npkA) for
/// k targets and A penalties.
/// @see Golub, Heath & Wahba, Technometrics 21 (1979) 215–223; Rifkin & Lippert, Notes on
///      Regularized Least Squares, MIT-CSAIL-TR-2007-025
class LeaveOneOut {
 public:
  /// `data` has been made with its moments, if n ≥ p, and must outlive this object; all alphas > 0.
  LeaveOneOut(const CenteredData& data, std::span<const double> alphas);

  Index columns() const { return data_.outputs() * inverse_.cols(); }
  /// n × columns(); column c·A + a is of target c and penalty a.
  Matrix all_errors() const;
  /// The means over the rows of their squares, by column; without storing the errors.
  Vector mean_squares() const;

 private:
  Vector decompose_columns(double smallest_alpha);  // fill vectors_ and rotated_, give eigenvalues
  Vector decompose_rows();
  Blocks blocks() const;
  double work() const;
  Vector shares(Index begin, Index end) const;  // w/Σw
  Matrix errors(Index begin, Index end) const;  // of some rows
  Matrix errors_by_columns(Index begin, Index end) const;
  Matrix errors_by_rows(Index begin, Index end) const;

  const CenteredData& data_;
  Matrix vectors_;         // p × p, or n × n for n < p
  Matrix rotated_;         // vectorsᵀX̃ᵀỹ, or vectorsᵀỹ for n < p; one column a target
  Matrix inverse_;         // 1/(λ + α), one column a penalty
  Vector of_weights_;      // with what wᵢ/Σw enters the denominator, one a penalty
};

}  // namespace espalier::detail

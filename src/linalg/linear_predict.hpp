// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/schema.hpp>

namespace espalier::detail {

/// X·coefᵀ + intercept, n × k, for a dense or sparse X (n × p) and coef (k × p). Every row is
/// summed in the same order whatever rows stand beside it, so one row gives the bits it has in a
/// batch.
Matrix linear_predict(const Features& X, const Matrix& coef, const Vector& intercept);

/// The same for one row, with the same bits.
class LinearRow : public RowModel {
 public:
  LinearRow(RowBuilder& builder, const Matrix& coef, const Vector& intercept);
  Index outputs() const noexcept override { return static_cast<Index>(intercept_.size()); }
  RowStatus raw(const double* registers, double* out) const noexcept override;

 private:
  Index first_;
  std::size_t p_;
  std::vector<double> coef_;  // one output after the other
  std::vector<double> intercept_;
};

/// @throws FormatError  coef is not k × p, or intercept not k
void check_linear_shapes(std::string_view owner, const Matrix& coef, const Vector& intercept,
                         const Schema& schema);
/// Of a model with one output. @throws FormatError  likewise, or n_iter is negative
void check_one_output(std::string_view owner, const Matrix& coef, const Vector& intercept,
                      int n_iter, const Schema& schema);

}  // namespace espalier::detail

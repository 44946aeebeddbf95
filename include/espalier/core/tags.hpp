// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace espalier {

/// What an estimator accepts and promises. `fit` and `predict` check their input by it, a Pipeline
/// routes weights by it, and the conformance kit chooses its checks by it. A class declares
/// `static constexpr Tags tags{.sparse = true}`; a meta-estimator derives its own from its parts
/// (`do_tags`).
struct Tags {
  bool allow_nan = false;      ///< missing values (NaN, missing categories) in X
  bool keeps_missing = false;  ///< transformer: what is missing in X may be in its output
  bool sparse = false;         ///< a sparse X
  bool float32 = false;        ///< a dense X of `float` as it is; else it comes as `double`
  bool categorical = false;    ///< a DataFrame with its categorical columns; else numbers only
  /// Finds its columns by name: order and further columns do not matter.
  bool selects_columns = false;
  bool sample_weight = false;    ///< FitContext::sample_weight
  bool groups = false;           ///< FitContext::groups
  bool validation_set = false;   ///< FitContext::validation
  bool positive_only = false;    ///< X ≥ 0 is required
  bool positive_target = false;  ///< regressor: y ≥ 0, or even y > 0, is required
  bool requires_y = true;     ///< Transformer: `fit` needs y (other roles: follows from the role)
  bool multi_output = false;  ///< regressor: y may have several columns
  bool binary_only = false;   ///< classifier: two classes at most
  bool deterministic = true;  ///< the same data and random_state give the same bits
  bool weights_are_copies = true;  ///< weight k equals k copies of the row, weight 0 none
  /// `fit` sees rows of weight 0, because the numbers of the rows matter (ready splits).
  bool keeps_zero_weights = false;
  bool poor_score = false;  ///< not expected to learn the conformance kit's easy data
};

}  // namespace espalier

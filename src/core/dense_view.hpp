// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// `f` of the numbers of a dense X, in the precision in which they came.
template <class F>
auto with_dense(const Features& X, const F& f) {
  return X.is_float32() ? f(X.dense32()) : f(X.dense());
}

}  // namespace espalier::detail

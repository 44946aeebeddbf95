// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/tweedie_regressor.hpp>

namespace espalier {

Tags TweedieRegressor::do_tags() const {
  return {.sparse = true,
          .float32 = true,
          .sample_weight = true,
          .positive_target = params().power >= 1.0};
}

void TweedieRegressor::do_validate() const {
  if (params().power > 0.0 && params().power < 1.0)
    detail::refuse_param(type_name, "power",
                         "0 or less, or 1 or more: there is no distribution in between",
                         params().power);
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/ensemble/import.hpp>

namespace espalier::testing_support {

/// Reads a model with `parse()` and uses it. An Error is fine while it is read; when it predicts,
/// only what says that the columns are not of the model's types.
template <class Parse>
void use_imported(const Parse& parse) {
  std::unique_ptr<Estimator> model;
  try {
    model = parse();
  } catch (const Error&) {
    return;
  }
  const auto loaded = load_any(to_cbor(*model));  // what can be read can be saved
  const Index p = std::min<Index>(model->n_features_in(), 1000);
  Matrix X = 40.0 * Matrix::Random(3, p);
  X.row(0) = X.row(0).array().round().abs();
  X(1, 0) = std::numeric_limits<double>::quiet_NaN();
  try {
    for (const Estimator* e : {model.get(), loaded.get()}) {
      if (const auto* c = dynamic_cast<const Classifier*>(e)) c->predict_proba(X);
      if (const auto* r = dynamic_cast<const Regressor*>(e)) r->predict(X);
    }
  } catch (const InvalidInput&) {
  }
}

}  // namespace espalier::testing_support

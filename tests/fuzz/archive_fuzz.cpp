// SPDX-License-Identifier: BSD-3-Clause
// A libFuzzer program: the bytes of a model file give an Error, or a model that can be used.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/estimator.hpp>

namespace {

using namespace espalier;

/// Rows that any model can be given: as many columns as it wants, a missing value among them.
Features rows_for(const Estimator& e) {
  const Index p = std::min<Index>(e.n_features_in(), 1000);
  Matrix X = Matrix::Random(3, p);
  if (p > 0) X(1, 0) = std::numeric_limits<double>::quiet_NaN();
  return X;
}

void use(const Estimator& e) {
  e.to_string();
  e.get_params();
  if (!e.fitted()) return;
  const Features X = rows_for(e);
  if (const auto* c = dynamic_cast<const Classifier*>(&e)) c->predict_proba(X);
  if (const auto* r = dynamic_cast<const Regressor*>(&e)) r->predict_multi(X);
  if (const auto* t = dynamic_cast<const Transformer*>(&e)) t->transform(X);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    use(*load_any(std::span(data, size)));
  } catch (const Error&) {
  }
  return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/signed_targets.hpp"

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/implements.hpp>

namespace espalier::detail {

SignedTargets signed_targets(const Target& y, const ClassWeight& class_weight,
                             const Vector& sample_weight, std::string_view owner) {
  const EncodedLabels encoded = encode_labels(y.labels());
  const Index n_classes = encoded.classes.size();
  if (n_classes < 2)
    throw InvalidInput(
        fmt::format("{} needs samples of at least 2 classes in the data, but the data contains "
                    "only one class: {}",
                    owner, encoded.classes[0]));
  const bool binary = n_classes == 2;
  Matrix targets = Matrix::Constant(y.rows(), binary ? 1 : n_classes, -1.0);
  for (Index i = 0; i < y.rows(); ++i) {
    if (!binary)
      targets(i, encoded.codes[i]) = 1.0;
    else if (encoded.codes[i] == 1)
      targets(i, 0) = 1.0;
  }
  return {encoded.classes, std::move(targets),
          class_weighted(class_weight, encoded, sample_weight, owner,
                         names_of_classes(encoded.classes, y.class_names()))};
}

void check_signed_outputs(std::string_view owner, const Labels& classes, const Matrix& coef) {
  const Index outputs = classes.size() == 2 ? 1 : classes.size();
  if (classes.size() < 2 || coef.rows() != outputs)
    throw FormatError(fmt::format("{}: {} rows of coefficients do not fit {} classes", owner,
                                  coef.rows(), classes.size()));
}

}  // namespace espalier::detail

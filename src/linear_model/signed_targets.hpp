// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/schema.hpp>
#include <espalier/core/target.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier::detail {

/// Classes as regression targets: ±1.
struct SignedTargets {
  Labels classes;  // K, ascending
  Matrix y;        // n × 1 for two classes (1: the second), else n × K
  Vector weights;  // sample weights times class weights; empty: ones
};

/// @throws InvalidInput  naming `owner`: one class only, or class weights that do not fit
SignedTargets signed_targets(const Target& y, const ClassWeight& class_weight,
                             const Vector& sample_weight, std::string_view owner);

/// @throws FormatError  the number of outputs does not fit the classes
void check_signed_outputs(std::string_view owner, const Labels& classes, const Matrix& coef);

}  // namespace espalier::detail

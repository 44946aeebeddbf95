// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fmt/format.h>

#include <string_view>

#include <espalier/core/errors.hpp>
#include <espalier/core/fit_context.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

/// @throws InvalidInput  the context has what no training of a network takes
inline void check_context(const FitContext& context, std::string_view who) {
  if (context.has_weights())
    throw InvalidInput(
        fmt::format("{}: weights belong into the DataLoader, {{.sample_weight = w}}", who));
  if (context.groups.size() > 0) throw InvalidInput(fmt::format("{}: groups mean nothing", who));
}

/// @throws InvalidInput  y does not fit the loss and results of width `outputs`
template <class T>
void check_target(const Loss<T>& loss, const DataLoader<T>& loader, Index outputs) {
  const Labels& classes = loader.classes();
  for (Index k = 0; loss.wants_amounts() && k < classes.size(); ++k)
    if (classes[k] != k)
      throw InvalidInput(fmt::format(
          "{}: y has labels, and the DataLoader has put the numbers 0 to {} in their place, {} for "
          "{}; hand it amounts as real numbers, y.cast<double>()",
          loss.name(), classes.size() - 1, k, classes[k]));
  loss.check(view(loader.y()), outputs);
}

}  // namespace espalier::nn

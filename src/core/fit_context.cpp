// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/fit_context.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier {

void FitContext::check_stop(std::string_view who) const {
  if (stop.stop_requested()) throw Cancelled(fmt::format("{}: the fit was cancelled", who));
}

void FitContext::report(const Progress& progress) const {
  if (callback) callback(progress);
  check_stop(progress.task);
}

}  // namespace espalier

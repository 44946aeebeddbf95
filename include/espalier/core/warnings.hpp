// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace espalier {

enum class WarningKind {
  convergence,  ///< an iterative fit ended at max_iter
  fit_failed,   ///< some fits of a search failed and were scored as NaN
  data          ///< the data were usable, but look unintended
};

struct Warning {
  WarningKind kind;
  std::string source;   ///< the class that warns
  std::string message;  ///< with advice
};

using WarningHandler = std::function<void(const Warning&)>;

/// Replaces the handler of this process and returns the one before. The library starts with none:
/// it never writes anywhere by itself, and what it would warn of is also to be read from the
/// estimator (`converged()`, `n_iter()`, the results of a search). A program usually begins with
///
///     set_warning_handler(warnings_to(std::cerr));
///
/// The handler may be called from any thread, by one at a time, and no longer once it is replaced.
/// It may itself warn or set another handler, but must not wait for another thread that warns.
WarningHandler set_warning_handler(WarningHandler handler);

/// A handler that writes "Warning (Source): message" lines to a stream.
WarningHandler warnings_to(std::ostream& out);

/// Hands a warning to the handler, if there is one.
void warn(WarningKind kind, std::string source, std::string message);

}  // namespace espalier

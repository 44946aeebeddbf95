// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/warnings.hpp>

#include <mutex>
#include <ostream>
#include <utility>

namespace espalier {
namespace {

/// Held while the handler runs, so that one runs at a time and none runs after it was replaced;
/// recursive, so that a handler may warn or set another one.
std::recursive_mutex& handler_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

WarningHandler& current_handler() {
  static WarningHandler handler;
  return handler;
}

}  // namespace

WarningHandler set_warning_handler(WarningHandler handler) {
  const std::lock_guard lock(handler_mutex());
  return std::exchange(current_handler(), std::move(handler));
}

WarningHandler warnings_to(std::ostream& out) {
  return [&out](const Warning& warning) {
    out << "Warning (" << warning.source << "): " << warning.message << '\n';
  };
}

void warn(WarningKind kind, std::string source, std::string message) {
  const std::lock_guard lock(handler_mutex());
  const WarningHandler handler = current_handler();  // lives on when it replaces itself
  if (handler) handler({kind, std::move(source), std::move(message)});
}

}  // namespace espalier

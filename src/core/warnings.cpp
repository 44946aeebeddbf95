// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/warnings.hpp>

#include <mutex>
#include <ostream>
#include <utility>

namespace espalier {
namespace {

std::mutex& handler_mutex() {
  static std::mutex mutex;
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
  if (current_handler()) current_handler()({kind, std::move(source), std::move(message)});
}

}  // namespace espalier

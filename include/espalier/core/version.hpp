// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace espalier {

/// The version of these headers, as major.minor.patch. The build reads the project's version here.
/// Until 1.0 a minor version may change the interface.
inline constexpr std::string_view version = "0.1.0";

/// The version of the compiled library. It differs from `version` only when a program was built
/// against the headers of one release and runs with the shared library of another.
std::string_view library_version() noexcept;

/// One line for bug reports: versions of the library, the compiler and Eigen, and the instruction
/// set, for example `espalier 0.1.0 (g++ 12.2.0, Eigen 3.4.0, x86-64-v3)`.
std::string build_info();

}  // namespace espalier

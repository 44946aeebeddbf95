// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/version.hpp>

#include <Eigen/Core>
#include <fmt/format.h>

namespace espalier {

std::string_view library_version() noexcept { return version; }

std::string build_info() {
#if defined(__clang__)
  constexpr std::string_view compiler = "clang++ ";
#else
  constexpr std::string_view compiler = "g++ ";
#endif
  constexpr std::string_view arch = ESPALIER_ARCH_NAME;
  return fmt::format("espalier {} ({}{}, Eigen {}.{}.{}, {})", version, compiler, __VERSION__,
                     EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, arch);
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include "core/seed.hpp"

#include <random>

#include <espalier/core/params.hpp>

namespace espalier::detail {

std::uint64_t seed_of(const std::optional<std::int64_t>& random_state, std::string_view owner) {
  if (random_state && *random_state < 0)
    refuse_param(owner, "random_state", "an integer in the range [0, inf) or none", *random_state);
  if (random_state) return static_cast<std::uint64_t>(*random_state);
  std::random_device device;
  return ((static_cast<std::uint64_t>(device()) << 32) | device()) >> 1;
}

}  // namespace espalier::detail

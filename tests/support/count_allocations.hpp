// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Counts what a program takes from the heap, by `new`, by Eigen and otherwise: its malloc stands
/// before glibc's. Not under the sanitizers, which have a malloc of their own.
#pragma once

#include <atomic>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define ESPALIER_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#define ESPALIER_COUNTS_ALLOCATIONS \
  !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define ESPALIER_COUNTS_ALLOCATIONS 1
#endif

namespace espalier::testing_support {

/// Calls of malloc so far, by all threads.
inline std::atomic<long> n_allocations{0};

}  // namespace espalier::testing_support

#if ESPALIER_COUNTS_ALLOCATIONS
extern "C" void* __libc_malloc(std::size_t);  // NOLINT: glibc's own name

/// Weak, so that several files of a program may include this.
extern "C" __attribute__((weak)) void* malloc(std::size_t size) noexcept {
  ++espalier::testing_support::n_allocations;
  return __libc_malloc(size);
}
#endif

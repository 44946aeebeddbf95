// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace espalier::detail {

/// An array whose first element is aligned to a cache line.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t n)
      : data_(n > 0 ? new (std::align_val_t{64}) T[n]() : nullptr), size_(n) {}
  /// Of n elements that have no value yet: memory that nobody has touched.
  static AlignedArray for_overwrite(std::size_t n) {
    AlignedArray result;
    result.data_.reset(n > 0 ? new (std::align_val_t{64}) T[n] : nullptr);
    result.size_ = n;
    return result;
  }

  std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace espalier::detail

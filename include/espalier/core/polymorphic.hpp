// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <memory>
#include <utility>

namespace espalier {

/// An estimator of unknown class, held as a value: the part of a Pipeline or of a search. Copies
/// are independent but share the object until one of them changes it, so copying is cheap.
///
///     Polymorphic<Classifier> model = LogisticRegression();
///     Polymorphic<Classifier> other = model;
///     other.mutate().set_param("C", 0.1);   // `model` keeps its own
template <class T>
class Polymorphic {
 public:
  Polymorphic() = default;  ///< empty

  /// A full copy of `object`, whatever its dynamic class.
  template <std::derived_from<T> U>
  Polymorphic(const U& object) : object_(copy_of(object)) {}

  explicit Polymorphic(std::shared_ptr<T> object) : object_(std::move(object)) {}

  bool empty() const { return object_ == nullptr; }
  const T& operator*() const { return *object_; }
  const T* operator->() const { return object_.get(); }
  const T* get() const { return object_.get(); }
  std::shared_ptr<const T> share() const { return object_; }

  /// The object, for changing it; a copy is made first when others share it.
  T& mutate() {
    if (object_.use_count() > 1) object_ = copy_of(*object_);
    return *object_;
  }

 private:
  static std::shared_ptr<T> copy_of(const T& object) {
    auto copied = object.copy();  // a unique_ptr to the root class; the dynamic class is kept
    return std::shared_ptr<T>(&dynamic_cast<T&>(*copied.release()));
  }

  std::shared_ptr<T> object_;
};

}  // namespace espalier

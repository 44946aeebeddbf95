// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>

namespace espalier {

/// Makes estimators by name: for command lines, configuration files and model files.
///
///     auto model = registry().make("Ridge", {{"alpha", 0.5}});
///     registry().add<MyTransformer>();      // so that model files may contain it
///
/// The library's own classes are there from the start, without static initialisers that a linker
/// might drop. Safe to use from many threads.
class Registry {
 public:
  using Factory = std::function<std::unique_ptr<Estimator>()>;

  /// Adds a default-constructible class under its `type_name`, replacing one of the same name.
  template <class T>
  void add() {
    add(std::string(T::type_name), [] { return std::make_unique<T>(); });
  }
  /// @throws InvalidParameter  the factory is empty
  void add(std::string name, Factory factory);

  bool contains(std::string_view name) const;
  /// @throws InvalidParameter  unknown class (lists what there is) or parameter, or its factory
  ///                           makes nothing
  std::unique_ptr<Estimator> make(std::string_view name, const ParamList& params = {}) const;
  /// All names, sorted; or those of one role.
  std::vector<std::string> names() const;
  std::vector<std::string> names(RoleKind role) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Factory, std::less<>> factories_;
};

/// The registry of this process.
Registry& registry();

namespace detail {
void add_builtin_estimators(Registry& registry);  // src/builtin.cpp
}

}  // namespace espalier

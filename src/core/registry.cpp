// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/registry.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace espalier {
namespace {

[[noreturn]] void refuse_name(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::string> roles;  // Pipeline<Classifier>, … for "Pipeline"
  for (const std::string& other : names)
    if (other.starts_with(fmt::format("{}<", name))) roles.push_back(other);
  if (!roles.empty())
    throw InvalidParameter(fmt::format("no estimator is called '{}' alone; with its role it is {}.",
                                       name, fmt::join(roles, " or ")));
  throw InvalidParameter(
      fmt::format("no estimator is called '{}'. There are: {}. A class of your own is added "
                  "with registry().add<YourClass>().",
                  name, fmt::join(names, ", ")));
}

}  // namespace

void Registry::add(std::string name, Factory factory) {
  if (!factory)
    throw InvalidParameter(fmt::format("Registry: the factory of '{}' is empty.", name));
  const std::lock_guard lock(mutex_);
  factories_.insert_or_assign(std::move(name), std::move(factory));
}

bool Registry::contains(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return factories_.find(name) != factories_.end();
}

std::unique_ptr<Estimator> Registry::make(std::string_view name, const ParamList& params) const {
  Factory factory;
  {
    const std::lock_guard lock(mutex_);
    const auto at = factories_.find(name);
    if (at != factories_.end()) factory = at->second;
  }
  if (!factory) refuse_name(name, names());
  auto estimator = factory();
  if (estimator == nullptr)
    throw InvalidParameter(fmt::format("Registry: the factory of '{}' made nothing.", name));
  estimator->set_params(params);
  return estimator;
}

std::vector<std::string> Registry::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> result;
  for (const auto& [name, factory] : factories_) result.push_back(name);
  return result;
}

std::vector<std::string> Registry::names(RoleKind role) const {
  std::vector<std::string> result = names();
  std::erase_if(result, [&](const std::string& name) { return make(name)->role() != role; });
  return result;
}

Registry& registry() {
  static Registry* const instance = [] {
    static Registry built_in;
    detail::add_builtin_estimators(built_in);
    return &built_in;
  }();
  return *instance;
}

}  // namespace espalier

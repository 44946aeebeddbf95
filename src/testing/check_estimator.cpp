// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/testing/check_estimator.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "testing/checks.hpp"

namespace espalier {

namespace detail::kit {

const Checks& all_checks() {
  static const Checks all = [] {
    Checks result;
    for (const auto& group : {api_checks, parameter_checks, input_checks, form_checks, name_checks,
                              weight_checks, prediction_checks, state_checks, piece_checks,
                              archive_checks, thread_checks, target_checks, classifier_checks,
                              regressor_checks, transformer_checks, unsupervised_checks}) {
      const Checks checks = group();
      result.insert(result.end(), checks.begin(), checks.end());
    }
    return result;
  }();
  return all;
}

}  // namespace detail::kit

namespace {

using detail::kit::all_checks;
using detail::kit::Check;
using detail::kit::Subject;

void require_known(const std::map<std::string, std::string>& names, std::string_view option) {
  for (const auto& [name, reason] : names) {
    const auto is_name = [&n = name](const Check& check) { return check.name == n; };
    if (std::any_of(all_checks().begin(), all_checks().end(), is_name)) continue;
    throw InvalidParameter(
        fmt::format("CheckOptions::{} names '{}', but there is no such check", option, name));
  }
}

/// Status and message of a check that nobody expected anything of.
CheckResult verdict(const Check& check, const Subject& subject) {
  CheckResult result{subject.prototype().to_string(), std::string(check.name), {}, {}};
  const auto because = [&](CheckStatus status, std::string message) {
    result.status = status;
    result.message = std::move(message);
  };
  try {
    check.run(subject);
  } catch (const detail::kit::CheckSkipped& reason) {
    because(CheckStatus::skipped, reason.what());
  } catch (const detail::kit::CheckFailed& failure) {
    because(CheckStatus::failed, failure.what());
  } catch (const std::exception& error) {
    because(CheckStatus::failed, fmt::format("an unexpected error: {}", error.what()));
  } catch (...) {
    because(CheckStatus::failed, "an unexpected exception that is no std::exception");
  }
  return result;
}

}  // namespace

EstimatorCheck::EstimatorCheck(std::shared_ptr<const Estimator> prototype, std::size_t index,
                               std::shared_ptr<const CheckOptions> options)
    : prototype_(std::move(prototype)), index_(index), options_(std::move(options)) {}

std::string_view EstimatorCheck::name() const { return all_checks()[index_].name; }
std::string_view EstimatorCheck::promise() const { return all_checks()[index_].promise; }
std::string EstimatorCheck::estimator() const { return prototype_->to_string(); }

CheckResult EstimatorCheck::run() const {
  const std::string key(name());
  if (const auto skipped = options_->skip.find(key); skipped != options_->skip.end())
    return {estimator(), key, CheckStatus::skipped, skipped->second};
  CheckResult result = verdict(all_checks()[index_], Subject(*prototype_, options_->seed));
  const auto expected = options_->expected_failures.find(key);
  if (expected == options_->expected_failures.end()) return result;
  if (result.status == CheckStatus::failed) {
    result.status = CheckStatus::expected_failure;
    result.message = fmt::format("{} ({})", expected->second, result.message);
  } else if (result.status == CheckStatus::passed) {
    result.status = CheckStatus::failed;
    result.message = fmt::format("passes, although it was expected to fail: {}", expected->second);
  }
  return result;
}

std::vector<EstimatorCheck> estimator_checks(const Estimator& prototype,
                                             const CheckOptions& options) {
  require_known(options.expected_failures, "expected_failures");
  require_known(options.skip, "skip");
  const std::shared_ptr<const Estimator> shared = prototype.clone();
  const auto shared_options = std::make_shared<const CheckOptions>(options);
  const Subject subject(*shared, options.seed);
  std::vector<EstimatorCheck> result;
  for (std::size_t i = 0; i < all_checks().size(); ++i)
    if (all_checks()[i].applies(subject)) result.emplace_back(shared, i, shared_options);
  return result;
}

std::vector<CheckResult> check_estimator(const Estimator& prototype, const CheckOptions& options) {
  std::vector<CheckResult> results;
  for (const EstimatorCheck& check : estimator_checks(prototype, options))
    results.push_back(check.run());
  return results;
}

bool all_passed(const std::vector<CheckResult>& results) {
  return std::all_of(results.begin(), results.end(), [](const auto& r) { return r.ok(); });
}

std::ostream& operator<<(std::ostream& out, const CheckResult& result) {
  const auto names = names_of(result.status);
  out << names[static_cast<std::size_t>(result.status)] << ": " << result.check << " of "
      << result.estimator;
  if (!result.message.empty()) out << ": " << result.message;
  return out;
}

void print_results(std::ostream& out, const std::vector<CheckResult>& results) {
  std::array<int, 4> counts{};
  for (const CheckResult& result : results) {
    ++counts[static_cast<std::size_t>(result.status)];
    if (result.status != CheckStatus::passed) out << result << '\n';
  }
  const auto names = names_of(CheckStatus{});
  out << results.size() << " checks:";
  for (std::size_t k = 0; k < names.size(); ++k)
    out << (k > 0 ? ", " : " ") << counts[k] << ' ' << names[k];
  out << '\n';
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>

namespace espalier {

enum class CheckStatus {
  passed,
  failed,            ///< the promise is broken; or a failure was expected and did not come
  expected_failure,  ///< failed, as CheckOptions::expected_failures says it does
  skipped            ///< not run (CheckOptions::skip), or nothing to check in this estimator
};

constexpr auto names_of(CheckStatus) {
  return std::array<std::string_view, 4>{"passed", "failed", "expected failure", "skipped"};
}

/// What came of one check.
struct CheckResult {
  std::string estimator;  ///< "Ridge(alpha=2)"
  std::string check;      ///< "fit_leaves_parameters"
  CheckStatus status = CheckStatus::passed;
  std::string message;  ///< what went wrong, or why it was expected or skipped; empty when passed

  bool ok() const { return status != CheckStatus::failed; }
};

/// "failed: fit_leaves_parameters of Ridge(): …"
std::ostream& operator<<(std::ostream& out, const CheckResult& result);

struct CheckOptions {
  /// Checks that are known to fail, with the reason. One that passes all the same is reported as
  /// failed, so that the list never grows stale (pytest calls this a strict xfail).
  std::map<std::string, std::string> expected_failures = {};
  std::map<std::string, std::string> skip = {};  ///< checks that are not to run, with the reason
  std::int64_t seed = 0;  ///< of the data; also set as every `random_state` the estimator has
};

/// One check of one estimator, ready to run; a copy shares the prototype, which nothing changes.
class EstimatorCheck {
 public:
  EstimatorCheck(std::shared_ptr<const Estimator> prototype, std::size_t index,
                 std::shared_ptr<const CheckOptions> options);

  std::string_view name() const;     ///< "fit_leaves_parameters"
  std::string_view promise() const;  ///< what it checks, in a sentence
  std::string estimator() const;     ///< "Ridge(alpha=2)"

  /// Never throws: whatever goes wrong is in the result.
  CheckResult run() const;

 private:
  std::shared_ptr<const Estimator> prototype_;
  std::size_t index_;
  std::shared_ptr<const CheckOptions> options_;
};

/// The checks that apply to an estimator, by its role and tags, in the order in which they are best
/// read. `prototype` needs parameters with which it can be fitted on a hundred rows; make it quick
/// (few iterations), for it will be fitted some hundreds of times.
/// @throws InvalidParameter  the options name a check that does not exist
std::vector<EstimatorCheck> estimator_checks(const Estimator& prototype,
                                             const CheckOptions& options = {});

/// Runs every check that applies. This is the contract of an estimator, executable: what holds for
/// all estimators of the library, and what a Pipeline or a search relies on in one of your own.
///
///     registry().add<MyScaler>();                      // so that it can be saved and loaded
///     const auto results = check_estimator(MyScaler());
///     print_results(std::cout, results);
///     return all_passed(results) ? 0 : 1;
///
/// With GoogleTest, one test a check: see gtest.hpp.
///
/// The data are artificial, small, and adapted to the tags: positive where `positive_only` (X) or
/// `positive_target` (y) says so, small whole numbers for a transformer that takes categories, two classes for `binary_only`. Fits
/// use at most seven threads and 20 000 rows; files are written to the temporary directory.
///
/// A check never ends the process by itself, but an estimator that crashes on a damaged file will:
/// run the kit under AddressSanitizer, and under ThreadSanitizer for the checks with threads.
/// @throws InvalidParameter  the options name a check that does not exist
std::vector<CheckResult> check_estimator(const Estimator& prototype,
                                         const CheckOptions& options = {});

/// Whether no check failed; failures that were expected, and skipped checks, count as fine.
bool all_passed(const std::vector<CheckResult>& results);

/// One line a check that did not simply pass, then the totals.
void print_results(std::ostream& out, const std::vector<CheckResult>& results);

}  // namespace espalier

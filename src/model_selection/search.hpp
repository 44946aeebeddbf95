// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>
#include <espalier/model_selection/search_cv.hpp>

namespace espalier::detail {

/// What a search finds, before it is cast into its role.
struct SearchFindings {
  SearchResults results;
  Index best_index;
  double best_score;
  std::shared_ptr<Estimator> best_estimator;  ///< fitted on all rows; null without refit
  double refit_time;
};

/// Tries the candidates (settings of `estimator`) and fits the best; see SearchCV.
SearchFindings search(std::string_view task, const Estimator& estimator,
                      std::vector<ParamList> candidates, const SearchOptions& options,
                      const Features& X, const Target& y, const FitContext& context);

/// @throws InvalidParameter  naming `task`: cv, scoring or refit is not usable, for this estimator
void check_search_options(std::string_view task, const Estimator& estimator,
                          const SearchOptions& options);

[[noreturn]] void refuse_without_refit(std::string_view task);

}  // namespace espalier::detail

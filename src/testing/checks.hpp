// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The list of checks, by group.
#pragma once

#include <string_view>
#include <vector>

#include "testing/subject.hpp"
#include "testing/verdict.hpp"

namespace espalier::detail::kit {

struct Check {
  std::string_view name;
  std::string_view promise;  ///< one sentence
  bool (*applies)(const Subject&);
  void (*run)(const Subject&);  ///< throws CheckFailed or CheckSkipped
};

using Checks = std::vector<Check>;

Checks api_checks();         // cloning, printing, registry, what fit does to the object
Checks parameter_checks();   // get, set, round trips, refusals
Checks input_checks();       // what X may be, and how it is refused
Checks form_checks();        // the same X in other forms gives the same result
Checks name_checks();        // names of columns, in and out
Checks weight_checks();      // sample weights and the rest of the context
Checks prediction_checks();  // rows are independent; fits repeat and forget
Checks state_checks();       // failed and cancelled fits
Checks piece_checks();       // partial_fit
Checks archive_checks();     // save and load, damaged files
Checks thread_checks();      // bits and threads
Checks target_checks();      // y of classifiers and regressors
Checks classifier_checks();
Checks regressor_checks();
Checks transformer_checks();
Checks unsupervised_checks();  // clusterers and outlier detectors

/// All of them, in this order.
const Checks& all_checks();

// When a check applies.
inline bool always(const Subject&) { return true; }
inline bool fits(const Subject& s) { return s.fits(); }
inline bool is_supervised(const Subject& s) { return s.supervised(); }
inline bool is_classifier(const Subject& s) { return s.role() == RoleKind::classifier; }
inline bool is_regressor(const Subject& s) { return s.role() == RoleKind::regressor; }
inline bool is_transformer(const Subject& s) { return s.role() == RoleKind::transformer; }
inline bool is_clusterer(const Subject& s) { return s.role() == RoleKind::clusterer; }
inline bool is_detector(const Subject& s) { return s.role() == RoleKind::outlier_detector; }
inline bool is_deterministic(const Subject& s) { return s.fits() && s.tags().deterministic; }
inline bool takes_weights(const Subject& s) { return s.fits() && s.tags().sample_weight; }

}  // namespace espalier::detail::kit

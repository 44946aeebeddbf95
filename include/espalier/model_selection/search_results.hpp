// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/params.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A setting of parameters is an object: {"model__C": 0.1}.
template <>
struct Codec<ParamList> {
  static Value encode(const ParamList& params) { return Value(Value::Object(params)); }
  static ParamList decode(const Value& value);
  static std::string describe() { return "an object"; }
};

/// What a search tried, and how it did: m candidates on s splits.
///
/// The times are measured, so they differ from run to run: a model file does not hold them, and the
/// same fit gives the same file.
struct SearchResults {
  std::vector<ParamList> params;     ///< m settings
  std::vector<std::string> metrics;  ///< "score" for a single scorer, else the scorers' names
  std::vector<Matrix> test_scores;   ///< one a metric, m × s; NaN where a fit failed
  std::vector<Matrix>
      train_scores;  ///< the same on the training rows; empty without return_train_score
  std::vector<std::string>
      errors;       ///< m · s, split by split of each candidate; empty if none failed
  Matrix fit_time;  ///< m × s, seconds; empty after loading
  Matrix score_time;

  static constexpr auto fields() {
    using S = SearchResults;
    return Fields{field("params", &S::params), field("metrics", &S::metrics),
                  field("test_scores", &S::test_scores), field("train_scores", &S::train_scores),
                  field("errors", &S::errors)};
  }
  void check() const;  ///< @throws FormatError  the parts do not fit together (a damaged file)

  Index size() const { return static_cast<Index>(params.size()); }  ///< m

  // m values each, by name of the metric; without one, of the first.
  // @throws InvalidParameter  no such metric

  Vector mean_test_score(
      std::string_view metric = {}) const;  ///< over the splits; NaN if one is NaN
  Vector std_test_score(std::string_view metric = {}) const;  ///< divided by s, not by s − 1
  /// 1 for the best. Equal means share the better rank; NaN ranks last.
  Labels rank_test_score(std::string_view metric = {}) const;
  Vector mean_train_score(
      std::string_view metric = {}) const;  ///< empty without return_train_score
  Vector std_train_score(std::string_view metric = {}) const;

  /// One row a candidate, with scikit-learn's names: param_<path>, mean_test_<metric>,
  /// std_test_<metric>, rank_test_<metric>, split<i>_test_<metric>, the same for train where there
  /// are any, and mean_fit_time, std_fit_time, mean_score_time, std_score_time. A parameter whose
  /// values are all numbers is numeric, else it is text; it is missing where a candidate does not
  /// set it.
  DataFrame to_table() const;
  /// The same to be read, the best first: rank, mean and deviation of each metric, then what the
  /// candidates set, each parameter by the shortest end of its path that tells it from the others.
  /// For print and reports: `report.add_table(results.ranking())`.
  DataFrame ranking() const;
  /// The best candidates of the ranking.
  std::string to_string(Index max_rows = 10) const;
};

/// `results.to_string()`.
std::ostream& operator<<(std::ostream& out, const SearchResults& results);

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>
#include <espalier/core/value.hpp>

namespace espalier {

/// All combinations of the values listed for some parameters, which are named by path.
///
///     ParameterGrid grid{{"model__C", {0.1, 1.0, 10.0}}, {"scale__with_mean", {true, false}}};
///     grid.size();       // 6
///     grid.at(1);        // {{"model__C", 0.1}, {"scale__with_mean", false}}
///
/// In the order of scikit-learn: the parameters sorted by name, the last one changing fastest. `a +
/// b` has the combinations of grid `a`, then those of grid `b`. A value may be an estimator, to try
/// several in the place of a step. The empty grid has one combination, in which nothing is set.
class ParameterGrid {
 public:
  using Axis = std::pair<std::string, Value::List>;  ///< a parameter and its values

  ParameterGrid() = default;
  ParameterGrid(std::initializer_list<Axis> axes) : ParameterGrid(std::vector<Axis>(axes)) {}
  ParameterGrid(std::vector<Axis> axes);

  /// The number of combinations. @throws InvalidParameter  more than 2⁶³
  Index size() const;
  /// Combination i, 0 ≤ i < size(). @throws InvalidParameter  out of range
  ParamList at(Index i) const;
  std::vector<ParamList> candidates() const;

  friend ParameterGrid operator+(ParameterGrid a, const ParameterGrid& b) {
    a.grids_.insert(a.grids_.end(), b.grids_.begin(), b.grids_.end());
    return a;
  }

  /// @throws InvalidParameter  naming `owner`: a parameter without values, or twice in one grid
  void validate(std::string_view owner) const;

 private:
  friend struct Codec<ParameterGrid>;
  using Grid = std::vector<Axis>;  // sorted by name
  std::vector<Grid> grids_{{}};
};

/// As a parameter: {"model__C": [0.1, 1], …}, or a list of such objects for a sum of grids.
template <>
struct Codec<ParameterGrid> {
  static Value encode(const ParameterGrid& grid);
  static ParameterGrid decode(const Value& value);
  static std::string describe();
};

namespace detail {

/// The values of a list read from a file, in which estimators are objects, as they were.
Value::List decode_values(const Value& list);

}  // namespace detail
}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/parameter_grid.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

Index checked_size(const std::vector<ParameterGrid::Axis>& grid) {
  Index size = 1;
  for (const auto& [name, values] : grid) {
    const auto count = static_cast<Index>(values.size());
    if (count > 0 && size > std::numeric_limits<Index>::max() / count)
      throw InvalidParameter("ParameterGrid: there are more than 2^63 combinations.");
    size *= count;
  }
  return size;
}

Value encode_grid(const std::vector<ParameterGrid::Axis>& grid) {
  Value::Object object;
  for (const auto& [name, values] : grid) object.emplace_back(name, values);
  return object;
}

std::vector<ParameterGrid::Axis> decode_grid(const Value& value) {
  std::vector<ParameterGrid::Axis> grid;
  for (const auto& [name, values] : detail::decode_object(value))
    grid.emplace_back(name, detail::decode_values(values));
  return grid;
}

}  // namespace

ParameterGrid::ParameterGrid(std::vector<Axis> axes) {
  std::stable_sort(axes.begin(), axes.end(),
                   [](const Axis& a, const Axis& b) { return a.first < b.first; });
  grids_.front() = std::move(axes);
}

Index ParameterGrid::size() const {
  Index size = 0;
  for (const Grid& grid : grids_) {
    const Index more = checked_size(grid);
    if (more > std::numeric_limits<Index>::max() - size)
      throw InvalidParameter("ParameterGrid: there are more than 2^63 combinations.");
    size += more;
  }
  return size;
}

ParamList ParameterGrid::at(Index i) const {
  if (i < 0 || i >= size())
    throw InvalidParameter(
        fmt::format("ParameterGrid has no combination {}; it has {}.", i, size()));
  std::size_t g = 0;
  for (; i >= checked_size(grids_[g]); ++g) i -= checked_size(grids_[g]);
  const auto& grid = grids_[g];
  ParamList params(grid.size());
  for (std::size_t axis = grid.size(); axis-- > 0;) {  // the last one changes fastest
    const auto& [name, values] = grid[axis];
    const auto count = static_cast<Index>(values.size());
    params[axis] = {name, values[static_cast<std::size_t>(i % count)]};
    i /= count;
  }
  return params;
}

std::vector<ParamList> ParameterGrid::candidates() const {
  std::vector<ParamList> all;
  for (Index i = 0; i < size(); ++i) all.push_back(at(i));
  return all;
}

void ParameterGrid::validate(std::string_view owner) const {
  for (const Grid& grid : grids_) {
    for (const auto& [name, values] : grid)
      if (values.empty())
        throw InvalidParameter(
            fmt::format("The 'param_grid' parameter of {} has no values for '{}'.", owner, name));
    const auto twice = std::adjacent_find(
        grid.begin(), grid.end(), [](const Axis& a, const Axis& b) { return a.first == b.first; });
    if (twice != grid.end())
      throw InvalidParameter(
          fmt::format("The 'param_grid' parameter of {} has '{}' twice.", owner, twice->first));
  }
}

Value Codec<ParameterGrid>::encode(const ParameterGrid& grid) {
  if (grid.grids_.size() == 1) return encode_grid(grid.grids_.front());
  Value::List list;
  for (const auto& one : grid.grids_) list.push_back(encode_grid(one));
  return list;
}

ParameterGrid Codec<ParameterGrid>::decode(const Value& value) {
  if (value.get_if<Value::Object>() != nullptr) return decode_grid(value);
  const auto* list = value.get_if<Value::List>();
  if (list == nullptr || list->empty()) detail::refuse_value(value, describe());
  ParameterGrid sum(decode_grid(list->front()));
  for (std::size_t g = 1; g < list->size(); ++g)
    sum = std::move(sum) + ParameterGrid(decode_grid((*list)[g]));
  return sum;
}

std::string Codec<ParameterGrid>::describe() {
  return "an object {\"path\": [values]}, or a list of such objects";
}

namespace detail {

Value::List decode_values(const Value& list) {
  Value::List values, unpacked;
  for (const Value& item : decode_list(list, unpacked)) {
    const bool estimator = item.find("class") != nullptr && item.find("params") != nullptr;
    values.push_back(estimator ? Value(Value::EstimatorPtr(estimator_from_value(item))) : item);
  }
  return values;
}

}  // namespace detail
}  // namespace espalier

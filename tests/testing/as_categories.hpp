// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Gives the conformance kit, whose data are numbers, something to embed.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/implements.hpp>

namespace espalier::kit {

struct AsCategoriesParams {
  double width = 4.0;
  static constexpr auto fields() {
    return Fields{field("width", &AsCategoriesParams::width, above(0.0), "of an interval")};
  }
};

struct AsCategoriesState {
  double width = 0.0;
  static constexpr auto fields() { return Fields{field("width", &AsCategoriesState::width)}; }
  void check(const Schema& /*schema*/) const {
    if (!(width > 0.0)) throw FormatError("AsCategories: the width is not positive");
  }
};

/// A table in which every second column is the interval of `width` where the number lies.
class AsCategories
    : public Implements<AsCategories, Transformer, AsCategoriesParams, AsCategoriesState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "AsCategories";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;
  State do_fit(const Features& /*X*/, const FitContext& /*context*/) const {
    return {params().width};
  }
  Features do_transform(const State& state, const Features& X) const {
    const Matrix numbers = X.to_matrix();
    std::vector<Column> columns;
    for (Index j = 0; j < numbers.cols(); ++j) {
      const auto column = numbers.col(j);
      if (j % 2 == 0) {
        columns.push_back(Column::numeric(name(j), {column.begin(), column.end()}));
        continue;
      }
      std::vector<std::optional<std::string>> cells;
      for (const double v : column) cells.emplace_back(std::to_string(std::floor(v / state.width)));
      columns.push_back(Column::categorical(name(j), cells));
    }
    return DataFrame(std::move(columns));
  }
  std::vector<std::string> do_feature_names_out(const State& /*state*/,
                                                const Schema& schema) const {
    std::vector<std::string> names;
    for (Index j = 0; j < schema.n_features; ++j) names.push_back(name(j));
    return names;
  }

  static std::string name(Index j) { return "as" + std::to_string(j); }
};

}  // namespace espalier::kit

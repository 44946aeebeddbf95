// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/target.hpp>

#include "ensemble/engine_data.hpp"

namespace espalier {

/// The data of the engine tests as a table; column 3 is categorical, with texts.
struct TableData {
  DataFrame X;
  Vector y;
  Labels binary;
  Labels three;

  explicit TableData(Index n, Index p = 5, std::uint64_t seed = 1) {
    const hgb::EngineData data(n, p, seed);
    std::vector<Column> columns;
    for (Index f = 0; f < p; ++f) {
      const auto& values = data.columns[static_cast<std::size_t>(f)];
      const std::string name = "c" + std::to_string(f);
      if (f != 3) {
        columns.push_back(Column::numeric(name, values));
        continue;
      }
      std::vector<std::int32_t> codes;
      for (const double v : values)
        codes.push_back(std::isnan(v) ? -1 : static_cast<std::int32_t>(v));
      columns.push_back(
          Column::categorical(name, codes, Dictionary{"g", "b", "c", "d", "e", "f", "a"}));
    }
    X = DataFrame(columns);
    y = Vector::Map(data.y.data(), n);
    binary = (y.array() > 0.5).cast<int>();
    three = y.unaryExpr([](double v) { return v < 0.0 ? 3 : v < 1.5 ? 7 : 20; }).cast<int>();
  }

  /// `binary` with texts; `turned`: class 0 has the second text.
  Target texts(const Dictionary& dictionary, bool turned) const {
    std::vector<std::int32_t> codes;
    for (const int b : binary) codes.push_back(turned ? 1 - b : b);
    return Target(Column::categorical("churn", codes, dictionary));
  }
};

}  // namespace espalier

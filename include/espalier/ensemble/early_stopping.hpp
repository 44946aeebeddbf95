// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// Whether an iterative model stops when it no longer improves: "auto", true or false.
///
///     HistGradientBoostingRegressor model({.early_stopping = true});
class EarlyStopping {
 public:
  EarlyStopping() = default;  ///< "auto": with more than 10 000 rows, as in scikit-learn
  EarlyStopping(bool on) : mode_(on ? Mode::on : Mode::off) {}

  bool applies(Index n_rows) const {
    return mode_ == Mode::on || (mode_ == Mode::automatic && n_rows > 10'000);
  }
  bool is_off() const { return mode_ == Mode::off; }

 private:
  friend struct Codec<EarlyStopping>;
  enum class Mode { automatic, on, off };
  Mode mode_ = Mode::automatic;
};

template <>
struct Codec<EarlyStopping> {
  static Value encode(const EarlyStopping& v);
  static EarlyStopping decode(const Value& v);
  static std::string describe() { return "true, false or 'auto'"; }
};

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// A regressor that tells what it was given, fails when told to, and collects warnings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/core/warnings.hpp>

namespace espalier::testing_support {

struct ProbeParams {
  double level = 0.0;
  double fail_from = 100.0;  // fits of a higher level fail
  int fail_row = -1;         // and those whose training rows have this number in column 0

  static constexpr auto fields() {
    return Fields{field("level", &ProbeParams::level, at_least(-10.0), "what it predicts"),
                  field("fail_from", &ProbeParams::fail_from, "from which level fits fail"),
                  field("fail_row", &ProbeParams::fail_row, "which row makes fits fail")};
  }
};

struct ProbeState {
  Vector rows;  // column 0 of X
  double weight = 0.0;
  Index validation_rows = 0;
  Index groups = 0;
  int threads = 0;

  static constexpr auto fields() {
    return Fields{field("rows", &ProbeState::rows), field("weight", &ProbeState::weight),
                  field("validation_rows", &ProbeState::validation_rows),
                  field("groups", &ProbeState::groups), field("threads", &ProbeState::threads)};
  }
};

/// Predicts `level` everywhere. Its state holds what its fit was given.
class Probe : public Implements<Probe, Regressor, ProbeParams, ProbeState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Probe";
  static constexpr Tags tags{.sample_weight = true, .validation_set = true};

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector&, const FitContext& context) const {
    const Vector rows = X.dense().col(0);
    if (params().level >= params().fail_from) throw InvalidInput("Probe: this level fails");
    if ((rows.array() == params().fail_row).any()) throw InvalidInput("Probe: this row fails");
    return {rows, context.has_weights() ? context.sample_weight.sum() : -1.0,
            context.validation ? context.validation->X.rows() : 0, context.groups.size(),
            max_threads()};
  }
  Vector do_predict(const State&, const Features& X) const {
    return Vector::Constant(X.rows(), params().level);
  }
};

inline const bool probe_is_registered = [] {
  registry().add<Probe>();
  return true;
}();

/// n rows, numbered in column 0; y is the number too.
inline Matrix numbered(Index n) {
  Matrix X(n, 2);
  X.col(0) = Vector::LinSpaced(n, 0.0, static_cast<double>(n - 1));
  X.col(1).setOnes();
  return X;
}

/// Collects the warnings that come while it lives.
class WarningCollector {
 public:
  WarningCollector()
      : previous_(
            set_warning_handler([this](const Warning& warning) { warnings.push_back(warning); })) {}
  ~WarningCollector() { set_warning_handler(previous_); }
  WarningCollector(const WarningCollector&) = delete;
  WarningCollector& operator=(const WarningCollector&) = delete;

  std::vector<Warning> warnings;

 private:
  WarningHandler previous_;
};

}  // namespace espalier::testing_support

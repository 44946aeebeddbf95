// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// A small estimator that learns in pieces, broken in the ways that only pieces show.
#pragma once

#include <atomic>
#include <cmath>
#include <limits>
#include <string_view>

#include <espalier/core/implements.hpp>

namespace espalier::samples {

enum class PieceFault { none, counts_on_a_global, forgets_the_rows_in_files, divides_by_zero };

struct PieceParams {
  static constexpr auto fields() { return Fields{}; }
};

template <PieceFault fault>
struct PieceState {
  double mean = 0.0;
  double rows = 0.0;
  Index width = 0;

  static constexpr auto fields() {
    using S = PieceState;
    if constexpr (fault == PieceFault::forgets_the_rows_in_files)
      return Fields{field("mean", &S::mean), field("width", &S::width)};
    else
      return Fields{field("mean", &S::mean), field("rows", &S::rows), field("width", &S::width)};
  }
};

inline std::atomic<int> pieces_seen{0};

/// Predicts the mean of y over all pieces.
template <PieceFault fault>
class RunningMean
    : public Implements<RunningMean<fault>, Regressor, PieceParams, PieceState<fault>> {
  using Base = Implements<RunningMean<fault>, Regressor, PieceParams, PieceState<fault>>;

 public:
  using Base::Base;
  using State = PieceState<fault>;
  static constexpr std::string_view type_name = "SampleRunningMean";
  static constexpr Tags tags{.sample_weight = true, .poor_score = true};

 private:
  friend Base;

  State do_fit(const Features& X, const Vector& y, const FitContext& context) const {
    return add(X, y, context, State{});
  }
  State do_partial_fit(const Features& X, const Vector& y, const FitContext& context,
                       const State* previous) const {
    State state = add(X, y, context, previous == nullptr ? State{} : *previous);
    if (fault == PieceFault::counts_on_a_global) state.mean += 1e-9 * ++pieces_seen;
    if (fault == PieceFault::divides_by_zero && previous != nullptr)
      state.mean = std::numeric_limits<double>::quiet_NaN();
    return state;
  }
  static State add(const Features& X, const Vector& y, const FitContext& context, State state) {
    const Vector w = context.has_weights() ? context.sample_weight : Vector::Ones(y.size());
    state.rows += w.sum();
    state.mean += (w.dot(y) - w.sum() * state.mean) / state.rows;
    state.width = X.cols();
    return state;
  }
  Vector do_predict(const State& state, const Features& X) const {
    return Vector::Constant(X.rows(), state.mean);
  }
};

}  // namespace espalier::samples

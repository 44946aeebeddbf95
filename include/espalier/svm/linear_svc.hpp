// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier {

enum class SVCPenalty : std::uint8_t { l1, l2 };
constexpr auto names_of(SVCPenalty) { return std::array<std::string_view, 2>{"l1", "l2"}; }

enum class SVCLoss : std::uint8_t { hinge, squared_hinge };
constexpr auto names_of(SVCLoss) {
  return std::array<std::string_view, 2>{"hinge", "squared_hinge"};
}

struct LinearSVCParams {
  SVCPenalty penalty = SVCPenalty::l2;
  SVCLoss loss = SVCLoss::squared_hinge;
  std::optional<bool> dual = {};
  double tol = 1e-4;
  double C = 1.0;
  bool fit_intercept = true;
  double intercept_scaling = 1.0;
  ClassWeight class_weight = {};
  std::optional<std::int64_t> random_state = {};
  int max_iter = 1000;

  static constexpr auto fields() {
    using P = LinearSVCParams;
    return Fields{
        field("penalty", &P::penalty, "the norm of the coefficients that is kept small"),
        field("loss", &P::loss, "the loss of a row"),
        field("dual", &P::dual, "solve the dual, or the primal; none: what suits the data"),
        field("tol", &P::tol, above(0.0), "violation of the optimality conditions to stop at"),
        field("C", &P::C, above(0.0), "weight of the losses against the penalty"),
        field("fit_intercept", &P::fit_intercept, "estimate a constant, which is penalised"),
        field("intercept_scaling", &P::intercept_scaling, above(0.0),
              "the greater, the less the constant is penalised"),
        field("class_weight", &P::class_weight, "how much the classes count"),
        field("random_state", &P::random_state, at_least(0), "seed; none: another one each time"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most")};
  }
};

/// What LinearSVC learns. Shapes: p features, K classes; k = 1 if K = 2, else k = K.
struct LinearSVCState {
  Labels classes;    // K, ascending
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = LinearSVCState;
    return Fields{field("classes", &S::classes), field("coef", &S::coef),
                  field("intercept", &S::intercept), field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear support vector classification.
///
/// Minimises, for two classes y = ±1,
///
///     ½(‖w‖² + v²) + C Σᵢ wᵢ·max(0, 1 − yᵢ(wxᵢ + v·s))²        b = v·s, s = intercept_scaling
///
/// or, with loss = hinge, the same without the square; with penalty = l1 (and squared hinge)
/// ‖w‖₁ + |v| in place of the first term, which makes coefficients zero. The wᵢ are sample weights
/// times class weights. The intercept is penalised, as liblinear has it, so do not let the columns
/// of X be far from 0, or take a greater intercept_scaling. For K > 2 classes there are K such
/// problems, each of one class against the others, solved at the same time on several threads.
///
/// Three ways to the optimum, which is the same for each: coordinate descent on the dual, O(np) a
/// pass over the rows, slow for a large C and columns of different scale; Newton's method on the
/// primal for squared hinge and l2, O(np² + p³) an iteration, of which it needs some ten whatever
/// C and scale; coordinate descent on the primal for l1. `dual` says which: none takes Newton's
/// method for up to 200 columns that are fewer than the rows, true and false as in scikit-learn.
/// Memory: the dual copies a dense X, by rows; Newton's method needs O(p²); l1 copies a sparse X.
/// The same bits for any number of threads.
///
/// The optimum is scikit-learn's. `tol` is measured by other conditions than there (see `dual`
/// above: the violation of a row in units of the margin; Newton: the gradient, relative to that at
/// 0; l1: the sum of violations, likewise), so the last digits differ at the same tol.
///
/// Not there: multi_class = crammer_singer, verbose. No predict_proba, as in scikit-learn.
///
/// @throws InvalidParameter  a parameter is outside its range; hinge with dual = false or penalty
///                           l1, penalty l1 with dual = true
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y has one class
///                           only, or the coefficients overflow
/// @see Hsieh et al., ICML (2008) 408–415; Yuan et al., JMLR 11 (2010) 3183–3234; Keerthi &
///      DeCoste, JMLR 6 (2005) 341–361
class LinearSVC : public Implements<LinearSVC, Classifier, LinearSVCParams, LinearSVCState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LinearSVC";
  static constexpr Tags tags{.sparse = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  int n_iter() const { return state().n_iter; }         ///< iterations, the most of any problem
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  void do_validate() const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<LinearSVC, Classifier, LinearSVCParams, LinearSVCState>;

}  // namespace espalier

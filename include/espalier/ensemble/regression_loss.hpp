// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What HistGradientBoostingRegressor minimises: a loss by name, or one of the user's own.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// The losses of HistGradientBoostingRegressor, which has a table of them.
enum class BoostingRegressionLoss {
  squared_error,   ///< HalfSquaredError
  absolute_error,  ///< AbsoluteError
  quantile,        ///< PinballLoss
  huber,           ///< HuberLoss
  poisson,         ///< HalfPoisson
  gamma,           ///< HalfGamma
  tweedie,         ///< HalfTweedie
  cross_entropy    ///< HalfBinomial of shares
};

constexpr auto names_of(BoostingRegressionLoss) {
  return std::array<std::string_view, 8>{"squared_error", "absolute_error", "quantile",
                                         "huber",         "poisson",        "gamma",
                                         "tweedie",       "cross_entropy"};
}

/// A loss of one's own: a name, the loss of a target and a raw prediction, and its derivatives by the
/// raw prediction. All functions are const and may be called from many threads at once. Two more
/// are used if they are there:
///
/// - `double baseline(std::span<const double> y, std::span<const double> weights) const`: the raw
///   prediction to begin with; `weights` is empty when there are none. It may throw InvalidInput
///   for a y of which there is no loss. Without it, the best constant is searched for from 0.
/// - `double inverse_link(double raw) const`: what `predict` makes of a raw prediction. Without it,
///   they are the same.
///
/// The second derivative must not be negative. Where the true one is (the loss is not convex) or is
/// 0 almost everywhere, return a bound from above, such as 1.
///
/// A loss with members describes them by a table of fields, as parameters of estimators do
/// (params.hpp); then `fit` checks them and model files hold them.
template <class L>
concept UserRegressionLoss = requires(const L& loss, double x) {
  { L::name } -> std::convertible_to<std::string_view>;
  { loss.loss(x, x) } -> std::convertible_to<double>;
  { loss.gradient_hessian(x, x) } -> std::convertible_to<GradientHessian>;
};

namespace detail {

constexpr bool is_named_regression_loss(std::string_view name) {
  for (const std::string_view known : names_of(BoostingRegressionLoss{}))
    if (known == name) return true;
  return false;
}

/// A user's loss behind one virtual call a block of rows. `weights` may be empty.
class UserLoss {
 public:
  virtual ~UserLoss() = default;

  virtual std::string_view name() const = 0;
  virtual void validate() const = 0;  ///< @throws InvalidParameter
  virtual double baseline(std::span<const double> y, std::span<const double> weights) const = 0;
  /// Weighted derivatives of a block.
  virtual void derivatives(std::span<const double> y, std::span<const double> weights,
                           const double* raw, float* gradient, float* hessian) const = 0;
  /// Their sums over a block in which all raw predictions are the same.
  virtual GradientHessian sums(std::span<const double> y, std::span<const double> weights,
                               double raw) const = 0;
  /// The weighted sum of the loss over a block.
  virtual double loss(std::span<const double> y, std::span<const double> weights,
                      const double* raw) const = 0;
  virtual void inverse_link(std::span<double> raw) const = 0;
  virtual Value encode() const = 0;
};

/// The constant raw prediction at which the gradients sum to zero: Newton's method from 0, kept
/// inside a bracket.
double best_constant(const UserLoss& loss, std::span<const double> y,
                     std::span<const double> weights);

template <class L>
class UserLossOf final : public UserLoss {
 public:
  explicit UserLossOf(L loss) : loss_(std::move(loss)) {}

  std::string_view name() const override { return L::name; }
  void validate() const override {
    if constexpr (HasFields<L>) validate_fields(loss_, L::name);
  }
  double baseline(std::span<const double> y, std::span<const double> weights) const override {
    if constexpr (requires { loss_.baseline(y, weights); })
      return loss_.baseline(y, weights);
    else
      return best_constant(*this, y, weights);
  }
  void derivatives(std::span<const double> y, std::span<const double> weights, const double* raw,
                   float* gradient, float* hessian) const override {
    for (std::size_t i = 0; i < y.size(); ++i) {
      const GradientHessian d = loss_.gradient_hessian(y[i], raw[i]);
      const double w = weights.empty() ? 1.0 : weights[i];
      gradient[i] = static_cast<float>(w * d.gradient);
      hessian[i] = static_cast<float>(w * d.hessian);
    }
  }
  GradientHessian sums(std::span<const double> y, std::span<const double> weights,
                       double raw) const override {
    GradientHessian total{0.0, 0.0};
    for (std::size_t i = 0; i < y.size(); ++i) {
      const GradientHessian d = loss_.gradient_hessian(y[i], raw);
      const double w = weights.empty() ? 1.0 : weights[i];
      total.gradient += w * d.gradient;
      total.hessian += w * d.hessian;
    }
    return total;
  }
  double loss(std::span<const double> y, std::span<const double> weights,
              const double* raw) const override {
    double total = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i)
      total += (weights.empty() ? 1.0 : weights[i]) * loss_.loss(y[i], raw[i]);
    return total;
  }
  void inverse_link(std::span<double> raw) const override {
    if constexpr (requires { loss_.inverse_link(0.0); })
      for (double& x : raw) x = loss_.inverse_link(x);
  }
  Value encode() const override {
    if constexpr (HasFields<L>)
      return Value::Object{{"name", L::name}, {"params", encode_fields(loss_)}};
    else
      return L::name;
  }

 private:
  L loss_;
};

}  // namespace detail

/// A loss by name or of one's own; a value, whose copies share the latter, which nothing changes.
///
///     HistGradientBoostingRegressor model({.loss = RegressionLoss::poisson});
///     HistGradientBoostingRegressor mine({.loss = LogCosh{}});   // see UserRegressionLoss
///
/// As text, in model files and for `set_param`, it is its name ("poisson"), and a loss of one's own
/// is found by it once `regression_losses().add<LogCosh>()` was called.
class RegressionLoss {
 public:
  using enum BoostingRegressionLoss;

  RegressionLoss() = default;  ///< squared_error
  RegressionLoss(BoostingRegressionLoss kind) : kind_(kind) {}
  template <class L>
  requires(!std::same_as<L, RegressionLoss> && UserRegressionLoss<L>) RegressionLoss(L loss)
      : user_(std::make_shared<const detail::UserLossOf<L>>(std::move(loss))) {
    static_assert(!detail::is_named_regression_loss(L::name),
                  "the library has a loss of this name");
  }

  std::string_view name() const;
  bool is_users() const { return user_ != nullptr; }
  bool is(BoostingRegressionLoss kind) const { return !is_users() && kind_ == kind; }
  /// Whether the targets must not be negative: poisson, tweedie, and gamma, which takes no 0 either.
  bool positive_targets() const { return is(poisson) || is(gamma) || is(tweedie); }

  /// Turns raw predictions into predictions, in place.
  void inverse_link(std::span<double> raw) const;

  /// Checks the members of a user's loss. @throws InvalidParameter
  void validate() const;

  const detail::UserLoss* user() const { return user_.get(); }  ///< null for a loss by name

  /// The same name; for a user's loss also the same class and parameters.
  friend bool operator==(const RegressionLoss& a, const RegressionLoss& b);
  friend std::ostream& operator<<(std::ostream& out, const RegressionLoss& loss);

 private:
  BoostingRegressionLoss kind_ = squared_error;  // when there is no user_
  std::shared_ptr<const detail::UserLoss> user_;
};

/// A loss by name is that text. So is a user's loss without fields; one with fields is an object of
/// "name" and "params".
template <>
struct Codec<RegressionLoss> {
  static Value encode(const RegressionLoss& loss);
  /// @throws FormatError  no such loss; a user's one was not added to regression_losses()
  static RegressionLoss decode(const Value& value);
  static std::string describe();
};

/// The losses of the user by name, for model files and `set_param`. Safe to use from many threads.
///
///     regression_losses().add<LogCosh>();
class RegressionLossRegistry {
 public:
  /// Adds a default-constructible class under its `name`, replacing one of the same name.
  template <class L>
  requires(UserRegressionLoss<L>&& std::default_initializable<L>) void add() {
    static_assert(std::is_empty_v<L> || detail::HasFields<L>,
                  "a loss with members needs a table of fields(), or they would be lost in a file");
    add(std::string(L::name), [](const Value* params) -> RegressionLoss {
      L loss{};
      if constexpr (detail::HasFields<L>) {
        if (params != nullptr) detail::decode_fields(*params, loss, true, L::name);
      } else if (params != nullptr) {
        throw FormatError("the loss '" + std::string(L::name) + "' has no parameters");
      }
      return loss;
    });
  }

  bool contains(std::string_view name) const;
  std::vector<std::string> names() const;  ///< sorted

 private:
  friend struct Codec<RegressionLoss>;
  using Factory = std::function<RegressionLoss(const Value* params)>;  // null: the defaults

  void add(std::string name, Factory factory);
  Factory find(std::string_view name) const;  // empty when there is none

  mutable std::mutex mutex_;
  std::map<std::string, Factory, std::less<>> factories_;
};

/// The one of this process.
RegressionLossRegistry& regression_losses();

}  // namespace espalier

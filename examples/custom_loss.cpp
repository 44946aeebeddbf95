// SPDX-License-Identifier: BSD-3-Clause
// A loss of one's own for boosted trees: log cosh, which is half the squared error for small errors
// and the absolute error for large ones. Outliers in the training data show the difference.
#include <cmath>
#include <iostream>

#include <espalier/espalier.hpp>

using namespace espalier;

struct LogCosh {
  static constexpr std::string_view name = "log_cosh";
  double width = 1.0;  // errors up to about this are small

  // A table of the members: fit checks them, and model files hold them.
  static constexpr auto fields() {
    return Fields{field("width", &LogCosh::width, above(0.0), "where the slope levels off")};
  }

  double loss(double y, double raw) const {
    const double z = std::abs(raw - y) / width;
    return width * width * (z + std::log1p(std::exp(-2.0 * z)) - std::log(2.0));
  }
  // By the raw prediction. Far from y the true second derivative is 0, which leaves nothing to divide
  // by; this bound from above is exact for small errors.
  GradientHessian gradient_hessian(double y, double raw) const {
    const double z = (raw - y) / width;
    return {width * std::tanh(z), std::abs(z) > 1e-9 ? std::tanh(z) / z : 1.0};
  }
  // Optional: the raw prediction to begin with, and what predict makes of raw predictions.
  double baseline(std::span<const double> y, std::span<const double> weights) const {
    return weighted_quantile(y, 0.5, weights);
  }
  double inverse_link(double raw) const { return raw; }
};

int main() try {
  const auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/diabetes.csv", "progression");
  auto [X_train, X_test, y_train, y_test] = train_test_split(X, y, {.random_state = 0});

  std::vector<double> spoiled(y_train.values().begin(), y_train.values().end());
  for (std::size_t i = 0; i < spoiled.size(); i += 20) spoiled[i] *= 10.0;  // a typing error

  const HistGradientBoostingRegressor squares({.learning_rate = 0.05, .random_state = 0});
  HistGradientBoostingRegressor robust(
      {.loss = LogCosh{30.0}, .learning_rate = 0.05, .random_state = 0});
  const auto error = [&rows = X_test, &truth = y_test](const HistGradientBoostingRegressor& model) {
    return mean_absolute_error(Target(truth).values(), model.predict(rows));
  };
  robust.fit(X_train, spoiled);
  const double with_squares = error(HistGradientBoostingRegressor(squares).fit(X_train, spoiled));
  const double with_log_cosh = error(robust);
  std::cout << robust.to_string() << "\nmean absolute error on clean rows, trained with outliers:\n"
            << "  squared error  " << with_squares << "\n  log cosh       " << with_log_cosh
            << "\n";

  // A file holds the name and the fields; whoever loads it says what the name means.
  regression_losses().add<LogCosh>();
  save(robust, "log_cosh.esp");
  const auto loaded = load<HistGradientBoostingRegressor>("log_cosh.esp");
  const bool same = loaded.predict(X_test) == robust.predict(X_test);
  std::cout << "loaded again, it predicts " << (same ? "the same" : "SOMETHING ELSE") << "\n";
  return with_log_cosh < with_squares && same ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}

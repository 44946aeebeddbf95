// SPDX-License-Identifier: BSD-3-Clause
// A model file is loaded, compiled, and answers one mixed row after the other from several threads.
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include <espalier/espalier.hpp>

using namespace espalier;

namespace {

/// What a request brings; whatever it lacks stays missing.
struct Application {
  double age, income, amount, price;
  const char* job;
  const char* home;
};

/// Answers requests. One for each thread: the row is its own, the predictor is everybody's.
class Service {
 public:
  explicit Service(const Predictor& predictor)
      : predictor_(predictor),
        row_(predictor.make_row()),
        age_(predictor.column("Age")),
        income_(predictor.column("Income")),
        amount_(predictor.column("Amount")),
        price_(predictor.column("Price")),
        job_(predictor.column("Job")),
        home_(predictor.column("Home")) {}

  double probability(const Application& a) {
    row_.set(age_, a.age);
    row_.set(income_, a.income);
    row_.set(amount_, a.amount);
    row_.set(price_, a.price);
    row_.set(job_, a.job);
    row_.set(home_, a.home);
    double p[2];
    const RowStatus status = predictor_.predict_proba(row_, p);
    return status == RowStatus::ok ? p[1] : -1.0;
  }

 private:
  Predictor predictor_;
  Row row_;
  Index age_, income_, amount_, price_, job_, home_;
};

}  // namespace

int main() try {
  auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/credit_data.csv", "Status");
  ColumnTransformer prepare{
      {"numbers", SimpleImputer({.strategy = ImputeStrategy::median}), ColumnType::numeric},
      {"categories",
       OrdinalEncoder({.handle_unknown = OrdinalUnknown::use_encoded_value, .unknown_value = -1}),
       ColumnType::categorical}};
  auto trained = prepare | HistGradientBoostingClassifier({.random_state = 0});
  save(trained.fit(X, y), "serving.esp");

  const auto model = load<Pipeline<Classifier>>("serving.esp");
  const Predictor predictor = model.predictor();
  const Application applications[] = {{30, 129, 800, 846, "freelance", "rent"},
                                      {58, 131, 1000, 1658, "fixed", "owner"},
                                      {24, 90, 1500, 1600, "astronaut", "other"}};

  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      Service service(predictor);
      for (int i = 0; i < 10'000; ++i) service.probability(applications[i % 3]);
    });
  for (std::thread& thread : threads) thread.join();

  Service service(predictor);
  for (const Application& a : applications)
    std::cout << a.job << ", " << a.age << ": " << model.class_names()[1] << " with probability "
              << service.probability(a) << "\n";

  constexpr int n = 100'000;
  const auto begin = std::chrono::steady_clock::now();
  double sum = 0.0;
  for (int i = 0; i < n; ++i) sum += service.probability(applications[i % 3]);
  const std::chrono::duration<double, std::micro> elapsed =
      std::chrono::steady_clock::now() - begin;
  std::cout << elapsed.count() / n << " microseconds a row (mean " << sum / n << ")\n";
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}

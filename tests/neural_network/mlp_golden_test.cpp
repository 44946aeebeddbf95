// SPDX-License-Identifier: BSD-3-Clause
// MLPClassifier and MLPRegressor beside scikit-learn, from the same weights; see
// tests/golden/make_neural_network_mlp.py for data, weights and cases.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <espalier/io/csv.hpp>
#include <espalier/neural_network/mlp_classifier.hpp>
#include <espalier/neural_network/mlp_regressor.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::golden;
using testing_support::near;
using testing_support::to_matrix;
using testing_support::to_vector;

struct Data {
  Matrix X;
  Matrix y;  // class numbers or values
};

Matrix standardised(const Matrix& X) {
  return StandardScaler().fit_transform(Features(X)).to_matrix();
}

Data read(const std::string& file, const std::string& target) {
  auto [X, y] = read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file, target);
  const Target t(y);
  return {Features(X).to_matrix(),
          t.is_labels() ? Matrix(encode_labels(t.labels()).codes.cast<double>()) : t.values()};
}

const Data& data(const std::string& name) {
  static std::map<std::string, Data> all;
  if (!all.empty()) return all.at(name);
  const auto scaled = [](Data d) { return Data{standardised(d.X), d.y}; };
  all["cancer"] = scaled(read("breast_cancer.csv", "diagnosis"));
  all["iris"] = scaled(read("iris.csv", "species"));
  Data diabetes = scaled(read("diabetes.csv", "progression"));
  diabetes.y = standardised(diabetes.y);
  Matrix two(diabetes.y.rows(), 2);
  two << diabetes.y, diabetes.X.col(0) - 0.5 * diabetes.X.col(1);
  all["two"] = {diabetes.X, two};
  all["counts"] = {diabetes.X,
                   diabetes.y.unaryExpr([](double v) { return std::nearbyint(std::exp(v)); })};
  Matrix labels(diabetes.y.rows(), 3);
  labels << (diabetes.y.array() > 0.0).cast<double>(),
      (diabetes.X.col(0).array() > diabetes.X.col(1).array()).cast<double>(),
      (diabetes.X.col(2).array() > 0.5).cast<double>();
  all["labels"] = {diabetes.X, labels};
  all["diabetes"] = diabetes;
  const Data digits = read("digits.csv", "digit");
  all["digits"] = {digits.X.topRows(200) / 16.0, digits.y.topRows(200)};
  return all.at(name);
}

/// The weights that the script begins with.
template <class Model>
void set_initial(Model& model, Index inputs, Index outputs) {
  std::vector<Index> widths{inputs};
  for (const int width : model.params().hidden_layer_sizes) widths.push_back(width);
  widths.push_back(outputs);
  const bool logistic = model.params().activation == nn::Activation::logistic;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    const Index in = widths[l], out = widths[l + 1];
    const double bound = std::sqrt((logistic ? 2.0 : 6.0) / static_cast<double>(in + out));
    const auto value = [&](Index i, Index j) {
      const Index k = (31 * i + 17 * j + 7 * static_cast<Index>(l)) % 101;
      return bound * (static_cast<double>(k - 50) / 50.0);
    };
    model.params().coefs_init.push_back(Matrix::NullaryExpr(in, out, value));
    model.params().intercepts_init.push_back(
        Vector::NullaryExpr(out, [&](Index j) { return value(in, j); }));
  }
}

Value value_of(const json& v) {
  return v.is_string() ? Value(v.get<std::string>()) : Value::parse(v.dump());
}

Target target_of(const MLPClassifier&, const Matrix& y) { return Labels(y.col(0).cast<int>()); }
Target target_of(const MLPRegressor&, const Matrix& y) { return y; }
Matrix predicted_of(const MLPClassifier& m, const Features& X) { return m.predict_proba(X); }
Matrix predicted_of(const MLPRegressor& m, const Features& X) { return m.predict_multi(X); }

/// Of rows [begin, begin + rows), or none.
Vector weights_of(const json& c, Index begin, Index rows) {
  if (!c["weighted"].get<bool>()) return {};
  return Vector::NullaryExpr(
      rows, [&](Index i) { return 0.25 * static_cast<double>(1 + (begin + i) % 7); });
}

/// The model of a case, fitted as the script does it.
template <class Model>
Model fitted(const json& c) {
  Model model;
  for (const auto& [key, value] : c["params"].items()) model.set_param(key, value_of(value));
  const int fits = c["fits"].get<int>(), pieces = c["pieces"].get<int>();
  model.params().shuffle = false;
  model.params().warm_start = fits > 1;
  const Data& d = data(c["data"].get<std::string>());
  const Index n = d.X.rows();
  const bool classifies = std::is_same_v<Model, MLPClassifier>;
  const Index classes = static_cast<Index>(d.y.maxCoeff()) + 1;
  set_initial(model, d.X.cols(), !classifies ? d.y.cols() : classes == 2 ? 1 : classes);
  const auto weights = [&](Index begin, Index rows) { return weights_of(c, begin, rows); };
  for (int i = 0; pieces == 0 && i < fits; ++i) {
    const FitContext context{.sample_weight = weights(0, n)};
    if (c["single"].get<bool>())
      model.fit(Matrix32(d.X.cast<float>()), target_of(model, d.y), context);
    else
      model.fit(d.X, target_of(model, d.y), context);
  }
  for (Index i = 0, begin = 0; i < pieces; ++i) {  // as numpy.array_split
    const Index rows = n / pieces + (i < n % pieces ? 1 : 0);
    const Matrix X = d.X.middleRows(begin, rows), y = d.y.middleRows(begin, rows);
    const FitContext context{.sample_weight = weights(begin, rows)};
    if constexpr (std::is_same_v<Model, MLPClassifier>)
      model.partial_fit(X, target_of(model, y), target_of(model, d.y), context);
    else
      model.partial_fit(X, target_of(model, y), context);
    begin += rows;
  }
  return model;
}

template <class Model>
void expect_same_steps(const json& c) {
  const Model model = fitted<Model>(c);
  const double tolerance = c["single"].get<bool>() ? 2e-4 : 1e-9;
  EXPECT_EQ(model.n_iter(), c["n_iter"].get<int>());
  EXPECT_EQ(model.t(), c["t"].get<std::int64_t>());
  EXPECT_TRUE(near(model.loss(), c["loss"].get<double>(), tolerance));
  if (c.contains("loss_curve")) {  // scikit-learn has none of lbfgs
    EXPECT_TRUE(near(model.best_loss(), c["best_loss"].get<double>(), tolerance));
    const Vector curve = to_vector(c["loss_curve"]);
    ASSERT_EQ(static_cast<Index>(model.loss_curve().size()), curve.size());
    EXPECT_TRUE(near(Vector::Map(model.loss_curve().data(), curve.size()), curve, tolerance));
  }
  ASSERT_EQ(model.coefs().size(), c["coefs"].size());
  for (std::size_t l = 0; l < model.coefs().size(); ++l) {
    const Matrix coef = to_matrix(c["coefs"][l]);
    ASSERT_EQ(model.coefs()[l].rows(), coef.rows());
    ASSERT_EQ(model.coefs()[l].cols(), coef.cols());
    EXPECT_LE((model.coefs()[l] - coef).cwiseAbs().maxCoeff(), tolerance) << "layer " << l;
    EXPECT_LE((model.intercepts()[l] - to_vector(c["intercepts"][l])).cwiseAbs().maxCoeff(),
              tolerance)
        << "layer " << l;
  }
  const Data& d = data(c["data"].get<std::string>());
  EXPECT_NEAR(model.score(d.X, target_of(model, d.y), weights_of(c, 0, d.X.rows())),
              c["score"].get<double>(), tolerance);
  const Matrix predicted = to_matrix(c["predicted"]);
  EXPECT_LE((predicted_of(model, d.X).topRows(predicted.rows()) - predicted).cwiseAbs().maxCoeff(),
            tolerance);
}

TEST(MLPGolden, StepsAreScikitLearns) {
  for (const auto& [name, c] : golden("neural_network_mlp.json")["steps"].items()) {
    SCOPED_TRACE(name);
    if (c["kind"] == "MLPClassifier")
      expect_same_steps<MLPClassifier>(c);
    else
      expect_same_steps<MLPRegressor>(c);
  }
}

/// As near to scikit-learn as it is to itself when its weights begin a few rounding errors away:
/// by a factor of 20, since a handful of trials does not show the farthest it may go.
template <class Model>
void expect_same_minimum(const json& c) {
  const Model model = fitted<Model>(c);
  const Data& d = data(c["data"].get<std::string>());
  const auto tolerance = [&](const char* what) {
    return 1e-9 + 20.0 * c["moves"][what].get<double>();
  };
  if (tolerance("loss") < 1e-6) {
    EXPECT_EQ(model.n_iter(), c["n_iter"].get<int>());
  }
  EXPECT_NEAR(model.loss(), c["loss"].get<double>(), tolerance("loss"));
  EXPECT_NEAR(model.score(d.X, target_of(model, d.y), weights_of(c, 0, d.X.rows())),
              c["score"].get<double>(), tolerance("score"));
  const Matrix predicted = to_matrix(c["predicted"]);
  EXPECT_LE((predicted_of(model, d.X).topRows(predicted.rows()) - predicted).cwiseAbs().maxCoeff(),
            tolerance("predicted"));
}

TEST(MLPGolden, MinimaOfLbfgsAreScikitLearns) {
  for (const char* const group : {"lbfgs", "lbfgs_early"}) {
    for (const auto& [name, c] : golden("neural_network_mlp.json")[group].items()) {
      SCOPED_TRACE(group + (": " + name));
      if (c["kind"] == "MLPClassifier")
        expect_same_minimum<MLPClassifier>(c);
      else
        expect_same_minimum<MLPRegressor>(c);
    }
  }
}

}  // namespace
}  // namespace espalier

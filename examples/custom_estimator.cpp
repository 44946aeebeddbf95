// SPDX-License-Identifier: BSD-3-Clause
// A transformer and a classifier of one's own: checked by the conformance kit, put into a Pipeline,
// tuned by a GridSearchCV, saved and loaded.
#include <algorithm>
#include <iostream>

#include <espalier/espalier.hpp>
#include <espalier/testing.hpp>

using namespace espalier;

// A transformer that cuts off extreme values: each column is limited to quantiles seen at fit.

struct WinsorizerParams {
  double share = 0.05;

  static constexpr auto fields() {
    return Fields{
        field("share", &WinsorizerParams::share, between(0.0, 0.5), "cut off at each end")};
  }
};

struct WinsorizerState {
  Vector low, high;  // one value a column

  static constexpr auto fields() {
    return Fields{field("low", &WinsorizerState::low), field("high", &WinsorizerState::high)};
  }
  void check(const Schema& schema) const {  // a model file may be damaged
    if (low.size() != schema.n_features || high.size() != schema.n_features)
      throw FormatError("Winsorizer: the limits do not fit the number of features");
  }
};

class Winsorizer : public Implements<Winsorizer, Transformer, WinsorizerParams, WinsorizerState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Winsorizer";
  static constexpr Tags tags{.requires_y = false};

 private:
  friend Implements;

  State do_fit(const Features& X, const FitContext&) const {
    State state{Vector(X.cols()), Vector(X.cols())};
    const auto last = static_cast<double>(X.rows() - 1);
    for (Index j = 0; j < X.cols(); ++j) {
      Vector sorted = X.dense().col(j);
      std::sort(sorted.begin(), sorted.end());
      state.low[j] = sorted[static_cast<Index>(params().share * last)];
      state.high[j] = sorted[static_cast<Index>((1.0 - params().share) * last)];
    }
    return state;
  }

  Features do_transform(const State& state, const Features& X) const {
    Matrix result = X.dense();
    for (Index j = 0; j < result.cols(); ++j)
      result.col(j) = result.col(j).cwiseMax(state.low[j]).cwiseMin(state.high[j]);
    return result;
  }
};

// A classifier that takes the class whose (weighted) mean is nearest.

struct NearestCentroidParams {
  double shrink_threshold = 0.0;

  static constexpr auto fields() {
    return Fields{field("shrink_threshold", &NearestCentroidParams::shrink_threshold,
                        between(0.0, 1.0), "how far each centroid moves towards the overall mean")};
  }
};

struct NearestCentroidState {
  Labels classes;
  Matrix centroids;  // one row a class

  static constexpr auto fields() {
    return Fields{field("classes", &NearestCentroidState::classes),
                  field("centroids", &NearestCentroidState::centroids)};
  }
  void check(const Schema& schema) const {
    if (centroids.rows() != classes.size() || centroids.cols() != schema.n_features)
      throw FormatError("NearestCentroid: the centroids do not fit the classes or features");
  }
};

class NearestCentroid
    : public Implements<NearestCentroid, Classifier, NearestCentroidParams, NearestCentroidState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "NearestCentroid";
  static constexpr Tags tags{.sample_weight = true};

  const Matrix& centroids() const { return state().centroids; }

 private:
  friend Implements;

  State do_fit(const Features& X, const Labels& y, const FitContext& context) const {
    const EncodedLabels encoded = encode_labels(y);
    const Vector weights = context.has_weights() ? context.sample_weight : Vector::Ones(X.rows());
    Matrix sums = Matrix::Zero(encoded.classes.size(), X.cols());
    Vector totals = Vector::Zero(encoded.classes.size());
    for (Index i = 0; i < X.rows(); ++i) {
      sums.row(encoded.codes[i]) += weights[i] * X.dense().row(i);
      totals[encoded.codes[i]] += weights[i];
    }
    const Eigen::RowVectorXd mean = sums.colwise().sum() / totals.sum();
    const Matrix centroids = totals.cwiseInverse().asDiagonal() * sums;
    return {encoded.classes, centroids + params().shrink_threshold *
                                             (mean.replicate(centroids.rows(), 1) - centroids)};
  }

  /// The softmax of minus the squared distances.
  Matrix do_predict_proba(const State& state, const Features& X) const {
    Matrix p(X.rows(), state.classes.size());
    for (Index k = 0; k < p.cols(); ++k)
      p.col(k) = -(X.dense().rowwise() - state.centroids.row(k)).rowwise().squaredNorm();
    for (Index i = 0; i < p.rows(); ++i) p.row(i) = (p.row(i).array() - p.row(i).maxCoeff()).exp();
    const Vector totals = p.rowwise().sum();
    return totals.cwiseInverse().asDiagonal() * p;
  }
};

int main() try {
  // Once registered, they can be made by name and be part of a model file.
  registry().add<Winsorizer>();
  registry().add<NearestCentroid>();

  std::cout << "The conformance kit:\n";
  bool passed = true;
  for (const char* name : {"Winsorizer", "NearestCentroid"}) {
    const auto results = check_estimator(*registry().make(name));
    print_results(std::cout, results);
    passed = passed && all_passed(results);
  }

  const auto [X, y] = read_csv_dataset(ESPALIER_EXAMPLE_DATA "/iris.csv", "species");
  const auto [X_train, X_test, y_train, y_test] =
      train_test_split(X, y, {.random_state = 1, .stratify = true});
  GridSearchCV search(Winsorizer() | StandardScaler() | NearestCentroid(),
                      {{"winsorizer__share", {0.0, 0.02, 0.1}},
                       {"nearest_centroid__shrink_threshold", {0.0, 0.3}}});
  search.fit(X_train, y_train);
  std::cout << "\n"
            << search.cv_results()
            << "\naccuracy on held-out rows: " << search.score(X_test, y_test) << "\n";

  save(search, "nearest_centroid.esp");
  const auto loaded = load<GridSearchCV<Classifier>>("nearest_centroid.esp");
  const bool same = loaded.predict_proba(X_test) == search.predict_proba(X_test);
  std::cout << "loaded again, it predicts " << (same ? "the same" : "SOMETHING ELSE") << "\n";
  return passed && same ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/quadratic_model.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <espalier/core/parallel.hpp>

namespace espalier::detail {
namespace {

/// Up to so many dense columns, multiplying them costs less than the sweeps that it saves.
constexpr std::size_t few_columns = 512;

/// Weighted moments of some columns only; other places are 0.
template <class T>
DesignMoments moments_of(const DesignColumns<T>& X, const std::vector<int>& set, const Vector& h,
                         bool fit_intercept) {
  const double total = h.sum();
  DesignMoments moments{Vector::Zero(X.cols), Vector::Zero(X.cols), {}};
  const double work = 2.0 * static_cast<double>(X.rows) * static_cast<double>(set.size());
  parallel_for_blocks({static_cast<Index>(set.size()), 16}, work, [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index j = set[static_cast<std::size_t>(k)];
      const ColumnSums sums = column_sums(X.column(j), h.data(), h.data(), X.rows);
      const double offset = sums.first / total;
      const double mean = static_cast<double>(X.column(j)[0]) + offset;
      const double centred = not_negative(sums.second - total * offset * offset);
      if (fit_intercept) moments.mean[j] = mean;
      moments.norm[j] = fit_intercept ? centred : centred + total * mean * mean;
    }
  });
  return moments;
}

/// What both forms share: the columns that can move, and the start.
template <class T>
struct Start {
  const DesignColumns<T>& X;
  const Vector& h;
  bool fit_intercept;
  double total;
  DesignMoments moments;
  std::vector<int> columns;
  Vector w;

  Start(const DesignColumns<T>& design, const std::vector<int>& set, const Vector& weights,
        Vector coef, bool intercept)
      : X(design),
        h(weights),
        fit_intercept(intercept),
        total(weights.sum()),
        moments(moments_of(design, set, weights, intercept)),
        w(std::move(coef)) {
    for (const int j : set)
      if (moments.norm[j] > 0.0) columns.push_back(j);
  }

  Vector raw_step(const Vector& change, double intercept_step) const {
    std::vector<int> changed;
    for (const int j : columns)
      if (change[j] != 0.0) changed.push_back(j);
    return combination(X, Vector(Vector::Zero(change.size())), changed, change).array() +
           intercept_step;
  }
};

/// Sweeps over the columns themselves.
template <class T>
class ColumnsModel final : public QuadraticModel {
 public:
  ColumnsModel(Start<T> start, const Vector& v)
      : start_(std::move(start)), v_(v.cast<T>()), h_(start_.h.template cast<T>()) {
    if (start_.fit_intercept) {
      step_ = v.sum() / start_.total;
      v_ -= static_cast<T>(step_) * h_;
    }
    before_ = start_.w;
  }
  std::span<const int> coordinates() const override { return start_.columns; }
  bool is_zero(int j) const override { return start_.w[j] == 0.0; }
  Vector coef() const override { return start_.w; }

  Sweep sweep(std::span<const int> order, const Penalty& penalty) override {
    const DesignColumns<T>& X = start_.X;
    const double* const mean = start_.moments.mean.data();
    const double* const norm = start_.moments.norm.data();
    DenseModel<T> model{X.dense, X.stride, X.rows,          h_.data(),
                        mean,    norm,     start_.w.data(), v_.data()};
    return dense_sweep(model, order.data(), static_cast<Count>(order.size()), penalty);
  }

  double intercept_step() const override {
    if (!start_.fit_intercept) return 0.0;
    return step_ - start_.moments.mean.dot(start_.w - before_);
  }
  Vector raw_step() const override {
    return start_.raw_step(Vector(start_.w - before_), intercept_step());
  }

 private:
  Start<T> start_;
  Eigen::Matrix<T, Eigen::Dynamic, 1> v_, h_;
  double step_ = 0.0;
  Vector before_;
};

/// Sweeps over the products of the columns.
template <class T>
class ProductsModel final : public QuadraticModel {
 public:
  ProductsModel(Start<T> start, const Vector& v)
      : start_(std::move(start)), gram_(start_.X, start_.h, start_.moments.mean) {
    gram_.add(start_.columns);
    step_ = start_.fit_intercept ? v.sum() / start_.total : 0.0;
    Vector gradient(start_.X.cols);
    correlations(start_.X, start_.moments.mean, start_.columns, v, gradient);
    gradient_ = gradient(start_.columns);
    w_ = start_.w(start_.columns);
    before_ = w_;
    coordinates_.resize(start_.columns.size());
    std::iota(coordinates_.begin(), coordinates_.end(), 0);
  }
  std::span<const int> coordinates() const override { return coordinates_; }
  bool is_zero(int k) const override { return w_[k] == 0.0; }
  Vector coef() const override {
    Vector w = start_.w;
    w(start_.columns) = w_;
    return w;
  }
  Sweep sweep(std::span<const int> order, const Penalty& penalty) override {
    return gram_sweep(gram_.data(), gram_.stride(), gram_.size(), order.data(),
                      static_cast<Count>(order.size()), penalty, w_.data(), gradient_.data());
  }
  double intercept_step() const override {
    if (!start_.fit_intercept) return 0.0;
    return step_ - start_.moments.mean(start_.columns).dot(w_ - before_);
  }
  Vector raw_step() const override {
    Vector change = Vector::Zero(start_.X.cols);
    change(start_.columns) = w_ - before_;
    return start_.raw_step(change, intercept_step());
  }

 private:
  Start<T> start_;
  GrowingGram<T> gram_;
  std::vector<int> coordinates_;
  Vector w_, before_, gradient_;
  double step_ = 0.0;
};

}  // namespace

template <class T>
std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<T>& X,
                                                const std::vector<int>& set, const Vector& h,
                                                const Vector& v, const Vector& w,
                                                bool fit_intercept) {
  Start<T> start(X, set, h, w, fit_intercept);
  if (set.size() <= few_columns) return std::make_unique<ProductsModel<T>>(std::move(start), v);
  return std::make_unique<ColumnsModel<T>>(std::move(start), v);
}

template std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<double>&,
                                                         const std::vector<int>&, const Vector&,
                                                         const Vector&, const Vector&, bool);
template std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<float>&,
                                                         const std::vector<int>&, const Vector&,
                                                         const Vector&, const Vector&, bool);

}  // namespace espalier::detail

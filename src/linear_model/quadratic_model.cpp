// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/quadratic_model.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>
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
  const double work = 2.0 *
                      static_cast<double>(X.is_sparse() ? X.sparse.nonZeros() / X.cols : X.rows) *
                      static_cast<double>(set.size());
  parallel_for_blocks({static_cast<Index>(set.size()), 16}, work, [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index j = set[static_cast<std::size_t>(k)];
      if (X.is_sparse()) {
        const Index first = X.sparse.outerIndexPtr()[j];
        const ColumnSpread spread =
            sparse_column_spread(X.sparse.valuePtr() + first, X.sparse.innerIndexPtr() + first,
                                 X.nonzeros(j), X.rows, h.data(), total, fit_intercept);
        if (fit_intercept) moments.mean[j] = spread.mean;
        moments.norm[j] = spread.norm;
        continue;
      }
      const double shift = static_cast<double>(X.column(j)[0]);
      const ColumnSums sums = column_sums(X.column(j), h.data(), h.data(), X.rows);
      const double offset = sums.first / total, mean = shift + offset;
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
};

/// Sweeps over the columns themselves.
template <class T>
class ColumnsModel final : public QuadraticModel {
 public:
  ColumnsModel(Start<T> start, const Vector& v)
      : start_(std::move(start)), v_(v.cast<T>()), h_(start_.h.template cast<T>()), sum_(v.sum()) {
    if (!start_.X.is_sparse() && start_.fit_intercept) {
      v_ -= (static_cast<T>(sum_ / start_.total) * h_);
      step_ = sum_ / start_.total;
    }
    before_ = start_.w;
  }
  std::span<const int> coordinates() const override { return start_.columns; }
  bool is_zero(int j) const override { return start_.w[j] == 0.0; }
  Vector coef() const override { return start_.w; }

  Sweep sweep(std::span<const int> order, const Penalty& penalty) override {
    const auto steps = static_cast<Count>(order.size());
    const DesignColumns<T>& X = start_.X;
    const double* const mean = start_.moments.mean.data();
    const double* const norm = start_.moments.norm.data();
    if constexpr (std::is_same_v<T, double>) {
      if (X.is_sparse()) {
        SparseModel model{X.sparse.valuePtr(),
                          X.sparse.innerIndexPtr(),
                          X.sparse.outerIndexPtr(),
                          h_.data(),
                          start_.total,
                          mean,
                          norm,
                          start_.w.data(),
                          v_.data(),
                          sum_};
        const Sweep made = sparse_sweep(model, order.data(), steps, penalty);
        sum_ = model.v_sum;
        return made;
      }
    }
    DenseModel<T> model{X.dense, X.stride, X.rows,          h_.data(),
                        mean,    norm,     start_.w.data(), v_.data()};
    return dense_sweep(model, order.data(), steps, penalty);
  }

  double intercept_step() const override {
    if (!start_.fit_intercept) return 0.0;
    if (start_.X.is_sparse()) return sum_ / start_.total;
    return step_ - start_.moments.mean.dot(start_.w - before_);
  }

 private:
  Start<T> start_;
  Eigen::Matrix<T, Eigen::Dynamic, 1> v_, h_;
  double sum_, step_ = 0.0;
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
  if (!X.is_sparse() && set.size() <= few_columns)
    return std::make_unique<ProductsModel<T>>(std::move(start), v);
  return std::make_unique<ColumnsModel<T>>(std::move(start), v);
}

template std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<double>&,
                                                         const std::vector<int>&, const Vector&,
                                                         const Vector&, const Vector&, bool);
template std::unique_ptr<QuadraticModel> quadratic_model(const DesignColumns<float>&,
                                                         const std::vector<int>&, const Vector&,
                                                         const Vector&, const Vector&, bool);

}  // namespace espalier::detail

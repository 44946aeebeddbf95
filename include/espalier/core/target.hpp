// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// What `fit` and `score` take as y: n class labels (any integers), or n × outputs real values.
///
/// Integer vectors become labels; real vectors and matrices become values; a categorical column
/// becomes its codes, with the dictionary as class names; a numeric column becomes values. A
/// classifier accepts real values that are all whole numbers, a regressor accepts labels. Always a
/// copy of its own, shared between copies.
///
/// @throws InvalidInput  a wide integer is no `int`; names the row
class Target {
 public:
  Target(const Column& column);  ///< @throws InvalidInput  a missing category
  Target(const std::vector<int>& labels);
  Target(const std::vector<double>& values);
  Target(Labels labels, std::vector<std::string> class_names);  ///< names[code] for labels 0 … k−1

  template <class Derived>
  Target(const Eigen::MatrixBase<Derived>& y) {
    if constexpr (std::is_integral_v<typename Derived::Scalar>) {
      static_assert(Derived::IsVectorAtCompileTime, "class labels are a vector");
      set_integers(y.derived().reshaped().eval());
    } else if constexpr (Derived::IsVectorAtCompileTime) {
      set(Matrix(y.derived().template cast<double>().reshaped()));
    } else {
      set(Matrix(y.derived().template cast<double>()));
    }
  }

  bool is_labels() const { return data_.index() == 0; }
  Index rows() const;
  Index outputs() const;  ///< 1 for labels

  /// @throws InvalidInput  values that are not whole numbers ("continuous"), or several columns
  const Labels& labels() const;
  /// n × outputs; labels as numbers.
  const Matrix& values() const;
  /// The one column of values. @throws InvalidInput  several columns
  Vector vector() const;

  /// The text of label k at place k, for a target that came from a categorical column; else empty.
  const std::vector<std::string>& class_names() const { return *names_; }

  Target take(std::span<const Index> rows) const;

 private:
  using LabelsPtr = std::shared_ptr<const Labels>;
  using ValuesPtr = std::shared_ptr<const Matrix>;
  Target() = default;
  void set(Labels labels);
  void set(Matrix values);

  template <class Integers>
  void set_integers(const Integers& y) {
    using Integer = typename Integers::Scalar;
    using Limits = std::numeric_limits<int>;
    if constexpr (sizeof(Integer) >= sizeof(int) && !std::is_same_v<Integer, int>) {
      for (Index i = 0; i < y.size(); ++i)
        if (std::cmp_less(y[i], Limits::min()) || std::cmp_greater(y[i], Limits::max()))
          refuse_label(std::to_string(y[i]), i);
    }
    set(Labels(y.template cast<int>()));
  }
  [[noreturn]] static void refuse_label(const std::string& label, Index row);

  std::variant<LabelsPtr, ValuesPtr> data_;
  ValuesPtr labels_as_values_;  // the other form, where it exists
  LabelsPtr values_as_labels_;
  std::shared_ptr<const std::vector<std::string>> names_ =
      std::make_shared<std::vector<std::string>>();
};

/// The classes of `labels`, sorted, and for each row the position of its class.
struct EncodedLabels {
  Labels classes;
  Labels codes;
};
EncodedLabels encode_labels(const Eigen::Ref<const Labels>& labels);

}  // namespace espalier

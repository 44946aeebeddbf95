// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What an estimator writes to be compiled by `predictor()`: steps that work on one row.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

class Features;
struct Schema;

/// What became of a row. Batch methods throw where this is not `ok`.
enum class RowStatus {
  ok,
  wrong_width,       ///< the row, or the place for the result, has another length
  missing_value,     ///< a missing value where an estimator takes none
  not_finite,        ///< an infinite value
  unknown_category,  ///< a category that an encoder has not seen, and was told to refuse
};

constexpr auto names_of(RowStatus) {
  return std::array<std::string_view, 5>{"ok", "wrong_width", "missing_value", "not_finite",
                                         "unknown_category"};
}

/// The texts of a categorical column, numbered from 0.
class RowTexts {
 public:
  /// The number of a text; a new one if it was not there.
  std::int32_t add(std::string_view text);
  /// The number of a text, or unseen_code. Allocates nothing.
  std::int32_t find(std::string_view text) const noexcept {
    const auto at = codes_.find(text);
    return at == codes_.end() ? -2 : at->second;
  }
  std::size_t size() const { return codes_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> codes_;
};

/// A column on its way through a program: where its value stands among the registers of a row.
/// A number, NaN when missing; or a category as its number in `texts`, NaN or −1 when missing, any
/// other number when it is none of them.
struct RowColumn {
  std::string name;
  Index slot = 0;
  std::shared_ptr<RowTexts> texts = nullptr;  ///< null: a number
  bool is_finite = false;                     ///< whatever the row: neither missing nor infinite

  bool is_categorical() const { return texts != nullptr; }
};

/// Turns the value of a column into the position of its category among those that an estimator
/// knows.
class RowCategories {
 public:
  static constexpr std::int32_t missing = -1;
  static constexpr std::int32_t unseen = -2;

  RowCategories(const RowColumn& column, std::span<const std::string> texts);
  /// `numbers` ascend.
  RowCategories(const RowColumn& column, std::span<const double> numbers);

  std::int32_t operator()(const double* registers) const noexcept;

 private:
  Index slot_;
  bool is_text_;
  std::vector<std::int32_t> position_;  // by the column's code
  std::vector<double> numbers_;
};

/// Reads registers and writes others. Allocates nothing, throws nothing.
class RowStep {
 public:
  virtual ~RowStep() = default;
  virtual RowStatus run(double* registers) const noexcept = 0;
};

/// What ends a program: a fitted classifier or regressor.
class RowModel {
 public:
  virtual ~RowModel() = default;
  /// Raw values: of a regressor the predictions; of a classifier the decision values, one for two
  /// classes, else one a class.
  virtual Index outputs() const noexcept = 0;
  virtual RowStatus raw(const double* registers, double* out) const noexcept = 0;
  /// From raw values to one probability a class; false where there are none.
  virtual bool probabilities(const double* /*raw*/, double* /*out*/) const noexcept {
    return false;
  }
  virtual bool has_probabilities() const noexcept { return false; }
  /// Raw values of many rows, if there is something faster than one after the other. X has been
  /// checked by the estimator.
  virtual bool raw_rows(const Features& /*X*/, Matrix& /*out*/) const { return false; }
};

/// Takes the steps of one estimator after the other.
class RowBuilder {
 public:
  /// The columns of X at fit.
  explicit RowBuilder(const Schema& schema);

  /// What enters the estimator that is being compiled, and then what leaves it.
  const std::vector<RowColumn>& columns() const { return columns_; }
  void set_columns(std::vector<RowColumn> columns) { columns_ = std::move(columns); }
  /// Whether the batch form of these columns is a sparse matrix (their values are the same).
  bool is_sparse() const { return is_sparse_; }
  void set_sparse(bool sparse) { is_sparse_ = sparse; }

  /// Fresh registers, side by side; the first of them.
  Index reserve(Index n) { return std::exchange(n_registers_, n_registers_ + n); }
  Index n_registers() const { return n_registers_; }

  template <class Step>
  void add(Step step) {
    steps_.push_back(std::make_shared<const Step>(std::move(step)));
  }
  template <class Model>
  void set_model(Model model) {
    model_ = std::make_shared<const Model>(std::move(model));
  }

  const std::vector<std::shared_ptr<const RowStep>>& steps() const { return steps_; }
  const std::shared_ptr<const RowModel>& model() const { return model_; }

  /// Refuses infinite numbers, and missing values if not allowed; every estimator's own check.
  void add_check(bool allow_missing);

  /// Where all columns, which are numbers, stand side by side; copies them there if they do not.
  Index contiguous();

 private:
  std::vector<RowColumn> columns_;
  std::vector<std::shared_ptr<const RowStep>> steps_;
  std::shared_ptr<const RowModel> model_;
  Index n_registers_ = 0;
  bool is_sparse_ = false;
};

}  // namespace espalier

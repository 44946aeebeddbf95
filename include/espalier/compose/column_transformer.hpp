// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <espalier/core/archive.hpp>
#include <espalier/core/implements.hpp>

namespace espalier {

/// Which columns: by name, by position, or by type. Converts from any of these:
/// `{"age", "income"}`, `{0, 3}`, `ColumnType::numeric`; names and positions also as a vector.
class ColumnSelector {
 public:
  ColumnSelector() = default;  ///< no column
  ColumnSelector(ColumnType type) : choice_(type) {}
  ColumnSelector(std::vector<std::string> names) : choice_(std::move(names)) {}
  ColumnSelector(std::initializer_list<std::string> names)
      : choice_(std::vector<std::string>(names)) {}
  ColumnSelector(std::vector<Index> positions) : choice_(std::move(positions)) {}
  ColumnSelector(std::initializer_list<Index> positions) : choice_(std::vector<Index>(positions)) {}

  /// The positions of the columns in X, in the order they were named.
  /// @throws InvalidInput  naming `owner` and the column that X lacks, or that is chosen twice
  std::vector<Index> select(const Features& X, std::string_view owner) const;

  std::string to_string() const;  ///< "numeric columns", "age, income"
  Value encode() const;
  static ColumnSelector decode(const Value& value);

 private:
  std::variant<std::vector<std::string>, std::vector<Index>, ColumnType> choice_;
};

/// What becomes of columns that are not fitted: left out, or passed through unchanged.
enum class ColumnAction { drop, passthrough };

constexpr auto names_of(ColumnAction) {
  return std::array<std::string_view, 2>{"drop", "passthrough"};
}

/// A transformer, or an action.
struct ColumnTreatment {
  ColumnTreatment(ColumnAction what = ColumnAction::drop) : action(what) {}
  template <std::derived_from<Transformer> T>
  ColumnTreatment(const T& estimator) : transformer(estimator) {}

  Polymorphic<Transformer> transformer;  // empty: do the action
  ColumnAction action = ColumnAction::drop;

  bool drops() const { return transformer.empty() && action == ColumnAction::drop; }
};

/// A named group of columns and what to do with them.
struct ColumnBlock {
  std::string name;
  ColumnTreatment treatment;
  ColumnSelector columns;

  static constexpr auto fields() {
    return Fields{field("name", &ColumnBlock::name), field("treatment", &ColumnBlock::treatment),
                  field("columns", &ColumnBlock::columns)};
  }
};

template <>
struct Codec<ColumnSelector> {
  static Value encode(const ColumnSelector& v) { return v.encode(); }
  static ColumnSelector decode(const Value& v) { return ColumnSelector::decode(v); }
  static std::string describe() { return "a choice of columns"; }
};

template <>
struct Codec<ColumnTreatment> {
  static Value encode(const ColumnTreatment& v) {
    return v.transformer.empty() ? Value(v.action)
                                 : Codec<Polymorphic<Transformer>>::encode(v.transformer);
  }
  static ColumnTreatment decode(const Value& v);
  static std::string describe() { return "a Transformer, 'drop' or 'passthrough'"; }
};

struct ColumnTransformerOptions {
  ColumnTreatment remainder =
      ColumnAction::drop;         ///< what is done with columns that no group names
  double sparse_threshold = 0.3;  ///< sparse output only if less than this share of it is not zero
  bool verbose_feature_names_out = true;  ///< output columns are called group__column
};

struct ColumnTransformerParams : ColumnTransformerOptions {
  std::vector<ColumnBlock> transformers;

  static constexpr auto fields() {
    using P = ColumnTransformerParams;
    return Fields{
        field("transformers", &P::transformers,
              "named groups of columns and what is done with each"),
        field("remainder", &P::remainder, "what is done with columns that no group names"),
        field("sparse_threshold", &P::sparse_threshold, between(0.0, 1.0),
              "the output is sparse if a part is and less than this share of it is not zero"),
        field("verbose_feature_names_out", &P::verbose_feature_names_out,
              "name output columns group__column; else column alone, which must then be unique")};
  }
  const Estimator* find_part(std::string_view name) const;
  Estimator* mutable_part(std::string_view name);
  bool set_part(std::string_view name, const Value& value);
  static constexpr std::string_view part_expectation = "a Transformer, 'drop' or 'passthrough'";
};

/// A group after fit: what it selected and what it learned.
struct FittedColumnBlock {
  std::string name;
  ColumnTreatment treatment;   // with a fitted transformer
  std::vector<Index> columns;  // positions in X at fit
  Index n_outputs = 0;

  static constexpr auto fields() {
    using B = FittedColumnBlock;
    return Fields{field("name", &B::name), field("treatment", &B::treatment),
                  field("columns", &B::columns), field("n_outputs", &B::n_outputs)};
  }
};

struct ColumnTransformerState {
  std::vector<FittedColumnBlock> blocks;  // the remainder last; blocks without columns are left out
  bool sparse_output = false;
  std::vector<std::string> names_out;

  static constexpr auto fields() {
    using S = ColumnTransformerState;
    return Fields{field("blocks", &S::blocks), field("sparse_output", &S::sparse_output),
                  field("names_out", &S::names_out)};
  }
  void check(const Schema& schema) const;
};

/// Different transformers for different columns, side by side.
///
///     ColumnTransformer prepare{
///         {"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
///         {"plan", OneHotEncoder(), {"plan", "region"}},
///         {"id", ColumnAction::drop, {"customer_id"}},
///     };
///     ColumnTransformer other({{"age", StandardScaler(), {"age"}}}, {.remainder =
///     ColumnAction::passthrough});
///
/// Each group receives its columns as a table of their own (a matrix, if X is one). The outputs
/// stand side by side in the order of the groups, then the remainder in the order of X; a column
/// may be in several groups. The output is sparse if a part is sparse and the density stays below
/// `sparse_threshold`; a table if a part is one with categories; else dense.
///
/// Columns are found by name where X has names: later tables may have further columns, and others
/// in another order. Without names, positions count and the width must be the same.
///
/// Sample weights reach every transformer that takes them.
///
/// @throws InvalidInput  a selected column is missing, or twice in a group (which scikit-learn
///                       refuses by name only); output names clash (set verbose_feature_names_out)
class ColumnTransformer : public Implements<ColumnTransformer, Transformer, ColumnTransformerParams,
                                            ColumnTransformerState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "ColumnTransformer";
  static constexpr PartLayout layout = PartLayout::side_by_side;

  ColumnTransformer(std::initializer_list<ColumnBlock> transformers,
                    ColumnTransformerOptions options = {});
  /// The same with groups that are known at run time only.
  ColumnTransformer(std::vector<ColumnBlock> transformers, ColumnTransformerOptions options);

  /// A fitted transformer, by the name of its group: `prepare.fitted_block<OneHotEncoder>("plan")`.
  /// @throws NotFitted;  InvalidParameter  no such group, or of another class
  template <class T>
  const T& fitted_block(std::string_view name) const {
    const T* cast = dynamic_cast<const T*>(find_fitted(name));
    if (cast == nullptr) refuse_block(name);
    return *cast;
  }
  bool sparse_output() const { return state().sparse_output; }

 private:
  friend Implements;
  const Estimator* find_fitted(std::string_view name) const;
  [[noreturn]] void refuse_block(std::string_view name) const;

  Tags do_tags() const;
  void do_validate() const;
  std::vector<EstimatorPart> do_parts() const;
  State do_fit(const Features& X, const OptionalTarget& y, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
};

extern template class Implements<ColumnTransformer, Transformer, ColumnTransformerParams,
                                 ColumnTransformerState>;

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Estimator and its five roles: what every model looks like from outside.
///
/// The public functions are not virtual. They are written once, check parameters, shapes,
/// finiteness, names and fittedness, and then call the few private functions that a class supplies
/// through the mixin Implements (implements.hpp), where writing an estimator begins.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/errors.hpp>
#include <espalier/core/features.hpp>
#include <espalier/core/fit_context.hpp>
#include <espalier/core/params.hpp>
#include <espalier/core/predictor.hpp>
#include <espalier/core/schema.hpp>
#include <espalier/core/tags.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/value.hpp>

namespace espalier {

class RowBuilder;

enum class RoleKind { transformer, classifier, regressor, clusterer, outlier_detector, other };

constexpr auto names_of(RoleKind) {
  return std::array<std::string_view, 6>{"Transformer", "Classifier",      "Regressor",
                                         "Clusterer",   "OutlierDetector", "Estimator"};
}

/// What every fitted estimator keeps beside its state.
struct FittedInfo {
  /// Of X at fit.
  Schema schema;
  /// Of a classifier: the text of each class, in order; may be empty.
  std::vector<std::string> class_names;
  /// Of a transformer: the names of the output columns.
  std::shared_ptr<const std::vector<std::string>> names_out;
};

/// A part of a composed estimator, for diagrams.
struct EstimatorPart {
  std::string name;
  const Estimator* estimator;  ///< null: nothing to fit (`note` says what happens)
  std::string note;            ///< e.g. the columns it receives
};
enum class PartLayout { none, sequence, side_by_side, wrapped };

/// Where `fit` reads the target: nothing for transformers and clusterers.
using OptionalTarget = std::optional<Target>;

class Estimator {
 public:
  virtual ~Estimator() = default;

  virtual std::string_view class_name() const = 0;  ///< as in the registry: "Ridge"
  virtual RoleKind role() const = 0;
  virtual Tags get_tags() const = 0;

  /// A copy with everything learned, of whatever class. (Concrete classes copy as values.)
  virtual std::unique_ptr<Estimator> copy() const = 0;
  /// An unfitted estimator with the same parameters, as scikit-learn's `clone`.
  virtual std::unique_ptr<Estimator> clone() const = 0;

  // Parameters. Paths reach into parts: "model__C"; the part ends at the first "__".

  /// @throws InvalidParameter  no such parameter; lists the valid ones
  Value get_param(std::string_view path) const;
  /// All own parameters, and with `deep` those of the parts under their paths.
  ParamList get_params(bool deep = true) const;
  /// Sets one parameter. Types are checked here, ranges by `fit`. What was learned stays.
  /// @throws InvalidParameter  unknown path (lists the valid names) or wrong type
  void set_param(std::string_view path, const Value& value);
  /// Sets several, in whatever order they stand: own parameters first, then whole parts, then the
  /// parameters of each part, by the same rule at every depth; all or none.
  void set_params(const ParamList& params);
  /// Own parameters with documentation, expected values and defaults.
  virtual std::vector<ParamInfo> param_infos() const = 0;
  /// Checks the range of every own parameter. @throws InvalidParameter
  virtual void validate_params() const = 0;

  /// The class with its parts and the parameters that differ from their defaults:
  /// `Ridge(alpha=2)`.
  std::string to_string() const;

  // What was learned.

  virtual const FittedInfo* fitted_info() const = 0;  ///< null before fit
  bool fitted() const { return fitted_info() != nullptr; }
  const Schema& schema() const;                                ///< @throws NotFitted
  Index n_features_in() const { return schema().n_features; }  ///< @throws NotFitted
  /// The names of X at fit; empty if it had none. @throws NotFitted
  const std::vector<std::string>& feature_names_in() const { return schema().names; }
  /// Iterations of the last fit, where the algorithm iterates.
  virtual std::optional<Index> iterations() const { return std::nullopt; }
  /// Whether the class learns in pieces: `partial_fit`, which throws NotSupported elsewhere.
  virtual bool has_partial_fit() const { return false; }

  // Scoring (see predictor.hpp).

  /// The fitted model or pipeline compiled for scoring: one row without allocation, or many.
  /// @throws NotFitted;  NotSupported  naming the class that cannot be compiled
  Predictor predictor() const;
  /// Appends what this fitted estimator does to a row; compositions call it for their parts.
  void compile(RowBuilder& builder) const;

  // Composition.

  virtual std::vector<EstimatorPart> parts() const { return {}; }
  virtual PartLayout part_layout() const { return PartLayout::none; }

  // Serialisation (see archive.hpp, which users call).

  virtual Value encode_params() const = 0;
  virtual void decode_params(const Value& params) = 0;
  virtual Value encode_fitted() const = 0;  ///< none before fit
  virtual void decode_fitted(const Value& fitted) = 0;

 protected:
  Estimator() = default;
  Estimator(const Estimator&) = default;
  Estimator(Estimator&&) = default;
  Estimator& operator=(const Estimator&) = default;
  Estimator& operator=(Estimator&&) = default;

  /// Checks everything about the input of a fit and calls fit_impl.
  void fit_checked(const Features& X, const OptionalTarget& y, const FitContext& context);
  /// The same for a partial_fit; `classes` are those of a classifier, if given.
  void partial_fit_checked(const Features& X, const OptionalTarget& y,
                           const OptionalTarget& classes, const FitContext& context);
  /// Checks X for any method after fit and brings it to the form that the class expects.
  Features check_input(const Features& X) const;
  [[noreturn]] void throw_not_fitted() const;
  [[noreturn]] void throw_not_supported(std::string_view method,
                                        std::string_view advice = {}) const;

  virtual void fit_impl(const Features& X, const OptionalTarget& y, const FitContext& context,
                        Schema schema) = 0;
  /// @throws NotSupported  unless a class supplies it
  virtual void partial_fit_impl(const Features& X, const OptionalTarget& y,
                                const OptionalTarget& classes, const FitContext& context);
  /// @throws NotSupported  unless a class supplies it
  virtual void compile_impl(RowBuilder& builder) const;
  virtual bool get_own_param(std::string_view name, Value& result) const = 0;
  virtual bool set_own_param(std::string_view name, const Value& value) = 0;
  virtual Estimator* mutable_part(std::string_view) { return nullptr; }
  virtual const Estimator* find_part(std::string_view) const { return nullptr; }
  /// Takes the parameters of an estimator of the same class: undoes a failed set_params.
  virtual void restore_params(const Estimator& other) = 0;

 private:
  std::vector<std::string> own_param_names() const;
  [[noreturn]] void refuse_path(std::string_view path) const;
};

/// `estimator.to_string()`.
std::ostream& operator<<(std::ostream& out, const Estimator& estimator);

/// Changes X: scales, imputes, encodes, selects.
class Transformer : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::transformer;
  RoleKind role() const final { return role_kind; }

  /// Learns from X (n × p).
  /// @throws InvalidParameter, InvalidInput, Cancelled; then nothing has changed
  Transformer& fit(const Features& X, const FitContext& context = {});
  Transformer& fit(const Features& X, const Target& y, const FitContext& context = {});
  /// Learns from some rows more; after a fit, or another partial_fit, it goes on from there. The
  /// columns are those of the first call. @throws as fit, and NotSupported where has_partial_fit() is false
  Transformer& partial_fit(const Features& X, const FitContext& context = {});
  Transformer& partial_fit(const Features& X, const Target& y, const FitContext& context = {});
  /// n × p → n × q. Row i of the output belongs to row i of X. @throws NotFitted, InvalidInput
  Features transform(const Features& X) const;
  Features fit_transform(const Features& X, const FitContext& context = {});
  Features fit_transform(const Features& X, const Target& y, const FitContext& context = {});
  /// n × q → n × p, where the transformation can be undone. @throws NotSupported elsewhere
  Features inverse_transform(const Features& X) const;
  /// The q names of the output columns. @throws NotFitted
  const std::vector<std::string>& get_feature_names_out() const;

 protected:
  virtual Features transform_impl(const Features& X) const = 0;
  virtual Features inverse_transform_impl(const Features& X) const = 0;
};

/// Predicts one of several classes, which are any integers; names when the target had them.
class Classifier : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::classifier;
  RoleKind role() const final { return role_kind; }

  /// Learns from X (n × p) and y (n labels). @throws InvalidParameter, InvalidInput, Cancelled
  Classifier& fit(const Features& X, const Target& y, const FitContext& context = {});
  /// Learns from some rows more; after a fit, or another partial_fit, it goes on from there. The
  /// first call must say which classes there will be, since its rows need not have all of them:
  /// `classes` lists them, in any order (as a Target with class names, if y has texts). Where y has
  /// class names it may be left out: then they are the classes. Later calls may repeat it.
  /// @throws InvalidInput  a class that was not announced, other columns than before, as fit
  /// @throws NotSupported  has_partial_fit() is false
  Classifier& partial_fit(const Features& X, const Target& y, const FitContext& context = {});
  Classifier& partial_fit(const Features& X, const Target& y, const Target& classes,
                          const FitContext& context = {});
  /// n labels, each one of classes(). @throws NotFitted, InvalidInput
  Labels predict(const Features& X) const;
  /// The same as text: the class names, or the labels as numbers where there are none.
  std::vector<std::string> predict_names(const Features& X) const;
  /// n × k probabilities; columns in the order of classes(). @throws NotSupported if there are none
  Matrix predict_proba(const Features& X) const;
  Matrix predict_log_proba(const Features& X) const;  ///< their logarithms; of 0, −inf
  /// n × 1 for two classes (positive: the second), else n × k.
  /// @throws NotSupported  there is none
  Matrix decision_function(const Features& X) const;
  virtual bool has_predict_proba() const = 0;
  virtual bool has_decision_function() const = 0;

  virtual const Labels& classes() const = 0;  ///< k labels, ascending. @throws NotFitted
  /// The text of each class, in the order of classes(); empty if the target had no names.
  const std::vector<std::string>& class_names() const;
  /// y in terms of the labels seen at fit: a target with another dictionary is matched by text.
  Labels align(const Target& y) const;

  /// Accuracy on X and y: the (weighted) share of rows whose prediction is right.
  double score(const Features& X, const Target& y, const Vector& sample_weight = {}) const;

 protected:
  virtual Labels predict_impl(const Features& X) const = 0;
  virtual Matrix predict_proba_impl(const Features& X) const = 0;
  virtual Matrix decision_function_impl(const Features& X) const = 0;
};

/// Predicts real values.
class Regressor : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::regressor;
  RoleKind role() const final { return role_kind; }

  /// Learns from X (n × p) and y (n, or n × outputs where the tag multi_output says so).
  Regressor& fit(const Features& X, const Target& y, const FitContext& context = {});
  /// Learns from some rows more; after a fit, or another partial_fit, it goes on from there.
  /// @throws as fit, and NotSupported where has_partial_fit() is false
  Regressor& partial_fit(const Features& X, const Target& y, const FitContext& context = {});
  /// n values. @throws NotSupported  fitted on several outputs; predict_multi gives them
  Vector predict(const Features& X) const;
  Matrix predict_multi(const Features& X) const;  ///< n × outputs

  /// R², the coefficient of determination; uniform average over outputs. Another measure where the
  /// class says so.
  double score(const Features& X, const Target& y, const Vector& sample_weight = {}) const;
  /// The same of predictions that are there. Both are n × outputs.
  double score_of(const Matrix& y, const Matrix& predicted, const Vector& sample_weight = {}) const;

 protected:
  virtual Matrix predict_impl(const Features& X) const = 0;
  virtual double score_impl(const Matrix& y, const Matrix& predicted,
                            const Vector& sample_weight) const;
};

/// Groups rows.
class Clusterer : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::clusterer;
  RoleKind role() const final { return role_kind; }

  Clusterer& fit(const Features& X, const FitContext& context = {});
  /// As Regressor::partial_fit. labels() are those of the last rows.
  Clusterer& partial_fit(const Features& X, const FitContext& context = {});
  Labels fit_predict(const Features& X, const FitContext& context = {});
  /// The cluster of each training row; −1 is noise. @throws NotFitted
  virtual const Labels& labels() const = 0;
  /// The cluster of each new row. @throws NotSupported where only training rows have one
  Labels predict(const Features& X) const;

 protected:
  virtual Labels predict_impl(const Features& X) const = 0;
};

/// Tells rows that do not belong.
class OutlierDetector : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::outlier_detector;
  RoleKind role() const final { return role_kind; }

  OutlierDetector& fit(const Features& X, const FitContext& context = {});
  /// As Regressor::partial_fit.
  OutlierDetector& partial_fit(const Features& X, const FitContext& context = {});
  Labels fit_predict(const Features& X, const FitContext& context = {});
  /// 1 for an inlier, −1 for an outlier: the sign of decision_function, 0 counting as an inlier.
  Labels predict(const Features& X) const;
  /// One number a row: the lower, the stranger; negative: outlier.
  Vector decision_function(const Features& X) const;

 protected:
  virtual Vector decision_function_impl(const Features& X) const = 0;
};

}  // namespace espalier

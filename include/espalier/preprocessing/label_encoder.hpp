// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/preprocessing/categories.hpp>

namespace espalier {

/// The role of LabelEncoder: it works on a target, not on X, so none of the five fits.
class LabelTransformer : public Estimator {
 public:
  static constexpr RoleKind role_kind = RoleKind::other;
  RoleKind role() const final { return role_kind; }

 protected:
  void fit(const Features& y, const FitContext& context) { fit_checked(y, std::nullopt, context); }
};

struct LabelEncoderParams {
  static constexpr auto fields() { return Fields{}; }
};

struct LabelEncoderState {
  Categories classes;

  static constexpr auto fields() { return Fields{field("classes", &LabelEncoderState::classes)}; }
  void check(const Schema& schema) const;
};

/// Turns class labels of any kind, texts or numbers, into 0, 1, 2, … and back.
///
///     LabelEncoder encoder;
///     const Labels y = encoder.fit_transform(table["status"]);   // good, bad, good: 1, 0, 1
///     const Column status = encoder.inverse_transform(y);        // good, bad, good
///
/// For a target only; for columns of X there are OrdinalEncoder and OneHotEncoder. A classifier
/// takes a categorical column as y by itself and remembers its class names, so this encoder is
/// needed only where a program wants to hold the numbers in its own hands.
///
/// The classes are sorted: numbers ascending, texts by bytes; missing labels are a class of their
/// own, the last. Without rows `transform` and `inverse_transform` give none. Saved, loaded and
/// made by name as any estimator. Costs O(n log k) for n numbers of k classes, O(n + k log k) for
/// texts.
///
/// @throws InvalidInput  no labels in `fit`; labels of another type than in `fit`; a label that
///                       was not there in `fit`; in inverse_transform, a number that is no code
class LabelEncoder
    : public Implements<LabelEncoder, LabelTransformer, LabelEncoderParams, LabelEncoderState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LabelEncoder";
  static constexpr Tags tags{.allow_nan = true, .categorical = true, .requires_y = false};

  /// Texts or numbers. @throws InvalidInput; then nothing has changed
  LabelEncoder& fit(const Column& y);
  LabelEncoder& fit(const std::vector<std::string>& y);
  LabelEncoder& fit(const Labels& y);

  /// n labels, each a position in classes(). @throws NotFitted, InvalidInput
  Labels transform(const Column& y) const;
  Labels transform(const std::vector<std::string>& y) const;
  Labels transform(const Labels& y) const;

  Labels fit_transform(const Column& y) { return fit(y).transform(y); }
  Labels fit_transform(const std::vector<std::string>& y) { return fit(y).transform(y); }
  Labels fit_transform(const Labels& y) { return fit(y).transform(y); }

  /// The labels of n codes, numeric or categorical as in `fit`; the column is named "y".
  /// @throws NotFitted, InvalidInput
  Column inverse_transform(const Labels& codes) const;

  const Categories& classes() const { return state().classes; }  ///< @throws NotFitted

 private:
  friend Implements;
  State do_fit(const Features& y, const FitContext& context) const;
};

}  // namespace espalier

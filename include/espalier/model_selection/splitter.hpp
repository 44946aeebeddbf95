// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>
#include <espalier/model_selection/split.hpp>

namespace espalier {

/// Cuts the rows of a data set into training and test rows, one or several times. KFold and
/// StratifiedKFold are splitters; one of your own is a small class, which everything that takes a
/// `cv` then takes too:
///
///     class Years final : public Splitter {  // the group is the year: learn from the past
///      public:
///       std::vector<Split> split(Index n, const Target&, const Labels& groups) const override;
///       bool uses_groups() const override { return true; }
///       std::string_view name() const override { return "Years"; }
///     };
///
/// `split` must give the same answer when it is asked twice, unless it is random without a seed: a
/// search asks once and shows every candidate the same splits.
class Splitter {
 public:
  virtual ~Splitter() = default;

  /// @param n       the number of rows
  /// @param y       n labels or values
  /// @param groups  n group numbers; empty unless uses_groups()
  /// @throws InvalidParameter, InvalidInput  as the splitter says
  virtual std::vector<Split> split(Index n, const Target& y, const Labels& groups) const = 0;

  virtual bool uses_groups() const { return false; }
  virtual std::string_view name() const = 0;  ///< for messages, and to be named in a model file

 protected:
  Splitter() = default;
  Splitter(const Splitter&) = default;
  Splitter& operator=(const Splitter&) = default;
};

}  // namespace espalier

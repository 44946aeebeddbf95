// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Trees of a boosted model to read: one as text, as a graph for Graphviz, or as a picture; all of
/// them as JSON. docs/explain.md shows them and specifies the JSON.
///
///     HistGradientBoostingClassifier model;
///     model.fit(table, table["churn"]);
///     std::cout << export_text(model, 0);
///     std::ofstream("tree.svg") << export_svg(model, 0);
///     std::ofstream("model.trees.json") << export_json(model);
///
/// Trees are numbered as in `apply`: tree t belongs to iteration t / outputs and output t mod outputs.
/// So are the nodes, by their place in the tree, in preorder. Names are those of X and y at fit.
///
/// A row that meets the condition at a node goes left, to the first of its children. "or missing"
/// stands on the side where missing values go, and with them categories that training has not seen.
/// The value of a leaf is what it adds to the raw prediction, the learning rate included; to the sum
/// of all trees comes the baseline. Rows are those of training, counted, not weighted; a gain is by
/// how much the split lowered the loss.
///
/// All functions throw NotFitted, and InvalidParameter where there is no such tree or an option is out
/// of range.
#pragma once

#include <optional>
#include <string>

#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

namespace espalier {

struct TreeExportOptions {
  std::optional<int> max_depth = {};  ///< show nodes down to this depth, the root's is 0; none: all
  int digits = 5;                     ///< significant digits of numbers, 1 to 17
  int max_categories = 6;             ///< names of a set at most; of the others only how many
};

/// Indented text, in the manner of scikit-learn's export_text:
///
///     Tree 0 for 'Yes', 3 leaves
///     |--- tenure <= 16.5
///     |   |--- contract in {Month-to-month} or missing
///     |   |   |--- value 0.0421 (node 2, 1131 rows)
///     |   |--- contract not in {Month-to-month}
///     |   |   |--- value -0.0713 (node 3, 312 rows)
///     |--- tenure > 16.5 or missing
///     |   |--- value -0.0534 (node 4, 2307 rows)
std::string export_text(const HistGradientBoostingClassifier& model, Index tree,
                        const TreeExportOptions& options = {});
std::string export_text(const HistGradientBoostingRegressor& model, Index tree,
                        const TreeExportOptions& options = {});

/// A digraph in the DOT language, for `dot -Tpdf`.
std::string export_graphviz(const HistGradientBoostingClassifier& model, Index tree,
                            const TreeExportOptions& options = {});
std::string export_graphviz(const HistGradientBoostingRegressor& model, Index tree,
                            const TreeExportOptions& options = {});

/// A picture that needs nothing but itself and follows the reader's light or dark setting, as the
/// charts do: from the root at the left to the leaves at the right, lines as thick as rows are many,
/// and a bar beside the value of each leaf. It may be put into an HtmlReport with add_html.
std::string export_svg(const HistGradientBoostingClassifier& model, Index tree,
                       const TreeExportOptions& options = {});
std::string export_svg(const HistGradientBoostingRegressor& model, Index tree,
                       const TreeExportOptions& options = {});

/// All trees, with the names of features, categories and classes, for programs in other languages.
/// Numbers are exact. It cannot be read back: `save` and `to_json` are for that. `indent` is the
/// number of spaces a level, −1: one line.
std::string export_json(const HistGradientBoostingClassifier& model, int indent = -1);
std::string export_json(const HistGradientBoostingRegressor& model, int indent = -1);

}  // namespace espalier

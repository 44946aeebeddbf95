// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <espalier/core/estimator.hpp>

namespace espalier {

/// Any estimator as a tree of text, parts below the whole, with the parameters that are not
/// default:
///
///     Pipeline<Classifier>
///     ├─ column_transformer: ColumnTransformer
///     │  ├─ numbers: StandardScaler()  [numeric columns]
///     │  └─ plan: OneHotEncoder(drop='first')  [plan, region]
///     └─ logistic_regression: LogisticRegression(C=0.1)
std::string text_diagram(const Estimator& estimator);

/// The same as HTML: nested boxes, steps from top to bottom, parallel groups side by side. Each box
/// shows its parameters and their meaning when opened. One <div> with its own style sheet, for a
/// page of one's own (see HtmlReport); it needs no script and follows the reader's light or dark
/// setting.
std::string html_diagram(const Estimator& estimator);

/// A complete page around html_diagram.
std::string html_diagram_page(const Estimator& estimator);

}  // namespace espalier

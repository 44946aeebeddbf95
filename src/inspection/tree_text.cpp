// SPDX-License-Identifier: BSD-3-Clause
// Trees as text and as DOT.
#include <fmt/format.h>

#include "inspection/tree_view.hpp"

namespace espalier {
namespace {

using detail::TreeModel;
using detail::TreeView;

std::string rows_text(std::int64_t rows) {
  return fmt::format("{} {}", rows, rows == 1 ? "row" : "rows");
}

/// A line of text: names of features and categories may hold anything.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

/// Between double quotes of DOT, where a backslash begins an escape.
std::string quoted(const std::string& text) {
  std::string result;
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string indentation(Index depth) {
  std::string text;
  for (Index d = 0; d < depth; ++d) text += "|   ";
  return text + "|--- ";
}

std::string text_of(const TreeModel& model, Index tree, const TreeExportOptions& options) {
  const TreeView view(model, tree, options, "export_text");
  std::string text = one_line(view.title()) + "\n";
  // Below a condition stands what follows from it, so a node is written under the line of its edge.
  std::vector<std::string> edges(static_cast<std::size_t>(view.size()));
  for (const Index i : view.shown()) {
    if (i > 0) text += edges[static_cast<std::size_t>(i)];
    const Index depth = view.depth(i);
    if (view.node(i).is_leaf()) {
      text += fmt::format("{}value {} (node {}, {})\n", indentation(depth),
                          view.number(view.node(i).value), i, rows_text(view.rows(i)));
    } else if (view.is_cut(i)) {
      text += fmt::format("{}… {} more nodes (node {}, {})\n", indentation(depth),
                          view.nodes_below(i), i, rows_text(view.rows(i)));
    } else {
      const auto right = static_cast<std::size_t>(view.node(i).right);
      edges[static_cast<std::size_t>(i) + 1] =
          indentation(depth) + one_line(view.condition(i)) + "\n";
      edges[right] = indentation(depth) + one_line(view.negation(i)) + "\n";
    }
  }
  return text;
}

std::string dot_of(const TreeModel& model, Index tree, const TreeExportOptions& options) {
  const TreeView view(model, tree, options, "export_graphviz");
  std::string text = fmt::format(
      "digraph tree_{} {{\n"
      "  label=\"{}\"; labelloc=t; fontname=\"Helvetica\"; charset=\"UTF-8\";\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f5\", color=\"#76828e\", "
      "fontname=\"Helvetica\"];\n"
      "  edge [color=\"#76828e\", fontname=\"Helvetica\"];\n",
      tree, quoted(view.title()));
  for (const Index i : view.shown()) {
    const std::string rows = rows_text(view.rows(i));
    if (view.node(i).is_leaf()) {
      text += fmt::format("  {} [label=\"{}\\n{}\", fillcolor=\"{}\"];\n", i,
                          view.number(view.node(i).value), rows,
                          view.node(i).value < 0.0 ? "#fbe3d4" : "#d9e8f7");
    } else if (view.is_cut(i)) {
      text += fmt::format("  {} [label=\"… {} more nodes\\n{}\", style=\"rounded,dashed\"];\n", i,
                          view.nodes_below(i), rows);
    } else {
      const bool missing_left = view.node(i).missing_left;
      text += fmt::format("  {} [label=\"{}\\n{}, gain {}\"];\n", i,
                          quoted(view.plain_condition(i)), rows, view.number(view.gain(i)));
      text +=
          fmt::format("  {} -> {} [label=\"yes{}\"];\n", i, i + 1, missing_left ? ", missing" : "");
      text += fmt::format("  {} -> {} [label=\"no{}\"];\n", i, view.node(i).right,
                          missing_left ? "" : ", missing");
    }
  }
  return text + "}\n";
}

}  // namespace

std::string export_text(const HistGradientBoostingClassifier& model, Index tree,
                        const TreeExportOptions& options) {
  return text_of(detail::tree_model(model), tree, options);
}
std::string export_text(const HistGradientBoostingRegressor& model, Index tree,
                        const TreeExportOptions& options) {
  return text_of(detail::tree_model(model), tree, options);
}
std::string export_graphviz(const HistGradientBoostingClassifier& model, Index tree,
                            const TreeExportOptions& options) {
  return dot_of(detail::tree_model(model), tree, options);
}
std::string export_graphviz(const HistGradientBoostingRegressor& model, Index tree,
                            const TreeExportOptions& options) {
  return dot_of(detail::tree_model(model), tree, options);
}

}  // namespace espalier

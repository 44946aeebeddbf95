// SPDX-License-Identifier: BSD-3-Clause
// One tree as a picture: depth goes to the right, leaves stand below each other.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "charts/svg.hpp"
#include "charts/theme.hpp"
#include "inspection/tree_view.hpp"

namespace espalier {
namespace {

using detail::svg_text;
using detail::TreeModel;
using detail::TreeView;

constexpr double box_width = 232.0;
constexpr double box_height = 40.0;
constexpr double gap = 102.0;  // between two columns of boxes: room for "no, missing"
constexpr double row_height = 50.0;
constexpr double margin = 18.0;
constexpr double bar_room = 96.0;       // in the box of a leaf, right of its value
constexpr std::size_t characters = 34;  // in a box

/// Where a box stands: its left edge and the middle of its height.
struct Place {
  double x = 0.0;
  double y = 0.0;
};

/// End nodes one below the other; a split in the middle of its children.
std::vector<Place> places_of(const TreeView& view, double top) {
  std::vector<Place> places(static_cast<std::size_t>(view.size()));
  double y = top + row_height / 2;
  for (const Index i : view.shown()) {
    Place& place = places[static_cast<std::size_t>(i)];
    place.x = margin + static_cast<double>(view.depth(i)) * (box_width + gap);
    if (!view.node(i).is_leaf() && !view.is_cut(i)) continue;
    place.y = y;
    y += row_height;
  }
  for (std::size_t k = view.shown().size(); k-- > 0;) {
    const Index i = view.shown()[k];
    if (view.node(i).is_leaf() || view.is_cut(i)) continue;
    places[static_cast<std::size_t>(i)].y =
        (places[static_cast<std::size_t>(i) + 1].y +
         places[static_cast<std::size_t>(view.node(i).right)].y) /
        2;
  }
  return places;
}

std::string edge(const TreeView& view, Index child, bool left, bool missing, Place from, Place to) {
  const double begin = from.x + box_width;
  const double bend = begin + 14.0;
  const double all = std::max(1.0, static_cast<double>(view.rows(0)));
  const double thickness = 1.0 + 5.0 * static_cast<double>(view.rows(child)) / all;
  return fmt::format(
             "<path class=\"axis\" style=\"stroke-width:{:.2f};stroke-linejoin:round\" "
             "d=\"M{:.2f} {:.2f}H{:.2f}V{:.2f}H{:.2f}\"/>\n",
             thickness, begin, from.y, bend, to.y, to.x) +
         svg_text(to.x - 8, to.y - 7, "class=\"soft small end\"",
                  fmt::format("{}{}", left ? "yes" : "no", missing ? ", missing" : ""), 12);
}

std::string box(Place place, std::string_view style, const std::string& first,
                const std::string& second) {
  return fmt::format(
             "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.0f}\" height=\"{:.0f}\" rx=\"7\" "
             "style=\"fill:var(--page);stroke:var(--rim){}\"/>\n",
             place.x, place.y - box_height / 2, box_width, box_height, style) +
         svg_text(place.x + 10, place.y - 3.5, "class=\"small\"", first, characters) +
         svg_text(place.x + 10, place.y + 12, "class=\"soft small\"", second, characters + 4);
}

/// The value of a leaf as a bar to the left or right of a middle line.
std::string value_bar(Place place, double value, double largest) {
  const double middle = place.x + box_width - 10.0 - bar_room / 2;
  const double length = largest > 0.0 ? std::abs(value) / largest * bar_room / 2 : 0.0;
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"9\"/>\n"
      "<path class=\"axis\" d=\"M{:.2f} {:.2f}v13\"/>\n",
      value < 0.0 ? "f2" : "f1", value < 0.0 ? middle - length : middle, place.y - 13, length,
      middle, place.y - 15);
}

std::string elements_of(const TreeView& view, const std::vector<Place>& places) {
  const auto at = [&](Index i) { return places[static_cast<std::size_t>(i)]; };
  double largest = 0.0;
  for (const Index i : view.shown())
    if (view.node(i).is_leaf()) largest = std::max(largest, std::abs(view.node(i).value));
  std::string edges;
  std::string boxes;
  for (const Index i : view.shown()) {
    const TreeNode& node = view.node(i);
    const std::string rows = fmt::format("{} {}", view.rows(i), view.rows(i) == 1 ? "row" : "rows");
    if (node.is_leaf()) {
      boxes += box(at(i), "", view.number(node.value), fmt::format("leaf {}, {}", i, rows));
      boxes += value_bar(at(i), node.value, largest);
    } else if (view.is_cut(i)) {
      boxes += box(at(i), ";stroke-dasharray:4 3",
                   fmt::format("… {} more nodes", view.nodes_below(i)), rows);
    } else {
      edges += edge(view, i + 1, true, node.missing_left, at(i), at(i + 1));
      edges += edge(view, node.right, false, !node.missing_left, at(i), at(node.right));
      boxes += box(at(i), ";stroke:var(--reference)", view.plain_condition(i),
                   fmt::format("{}, gain {}", rows, view.number(view.gain(i))));
    }
  }
  return edges + boxes;
}

std::string svg_of(const TreeModel& model, Index tree, const TreeExportOptions& options) {
  const TreeView view(model, tree, options, "export_svg");
  const std::string title = view.title();
  const double top = detail::content_top(title);
  const std::vector<Place> places = places_of(view, top);
  double right = detail::chart_width;
  double bottom = top;
  for (const Index i : view.shown()) {
    const Place place = places[static_cast<std::size_t>(i)];
    right = std::max(right, place.x + box_width + margin);
    bottom = std::max(bottom, place.y + row_height / 2);
  }
  const detail::Drawing drawing{title, bottom + margin, elements_of(view, places), right};
  return detail::svg_element(drawing, fmt::format("<style>{}</style>\n", detail::theme_css()));
}

}  // namespace

std::string export_svg(const HistGradientBoostingClassifier& model, Index tree,
                       const TreeExportOptions& options) {
  return svg_of(detail::tree_model(model), tree, options);
}
std::string export_svg(const HistGradientBoostingRegressor& model, Index tree,
                       const TreeExportOptions& options) {
  return svg_of(detail::tree_model(model), tree, options);
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/shap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

/// Loops over quadrature points take them in groups of this size, a vector register's.
constexpr std::size_t lanes = 4;
/// Trees are prepared in groups of about so many numbers, which bounds the memory.
constexpr std::size_t numbers_of_group = std::size_t{1} << 20;

/// ∫₀¹ f(t) dt ≈ Σ weight · f(point), exact for polynomials of degree below twice the number of
/// points.
struct Quadrature {
  std::vector<double> points;
  std::vector<double> weights;

  explicit Quadrature(std::size_t n) : points(n), weights(n) {
    for (std::size_t i = 0; i < n; ++i) {
      double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) /
                          (static_cast<double>(n) + 0.5));
      double slope = 1.0;
      for (int step = 0; step < 100; ++step) {  // Newton's method; 3 or 4 steps do
        const double value = legendre(n, x, slope);
        const double move = value / slope;
        x -= move;
        if (std::abs(move) < 1e-15) break;
      }
      legendre(n, x, slope);
      points[i] = 0.5 * (1.0 + x);
      weights[i] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
  }

 private:
  /// The Legendre polynomial of degree n at x, and its derivative.
  static double legendre(std::size_t n, double x, double& slope) {
    double before = 1.0;
    double value = x;
    for (std::size_t k = 2; k <= n; ++k) {
      const auto d = static_cast<double>(k);
      const double next = ((2.0 * d - 1.0) * x * value - (d - 1.0) * before) / d;
      before = value;
      value = next;
    }
    slope = static_cast<double>(n) * (x * value - before) / (x * x - 1.0);
    return value;
  }
};

/// A node seen from the edge that leads to it.
struct Edge {
  std::int32_t parent = -1;
  std::int32_t feature = -1;  ///< that the parent tests
  std::int32_t earlier = -1;  ///< the nearest node above whose edge tests it too
  std::int32_t distinct = 0;  ///< features tested on the path, each once
  bool is_left = false;
  double share = 1.0;  ///< of the parent's training rows
  double zero = 1.0;   ///< the product of the shares of all edges on the path that test `feature`
};

/// Four rows of numbers an edge, one number a quadrature point t. With Fₒ = t o + (1 − t) z, what a
/// feature contributes to the product of a path, and F' that of the edges above which test the
/// feature too (1 if there are none):
enum EdgeRow : std::size_t {
  step_in,   ///< F₁/F'₁: the row passes
  step_out,  ///< F₀/F'₁: it passed so far and does not pass this edge
  gain_in,  ///< w (1 − z)/F₁ − w (1 − z')/F'₁: by what the integral of the feature changes
  gain_out,  ///< w (0 − z)/F₀ − w (1 − z')/F'₁
  edge_rows
};

/// A tree prepared for many rows.
struct ShapTree {
  const TreeNode* nodes = nullptr;
  Index output = 0;
  std::size_t n_points = 0;
  std::vector<Edge> edges;      ///< one a node; that of the root is empty
  std::vector<double> numbers;  ///< [node][EdgeRow][point]

  std::size_t size() const { return edges.size(); }
  const double* row(std::size_t node, EdgeRow which) const {
    return numbers.data() + (node * edge_rows + which) * n_points;
  }
};

double share_of(double own, double other) {
  return own + other > 0.0 ? own / (own + other) : 0.5;  // trees from elsewhere may have no counts
}

std::vector<Edge> edges_of(const TreeNode* nodes, const TreeNodeInfo* infos, std::size_t n) {
  std::vector<Edge> edges(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (nodes[i].is_leaf()) continue;
    const std::size_t children[] = {i + 1, static_cast<std::size_t>(nodes[i].right)};
    std::int32_t earlier = static_cast<std::int32_t>(i);
    while (earlier > 0 && edges[static_cast<std::size_t>(earlier)].feature != nodes[i].feature)
      earlier = edges[static_cast<std::size_t>(earlier)].parent;
    if (earlier == 0) earlier = -1;
    for (int side = 0; side < 2; ++side) {
      Edge& edge = edges[children[side]];
      edge.parent = static_cast<std::int32_t>(i);
      edge.feature = nodes[i].feature;
      edge.earlier = earlier;
      edge.distinct = edges[i].distinct + (earlier < 0 ? 1 : 0);
      edge.is_left = side == 0;
      edge.share = share_of(infos[children[side]].count, infos[children[1 - side]].count);
      edge.zero = edge.share * (earlier < 0 ? 1.0 : edges[static_cast<std::size_t>(earlier)].zero);
    }
  }
  return edges;
}

/// The points that the deepest path needs, in whole vector registers.
std::size_t points_for(const std::vector<Edge>& edges) {
  std::int32_t most = 1;
  for (const Edge& edge : edges) most = std::max(most, edge.distinct);
  const auto needed = static_cast<std::size_t>((most + 1) / 2);
  return (needed + lanes - 1) / lanes * lanes;
}

void fill_numbers(ShapTree& tree, const Quadrature& quadrature) {
  tree.n_points = quadrature.points.size();
  tree.numbers.resize(tree.size() * edge_rows * tree.n_points);
  for (std::size_t i = 1; i < tree.size(); ++i) {
    const Edge& edge = tree.edges[i];
    const double z = edge.zero;
    const double z_above =
        edge.earlier < 0 ? 1.0 : tree.edges[static_cast<std::size_t>(edge.earlier)].zero;
    double* out = tree.numbers.data() + i * edge_rows * tree.n_points;
    for (std::size_t q = 0; q < tree.n_points; ++q) {
      const double t = quadrature.points[q];
      const double w = quadrature.weights[q];
      const double above = 1.0 / (t + (1.0 - t) * z_above);
      const double passes = t + (1.0 - t) * z;
      out[step_in * tree.n_points + q] = passes * above;
      out[step_out * tree.n_points + q] = (1.0 - t) * z * above;
      const double integral_above = w * (1.0 - z_above) * above;
      out[gain_in * tree.n_points + q] = w * (1.0 - z) / passes - integral_above;
      out[gain_out * tree.n_points + q] = -w / (1.0 - t) - integral_above;  // for z = 0 its limit
    }
  }
}

/// Prepares trees from `first` on until the group is large enough.
std::vector<ShapTree> prepare_group(const BoostedTrees& trees, Index first) {
  std::vector<ShapTree> group;
  std::map<std::size_t, Quadrature> quadratures;
  std::size_t numbers = 0;
  for (Index t = first; t < trees.n_trees() && (group.empty() || numbers < numbers_of_group); ++t) {
    const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)]);
    const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t) + 1]);
    ShapTree tree;
    tree.nodes = trees.nodes.data() + begin;
    tree.output = t % trees.outputs();
    tree.edges = edges_of(tree.nodes, trees.infos.data() + begin, end - begin);
    tree.n_points = points_for(tree.edges);
    quadratures.try_emplace(tree.n_points, tree.n_points);
    numbers += tree.size() * edge_rows * tree.n_points;
    group.push_back(std::move(tree));
  }
  parallel_for(static_cast<Index>(group.size()), 0.25 * static_cast<double>(numbers), [&](Index i) {
    ShapTree& tree = group[static_cast<std::size_t>(i)];
    fill_numbers(tree, quadratures.at(tree.n_points));
  });
  return group;
}

/// What one row needs while it goes through a tree.
struct Workspace {
  std::vector<double> products;  ///< [node][point]: of its path going down, summed going up
  std::vector<char> passed;      ///< the row passes all tests of the edge's feature up to here
  std::vector<char> left;        ///< where the row goes at the node
};

/// Going down: products of the paths; at the leaves times their values.
void descend(const BoostedTrees& trees, const ShapTree& tree, const double* row, Workspace& work) {
  const std::size_t m = tree.n_points;
  std::fill_n(work.products.begin(), m, 1.0);
  work.passed[0] = 1;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    double* product = work.products.data() + i * m;
    if (i > 0) {
      const Edge& edge = tree.edges[i];
      const double* above = work.products.data() + static_cast<std::size_t>(edge.parent) * m;
      const bool passed_above =
          edge.earlier < 0 || work.passed[static_cast<std::size_t>(edge.earlier)] != 0;
      const bool taken = (work.left[static_cast<std::size_t>(edge.parent)] != 0) == edge.is_left;
      work.passed[i] = static_cast<char>(passed_above && taken);
      if (passed_above) {
        const double* step = tree.row(i, taken ? step_in : step_out);
        for (std::size_t q = 0; q < m; ++q) product[q] = above[q] * step[q];
      } else {
        for (std::size_t q = 0; q < m; ++q) product[q] = above[q] * edge.share;
      }
    }
    if (node.is_leaf()) {
      for (std::size_t q = 0; q < m; ++q) product[q] *= node.value;
    } else {
      work.left[i] = static_cast<char>(goes_left(node, row[node.feature], trees.category_sets));
    }
  }
}

/// Going up: sums over the leaves below each edge, and from them the contributions, `lanes` partial
/// sums a feature. A right child comes after the left one, and begins the sum of its parent.
void ascend(const ShapTree& tree, Workspace& work, double* contributions) {
  const std::size_t m = tree.n_points;
  for (std::size_t i = tree.size() - 1; i > 0; --i) {
    const Edge& edge = tree.edges[i];
    const double* sum = work.products.data() + i * m;
    double* parent = work.products.data() + static_cast<std::size_t>(edge.parent) * m;
    if (edge.is_left) {
      for (std::size_t q = 0; q < m; ++q) parent[q] += sum[q];
    } else {
      std::copy_n(sum, m, parent);
    }
    if (edge.earlier >= 0 && work.passed[static_cast<std::size_t>(edge.earlier)] == 0) continue;
    const double* gain = tree.row(i, work.passed[i] != 0 ? gain_in : gain_out);
    double* out = contributions + static_cast<std::size_t>(edge.feature) * lanes;
    std::array<double, lanes> total{};
    for (std::size_t q = 0; q < m; q += lanes)
      for (std::size_t l = 0; l < lanes; ++l) total[l] += sum[q + l] * gain[q + l];
    for (std::size_t l = 0; l < lanes; ++l) out[l] += total[l];
  }
}

/// A few rows through all trees of a group: `rows` are contiguous, contributions are added to
/// `values` from row `begin` on.
class RowBlock {
 public:
  RowBlock(const BoostedTrees& trees, const std::vector<ShapTree>& group, Index most_rows)
      : trees_(trees),
        group_(group),
        p_(static_cast<std::size_t>(trees.n_features)),
        rows_(static_cast<std::size_t>(most_rows) * p_),
        sums_(static_cast<std::size_t>(most_rows * trees.outputs()) * p_ * lanes) {
    std::size_t numbers = 0;
    std::size_t nodes = 0;
    for (const ShapTree& tree : group) {
      numbers = std::max(numbers, tree.size() * tree.n_points);
      nodes = std::max(nodes, tree.size());
    }
    work_.products.resize(numbers);
    work_.passed.resize(nodes);
    work_.left.resize(nodes);
  }

  void run(const Table& table, Index begin, Index end, std::vector<Matrix>& values) {
    gather(table, begin, end);
    std::fill(sums_.begin(), sums_.end(), 0.0);
    for (const ShapTree& tree : group_) {
      for (Index i = 0; i < end - begin; ++i) {
        descend(trees_, tree, rows_.data() + static_cast<std::size_t>(i) * p_, work_);
        ascend(tree, work_, sums_of(i, tree.output));
      }
    }
    for (Index k = 0; k < trees_.outputs(); ++k) {
      for (std::size_t f = 0; f < p_; ++f) {
        double* column = values[static_cast<std::size_t>(k)].col(static_cast<Index>(f)).data();
        for (Index i = begin; i < end; ++i) {
          const double* s = sums_of(i - begin, k) + f * lanes;
          column[i] += (s[0] + s[1]) + (s[2] + s[3]);
        }
      }
    }
  }

 private:
  double* sums_of(Index i, Index output) {
    return sums_.data() + static_cast<std::size_t>(i * trees_.outputs() + output) * p_ * lanes;
  }
  void gather(const Table& table, Index begin, Index end) {
    for (std::size_t f = 0; f < p_; ++f) {
      const double* column = table.column(static_cast<Index>(f));
      for (Index i = begin; i < end; ++i)
        rows_[static_cast<std::size_t>(i - begin) * p_ + f] = column[table.source_row(i)];
    }
  }

  const BoostedTrees& trees_;
  const std::vector<ShapTree>& group_;
  std::size_t p_;
  std::vector<double> rows_;
  std::vector<double> sums_;  ///< [row][output][feature][lane]
  Workspace work_;
};

}  // namespace

Vector expected_raw(const BoostedTrees& trees) {
  Vector result = trees.baseline;
  for (Index t = 0; t < trees.n_trees(); ++t) {
    const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)]);
    const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t) + 1]);
    const std::vector<Edge> edges =
        edges_of(trees.nodes.data() + begin, trees.infos.data() + begin, end - begin);
    std::vector<double> reach(edges.size(), 1.0);
    double mean = 0.0;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (i > 0) reach[i] = reach[static_cast<std::size_t>(edges[i].parent)] * edges[i].share;
      if (trees.nodes[begin + i].is_leaf()) mean += reach[i] * trees.nodes[begin + i].value;
    }
    result[t % trees.outputs()] += mean;
  }
  return result;
}

std::vector<Matrix> shap_values(const BoostedTrees& trees, const Table& table) {
  const Index n = table.n_rows;
  const Index p = trees.n_features;
  std::vector<Matrix> values(static_cast<std::size_t>(trees.outputs()), Matrix::Zero(n, p));
  const Index numbers_a_row = trees.outputs() * p * static_cast<Index>(lanes);
  const Index block = std::clamp<Index>(32768 / std::max<Index>(numbers_a_row, 1), 1, 32);
  for (Index first = 0; first < trees.n_trees();) {
    const std::vector<ShapTree> group = prepare_group(trees, first);
    double numbers = 0.0;
    for (const ShapTree& tree : group)
      numbers += static_cast<double>(tree.size() * (tree.n_points + 4));
    const Index blocks_a_task = 4;
    parallel_for_blocks(Blocks{n, block * blocks_a_task}, static_cast<double>(n) * numbers,
                        [&](Index begin, Index end) {
                          RowBlock rows(trees, group, block);
                          for (Index i = begin; i < end; i += block)
                            rows.run(table, i, std::min(i + block, end), values);
                        });
    first += static_cast<Index>(group.size());
  }
  return values;
}

}  // namespace espalier::hgb

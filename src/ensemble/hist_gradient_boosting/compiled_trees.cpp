// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/compiled_trees.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include <espalier/core/parallel.hpp>

#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

constexpr std::int32_t most_leaves = 256;
constexpr std::int32_t most_lane_columns = 256;
constexpr std::int32_t most_set_features = 32;
constexpr std::size_t most_set_words = std::size_t{1} << 20;  // 8 MiB of bits
constexpr int most_groups = 256;                              // 16384 trees
constexpr std::size_t most_classes = 256;                     // that sets of the kernel hold
constexpr Index most_codes = Index{1} << 24;                  // of all sets together
constexpr std::uint8_t missing_at = 0xBF;                     // see in_set
constexpr std::uint8_t missing_rank = 255;
constexpr Index blocks_per_task = 4;

/// How many leaves of a tree are stored: what the kernel keeps in registers has fixed sizes.
std::uint32_t padded_leaves(std::uint32_t n) {
  for (const std::uint32_t size : {16U, 32U, 64U})
    if (n <= size) return size;
  return (n + 7) / 8 * 8;
}

/// Codes from here on are in no set of the node's feature.
Index category_limit(const BoostedTrees& trees, const TreeNode& node) {
  return 32 *
         static_cast<Index>(trees.category_sets[static_cast<std::size_t>(node.left_set)].size());
}

std::span<const TreeNode> nodes_of(const BoostedTrees& trees, Index t) {
  const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)]);
  const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t) + 1]);
  return std::span(trees.nodes).subspan(begin, end - begin);
}

/// Writes a value for those sources, ordered by feature, that read it.
template <class Sources>
void write_all_of(const Sources& sources, Index feature, double x, std::uint8_t* at) {
  auto source = std::lower_bound(sources.begin(), sources.end(), feature,
                                 [](const auto& s, Index f) { return s.feature < f; });
  for (; source != sources.end() && source->feature == feature; ++source)
    source->write(x, at, block_rows);
}

}  // namespace

bool CompiledTrees::fits(const BoostedTrees& trees) {
  for (Index t = 0; t < trees.n_trees(); ++t)
    if (static_cast<std::int32_t>(nodes_of(trees, t).size()) > 2 * most_leaves - 1) return false;
  // Models from elsewhere may treat zero as missing, or an unseen category unlike a missing one.
  Index codes = 0;
  for (const TreeNode& node : trees.nodes) {
    if (node.is_leaf()) continue;
    if (node.left_set == TreeNode::threshold_without_zero) return false;
    if (node.is_categorical() && node.unseen_left != node.missing_left) return false;
    if (node.is_categorical()) codes += category_limit(trees, node);
  }
  return codes <= most_codes;
}

/// Builds the parts one after the other.
struct CompiledTrees::Compiler {
  CompiledTrees& out;
  const BoostedTrees& trees;
  std::vector<std::vector<double>> thresholds;          // by feature, ascending
  std::vector<std::vector<std::int32_t>> rank_sources;  // by feature: its chunks of thresholds
  std::vector<std::int32_t> set_source;                 // by feature; none: too many classes
  static constexpr std::int32_t none = -1;

  void run(bool for_one_row) {
    collect_thresholds();
    collect_sets();
    std::size_t n_leaves = 0, set_nodes = 0;
    for (Index t = 0; t < trees.n_trees(); ++t) {
      n_leaves += padded_leaves(static_cast<std::uint32_t>(nodes_of(trees, t).size() / 2 + 1));
      for (const TreeNode& node : nodes_of(trees, t))
        set_nodes += !node.is_leaf() && node.left_set >= 0 ? 1 : 0;
    }
    out.leaves_ = AlignedArray<double>(n_leaves);
    out.sets_ = AlignedArray<std::uint8_t>(64 * set_nodes);
    out.nodes_.reserve(trees.nodes.size() / 2);
    for (Index t = 0; t < trees.n_trees(); ++t) add_tree(nodes_of(trees, t));
    std::stable_sort(
        out.memberships_.begin(), out.memberships_.end(),
        [](const Membership& a, const Membership& b) { return a.feature < b.feature; });
    if (for_one_row) build_lanes();
  }

  void collect_thresholds() {
    const auto p = static_cast<std::size_t>(trees.n_features);
    thresholds.resize(p);
    rank_sources.resize(p);
    for (const TreeNode& node : trees.nodes)
      if (!node.is_leaf() && node.left_set < 0)
        thresholds[static_cast<std::size_t>(node.feature)].push_back(node.value);
    for (std::size_t f = 0; f < p; ++f) {
      out.first_source_.push_back(out.sources_.size());
      std::vector<double>& all = thresholds[f];
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
      for (std::size_t begin = 0; begin < all.size(); begin += RankGrid::most_thresholds) {
        const std::size_t size =
            std::min(all.size() - begin, std::size_t{RankGrid::most_thresholds});
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
        rank_sources[f].push_back(static_cast<std::int32_t>(out.sources_.size()));
        out.sources_.push_back(
            {static_cast<Index>(f), RankGrid({first, first + static_cast<std::ptrdiff_t>(size)})});
      }
    }
    out.first_source_.push_back(out.sources_.size());
  }

  void collect_sets() {
    const auto p = static_cast<std::size_t>(trees.n_features);
    set_source.assign(p, none);
    std::vector<std::vector<const TreeNode*>> splits(p);
    for (const TreeNode& node : trees.nodes)
      if (!node.is_leaf() && node.is_categorical())
        splits[static_cast<std::size_t>(node.feature)].push_back(&node);
    for (std::size_t f = 0; f < p; ++f) {
      SetSource source{static_cast<Index>(f), out.n_columns_, {}, {}};
      if (splits[f].empty() || !find_classes(splits[f], source)) continue;
      set_source[f] = static_cast<std::int32_t>(out.set_sources_.size());
      out.set_sources_.push_back(std::move(source));
      out.n_columns_ += 2;
    }
  }

  /// Splits the codes into classes, set after set; false if there are too many.
  bool find_classes(const std::vector<const TreeNode*>& splits, SetSource& source) const {
    Index limit = 0;
    for (const TreeNode* node : splits) limit = std::max(limit, category_limit(trees, *node));
    std::vector<std::size_t> classes(static_cast<std::size_t>(limit), 0);
    std::size_t n_classes = 0;
    for (const TreeNode* node : splits) {
      std::map<std::pair<std::size_t, bool>, std::size_t> renamed;
      for (std::size_t code = 0; code < classes.size(); ++code) {
        const bool left = goes_left(*node, static_cast<double>(code), trees.category_sets);
        classes[code] = renamed.try_emplace({classes[code], left}, renamed.size()).first->second;
      }
      n_classes = renamed.size();
      if (n_classes > most_classes) return false;
    }
    source.class_of.assign(classes.begin(), classes.end());
    source.examples.resize(n_classes);
    for (std::size_t code = classes.size(); code-- > 0;)
      source.examples[classes[code]] = static_cast<std::uint32_t>(code);
    return true;
  }

  void add_tree(std::span<const TreeNode> tree) {
    ScoringTree result{static_cast<std::uint32_t>(out.nodes_.size()), 0, 0, 0};
    if (!out.trees_.empty()) {
      const ScoringTree& last = out.trees_.back();
      result.first_leaf = last.first_leaf + last.n_leaves;
    }
    // In preorder a node's first leaf is the number of leaves before it.
    std::vector<std::uint8_t> leaves_before(tree.size());
    std::uint32_t n_leaves = 0;
    for (std::size_t i = 0; i < tree.size(); ++i) {
      leaves_before[i] = static_cast<std::uint8_t>(n_leaves);
      if (tree[i].is_leaf()) out.leaves_[result.first_leaf + n_leaves++] = tree[i].value;
    }
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (tree[i].is_leaf()) continue;
      ScoringNode node = condition(tree[i]);
      node.first = leaves_before[i];
      node.right = leaves_before[static_cast<std::size_t>(tree[i].right)];
      out.nodes_.push_back(node);
    }
    result.n_nodes = static_cast<std::uint32_t>(out.nodes_.size()) - result.first_node;
    result.n_leaves = padded_leaves(n_leaves);
    out.trees_.push_back(result);
  }

  std::int32_t column_in(std::int32_t& column) {
    if (column < 0) column = out.n_columns_++;
    return column;
  }

  ScoringNode condition(const TreeNode& node) {
    if (node.left_set >= 0) return set_condition(node);
    const auto f = static_cast<std::size_t>(node.feature);
    const auto at = static_cast<std::size_t>(
        std::lower_bound(thresholds[f].begin(), thresholds[f].end(), node.value) -
        thresholds[f].begin());
    const std::size_t chunk = at / RankGrid::most_thresholds;
    Source& source = out.sources_[static_cast<std::size_t>(rank_sources[f][chunk])];
    const std::int32_t column =
        column_in(node.missing_left ? source.missing_low : source.missing_high);
    // x ≤ threshold k: at most k thresholds are below x.
    const auto bound = static_cast<std::uint8_t>(at % RankGrid::most_thresholds + 1);
    return {static_cast<std::uint32_t>(column), 0, bound, 0, 0, ScoringTest::rank};
  }

  ScoringNode set_condition(const TreeNode& node) {
    const std::int32_t known = set_source[static_cast<std::size_t>(node.feature)];
    if (known == none) return membership(node);
    const SetSource& source = out.set_sources_[static_cast<std::size_t>(known)];
    const auto set = static_cast<std::uint32_t>(n_sets++);
    for (std::size_t c = 0; c < source.examples.size(); ++c)
      if (goes_left(node, source.examples[c], trees.category_sets) != node.missing_left)
        out.sets_[std::size_t{64} * set + c / 8] |= static_cast<std::uint8_t>(1U << (c % 8));
    return {static_cast<std::uint32_t>(source.column),
            set,
            0,
            0,
            0,
            node.missing_left ? ScoringTest::outside_set : ScoringTest::set};
  }

  ScoringNode membership(const TreeNode& node) {
    Membership m{node.feature, {}, side(node.missing_left), out.n_columns_++};
    const Index limit = category_limit(trees, node);
    for (Index code = 0; code < limit; ++code)
      m.by_code.push_back(side(goes_left(node, static_cast<double>(code), trees.category_sets)));
    const auto column = static_cast<std::uint32_t>(m.column);
    out.memberships_.push_back(std::move(m));
    return {column, 0, 1, 0, 0, ScoringTest::rank};
  }

  static std::uint8_t side(bool left) { return left ? 0 : 2; }

  // For one row.

  void build_lanes() {
    const auto n_trees = static_cast<int>(out.trees_.size());
    const int groups = (n_trees + lane_trees - 1) / lane_trees;
    if (out.path_ == InstructionSet::portable || n_trees == 0 ||
        out.n_columns_ > most_lane_columns || groups > most_groups ||
        static_cast<std::int32_t>(out.set_sources_.size()) > most_set_features)
      return;
    out.slot_begin_.assign(1, 0);
    for (int g = 0; g < groups; ++g) {
      std::uint32_t slots = 0;
      for (int t = g * lane_trees; t < std::min(n_trees, (g + 1) * lane_trees); ++t)
        slots = std::max(slots, out.trees_[static_cast<std::size_t>(t)].n_nodes);
      out.slot_begin_.push_back(out.slot_begin_.back() + static_cast<std::int32_t>(slots));
    }
    const auto n_slots = static_cast<std::size_t>(out.slot_begin_.back());
    if (!lay_out_sets(n_slots)) return;
    const std::size_t part = n_slots * lane_trees;
    out.lane_bytes_ = AlignedArray<std::uint8_t>(4 * part);
    std::uint8_t* const bytes = out.lane_bytes_.data();
    std::fill(bytes + part, bytes + 2 * part, std::uint8_t{255});  // bounds: nothing is above
    for (int t = 0; t < n_trees; ++t) {
      const ScoringTree& tree = out.trees_[static_cast<std::size_t>(t)];
      const int first_slot = out.slot_begin_[static_cast<std::size_t>(t / lane_trees)];
      for (std::uint32_t k = 0; k < tree.n_nodes; ++k) {
        const ScoringNode& node = out.nodes_[tree.first_node + k];
        const auto slot = static_cast<std::size_t>(first_slot) + k;
        const std::size_t at = slot * lane_trees + static_cast<std::size_t>(t % lane_trees);
        bytes[2 * part + at] = node.first;
        bytes[3 * part + at] = node.right;
        if (node.test == ScoringTest::rank) {
          bytes[at] = static_cast<std::uint8_t>(node.column);
          bytes[part + at] = node.bound;
        } else {
          add_set_bits(node, slot, std::uint64_t{1} << (t % lane_trees), n_slots);
        }
      }
    }
    out.lanes_ = {static_cast<int>(n_slots),
                  groups,
                  out.slot_begin_.data(),
                  bytes,
                  bytes + part,
                  bytes + 2 * part,
                  bytes + 3 * part,
                  static_cast<int>(out.set_sources_.size()),
                  out.n_columns_};
  }

  bool contains(const ScoringNode& node, std::size_t c) const {
    return (out.sets_[std::size_t{64} * node.set + c / 8] >> (c % 8) & 1U) != 0;
  }

  bool lay_out_sets(std::size_t n_slots) {
    std::size_t words = 0;
    for (const SetSource& source : out.set_sources_) {
      out.set_begin_.push_back(words);
      words += (source.examples.size() + 1) * n_slots;
    }
    if (words > most_set_words) return false;
    out.set_bits_.assign(words, 0);
    return true;
  }

  std::size_t source_of(const ScoringNode& node) const {
    for (std::size_t s = 0; s < out.set_sources_.size(); ++s)
      if (out.set_sources_[s].column == static_cast<std::int32_t>(node.column)) return s;
    return 0;
  }

  void add_set_bits(const ScoringNode& node, std::size_t slot, std::uint64_t bit,
                    std::size_t n_slots) {
    const std::size_t s = source_of(node);
    const std::size_t classes = out.set_sources_[s].examples.size();
    for (std::size_t c = 0; c < classes; ++c)
      if (contains(node, c) == (node.test == ScoringTest::outside_set))
        out.set_bits_[out.set_begin_[s] + c * n_slots + slot] |= bit;
    if (node.test == ScoringTest::set)
      out.set_bits_[out.set_begin_[s] + classes * n_slots + slot] |= bit;
  }

  std::size_t n_sets = 0;
};

CompiledTrees::CompiledTrees(const BoostedTrees& trees, bool for_one_row, InstructionSet path)
    : path_(path), baseline_(trees.baseline), n_trees_(trees.n_trees()) {
  if (!fits(trees)) return;
  Compiler{*this, trees, {}, {}, {}, 0}.run(for_one_row);
  usable_ = true;
}

/// The bytes of a value: column c of it is at[c · step].
void CompiledTrees::Source::write(double x, std::uint8_t* at, std::ptrdiff_t step) const noexcept {
  const bool missing = std::isnan(x);
  const auto rank = static_cast<std::uint8_t>(grid.rank(x) + 1);
  if (missing_high >= 0) at[missing_high * step] = missing ? missing_rank : rank;
  if (missing_low >= 0) at[missing_low * step] = missing ? std::uint8_t{0} : rank;
}

void CompiledTrees::SetSource::write(double x, std::uint8_t* at,
                                     std::ptrdiff_t step) const noexcept {
  const int c = class_at(x);
  at[column * step] = c >= 0 ? static_cast<std::uint8_t>(c / 8) : missing_at;
  at[(column + 1) * step] = static_cast<std::uint8_t>(1U << (c & 7));
}

void CompiledTrees::Membership::write(double x, std::uint8_t* at,
                                      std::ptrdiff_t step) const noexcept {
  at[column * step] = x >= 0.0 && x < static_cast<double>(by_code.size())
                          ? by_code[static_cast<std::size_t>(x)]
                          : otherwise;
}

void CompiledTrees::encode_block(const Table& table, Index begin, Index end, std::uint8_t* columns,
                                 double* values) const {
  const int n = static_cast<int>(end - begin);
  const auto column_at = [&](std::int32_t c) {
    return columns + static_cast<std::ptrdiff_t>(c) * block_rows;
  };
  const auto read = [&](Index feature) {
    const double* column = table.column(feature);
    if (table.rows.empty()) return column + begin;
    for (Index i = begin; i < end; ++i) values[i - begin] = column[table.source_row(i)];
    return static_cast<const double*>(values);
  };
  const auto is_dense = [&](Index feature) { return table.column(feature) != nullptr; };
  for (const Source& source : sources_) {
    if (!is_dense(source.feature)) continue;
    const double* x = read(source.feature);
    std::uint8_t* const high = source.missing_high >= 0 ? column_at(source.missing_high) : nullptr;
    std::uint8_t* const low = source.missing_low >= 0 ? column_at(source.missing_low) : nullptr;
    if (high == nullptr) {
      source.grid.rank(x, n, 0, low);
      continue;
    }
    source.grid.rank(x, n, missing_rank, high);
    if (low == nullptr) continue;
    for (int i = 0; i < block_rows; ++i)
      low[i] = high[i] == missing_rank ? std::uint8_t{0} : high[i];
  }
  const auto write_all = [&](const auto& source) {
    if (!is_dense(source.feature)) return;
    const double* x = read(source.feature);
    for (int i = 0; i < n; ++i) source.write(x[i], columns + i, block_rows);
  };
  for (const SetSource& source : set_sources_) write_all(source);
  for (const Membership& source : memberships_) write_all(source);
}

/// The bytes of the columns of a sparse matrix: zeros first, then what the rows hold.
void CompiledTrees::encode_sparse(const Table& table, Index begin, Index end,
                                  std::span<const std::uint8_t> zeros,
                                  std::uint8_t* columns) const {
  for (std::size_t c = 0; c < zeros.size(); ++c)
    std::memset(columns + c * block_rows, zeros[c], block_rows);
  for (Index i = begin; i < end; ++i) {
    std::uint8_t* const at = columns + (i - begin);
    for (SparseMatrix::InnerIterator it(*table.sparse, table.source_row(i)); it; ++it) {
      if (table.column(it.col()) != nullptr) continue;
      const auto f = static_cast<std::size_t>(it.col());
      for (std::size_t k = first_source_[f]; k < first_source_[f + 1]; ++k)
        sources_[k].write(it.value(), at, block_rows);
      write_all_of(set_sources_, it.col(), it.value(), at);
      write_all_of(memberships_, it.col(), it.value(), at);
    }
  }
}

Matrix CompiledTrees::predict(const Table& table) const {
  const Index n = table.n_rows, outputs = baseline_.size();
  Matrix result(n, outputs);
  const BlockModel model{
      nodes_.data(),  trees_.data(), static_cast<int>(trees_.size()), static_cast<int>(outputs),
      leaves_.data(), sets_.data()};
  const double work = static_cast<double>(n) * static_cast<double>(n_columns_ + n_trees_);
  std::vector<std::uint8_t> zeros;
  if (table.is_sparse()) {
    zeros.resize(static_cast<std::size_t>(n_columns_));
    const auto write_zero = [&](const auto& source) { source.write(0.0, zeros.data(), 1); };
    std::for_each(sources_.begin(), sources_.end(), write_zero);
    std::for_each(set_sources_.begin(), set_sources_.end(), write_zero);
    std::for_each(memberships_.begin(), memberships_.end(), write_zero);
  }
  parallel_for_blocks({n, block_rows * blocks_per_task}, work, [&](Index task, Index task_end) {
    AlignedArray<std::uint8_t> columns(static_cast<std::size_t>(n_columns_) * block_rows);
    AlignedArray<double> raw(static_cast<std::size_t>(outputs) * block_rows);
    std::vector<double> values(block_rows);
    for (Index begin = task; begin < task_end; begin += block_rows) {
      const Index end = std::min<Index>(begin + block_rows, task_end);
      if (table.is_sparse()) encode_sparse(table, begin, end, zeros, columns.data());
      encode_block(table, begin, end, columns.data(), values.data());
      for (Index k = 0; k < outputs; ++k)
        std::fill_n(raw.data() + k * block_rows, block_rows, baseline_[k]);
      score_block(path_, model, columns.data(), raw.data());
      for (Index k = 0; k < outputs; ++k)
        std::copy_n(raw.data() + k * block_rows, end - begin, result.col(k).data() + begin);
    }
  });
  return result;
}

void CompiledTrees::encode_row(const double* row, std::uint8_t* values) const noexcept {
  for (const Source& source : sources_) source.write(row[source.feature], values, 1);
  for (const Membership& source : memberships_) source.write(row[source.feature], values, 1);
}

void CompiledTrees::predict_row(const double* row, double* raw) const noexcept {
  alignas(64) std::uint8_t values[most_lane_columns] = {};
  alignas(64) std::uint8_t leaf[most_groups * lane_trees];
  const std::uint64_t* set_bits[most_set_features];
  encode_row(row, values);
  const auto n_slots = static_cast<std::size_t>(lanes_.n_slots);
  for (std::size_t s = 0; s < set_sources_.size(); ++s) {
    const SetSource& source = set_sources_[s];
    const int c = source.class_at(row[source.feature]);
    const std::size_t at = c >= 0 ? static_cast<std::size_t>(c) : source.examples.size();
    set_bits[s] = set_bits_.data() + set_begin_[s] + at * n_slots;
  }
  find_leaves(path_, lanes_, values, set_bits, leaf);
  const Index outputs = baseline_.size();
  for (Index k = 0; k < outputs; ++k) {
    double sum = baseline_[k];
    for (Index t = k; t < n_trees_; t += outputs)
      sum += leaves_[trees_[static_cast<std::size_t>(t)].first_leaf + leaf[t]];
    raw[k] = sum;
  }
}

}  // namespace espalier::hgb

// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/dense_blocks.hpp"

#include <algorithm>

namespace espalier::hgb {

NarrowTrees narrow(const BoostedTrees& trees, Index first, Index last) {
  const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(first)]);
  const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(last)]);
  NarrowTrees result;
  std::vector<std::int32_t> place(static_cast<std::size_t>(trees.n_features), -1);
  for (std::size_t i = begin; i < end; ++i)
    if (!trees.nodes[i].is_leaf()) place[static_cast<std::size_t>(trees.nodes[i].feature)] = 0;
  for (std::size_t f = 0; f < place.size(); ++f) {
    if (place[f] < 0) continue;
    place[f] = static_cast<std::int32_t>(result.features.size());
    result.features.push_back(static_cast<Index>(f));
  }
  BoostedTrees& out = result.trees;
  out.n_features = static_cast<Index>(result.features.size());
  out.baseline = trees.baseline;
  for (Index t = first; t < last; ++t)
    out.tree_begin.push_back(trees.tree_begin[static_cast<std::size_t>(t) + 1] -
                             static_cast<Index>(begin));
  out.infos.assign(trees.infos.begin() + static_cast<std::ptrdiff_t>(begin),
                   trees.infos.begin() + static_cast<std::ptrdiff_t>(end));
  for (std::size_t i = begin; i < end; ++i) {
    TreeNode node = trees.nodes[i];
    if (!node.is_leaf()) node.feature = place[static_cast<std::size_t>(node.feature)];
    if (!node.is_leaf() && node.is_categorical()) {
      const auto set = trees.category_sets[static_cast<std::size_t>(node.left_set)];
      node.left_set = static_cast<std::int32_t>(out.category_sets.size());
      out.category_sets.push_back(set);
    }
    out.nodes.push_back(node);
  }
  return result;
}

SelectedColumns::SelectedColumns(const Table& table, std::span<const Index> features)
    : table_(table), features_(features), place_(static_cast<std::size_t>(table.n_features()), -1) {
  for (std::size_t k = 0; k < features.size(); ++k)
    if (table.column(features[k]) == nullptr)
      place_[static_cast<std::size_t>(features[k])] = static_cast<std::int32_t>(k);
}

Index SelectedColumns::rows_per_block() const {
  const auto width = static_cast<Index>(std::max<std::size_t>(features_.size(), 1));
  return std::clamp<Index>((Index{1} << 18) / width, 64, 4'096);
}

Matrix SelectedColumns::read(Index begin, Index end) const {
  Matrix block = Matrix::Zero(end - begin, static_cast<Index>(features_.size()));
  for (std::size_t k = 0; k < features_.size(); ++k) {
    const double* column = table_.column(features_[k]);
    if (column == nullptr) continue;
    for (Index i = begin; i < end; ++i)
      block(i - begin, static_cast<Index>(k)) = column[table_.source_row(i)];
  }
  for (Index i = begin; i < end; ++i)
    for (SparseMatrix::InnerIterator it(*table_.sparse, table_.source_row(i)); it; ++it)
      if (const std::int32_t k = place_[static_cast<std::size_t>(it.col())]; k >= 0)
        block(i - begin, k) = it.value();
  return block;
}

Table table_of(const Matrix& X) {
  Table table;
  table.n_rows = X.rows();
  for (Index k = 0; k < X.cols(); ++k) table.columns.push_back(X.col(k).data());
  return table;
}

}  // namespace espalier::hgb

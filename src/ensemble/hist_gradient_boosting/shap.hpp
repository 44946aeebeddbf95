// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Exact SHAP values of boosted trees.
///
/// The game of a row x: v(S), for a set S of features, is what the trees predict when a node that
/// tests a feature outside of S sends x both ways, in the shares of the training rows that went
/// left and right ("path-dependent" in the shap package). A leaf adds its value times
/// ∏_{j∈S} oⱼ ∏_{j∉S} zⱼ over the d features j on its path, where oⱼ is 1 if x passes all their
/// tests and 0 otherwise, and zⱼ is the product of the shares. Writing the Shapley weights as
/// integrals, ∫₀¹ t^|S| (1−t)^(d−1−|S|) dt, feature i gets from that leaf
///
///     value · (oᵢ − zᵢ) ∫₀¹ ∏_{j≠i} (t oⱼ + (1−t) zⱼ) dt
///
/// whose integrand is a polynomial of degree d − 1, for which Gauss–Legendre quadrature with ⌈d/2⌉
/// points is exact. Products over paths are built going down a tree and summed over leaves going up,
/// so each edge is touched twice: O(leaves × depth) a row and tree, against O(leaves × depth²) of the
/// original algorithm, and without its subtractions of nearly equal numbers.
///
/// @see Lundberg, Erion & Lee, arXiv:1802.03888 (2018); Lundberg et al., Nature Machine Intelligence
/// 2 (2020) 56–67; Yu, Bifet, Read & Xu, "Linear TreeShap", NeurIPS 35 (2022), for sums of
/// polynomials over subtrees
#pragma once

#include <vector>

#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// For each output the mean of the raw prediction over training rows, by their numbers in the leaves:
/// v(∅).
Vector expected_raw(const BoostedTrees& trees);

/// For each output n × p contributions to the raw predictions of a table. Rows run in parallel; the
/// bits depend neither on the number of threads nor on the other rows. Beside the result it takes
/// some 10 MB at most, whatever the number of trees, or what one large tree needs.
std::vector<Matrix> shap_values(const BoostedTrees& trees, const Table& table);

}  // namespace espalier::hgb

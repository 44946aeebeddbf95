// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything of cluster: k-means.
#pragma once

#include <espalier/cluster/kmeans.hpp>
#include <espalier/cluster/kmeans_plusplus.hpp>
#include <espalier/cluster/mini_batch_kmeans.hpp>

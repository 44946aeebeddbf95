// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that finds directions in which data vary.
#pragma once

#include <espalier/decomposition/incremental_pca.hpp>
#include <espalier/decomposition/number_of_components.hpp>
#include <espalier/decomposition/pca.hpp>
#include <espalier/decomposition/truncated_svd.hpp>

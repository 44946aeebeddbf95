// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// All losses.
#pragma once

#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/focal.hpp>
#include <espalier/neural_network/hinge.hpp>
#include <espalier/neural_network/regression_losses.hpp>

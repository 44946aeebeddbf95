// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that minimises a function.
#pragma once

#include <espalier/optim/lbfgs.hpp>
#include <espalier/optim/newton_cg.hpp>
#include <espalier/optim/newton_cholesky.hpp>
#include <espalier/optim/result.hpp>
#include <espalier/optim/smooth_function.hpp>

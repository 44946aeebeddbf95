// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Pointwise losses with their links, and class weights.
#pragma once

#include <espalier/loss/absolute_error.hpp>
#include <espalier/loss/class_weight.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_gamma.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/half_tweedie.hpp>
#include <espalier/loss/huber_loss.hpp>
#include <espalier/loss/pinball_loss.hpp>

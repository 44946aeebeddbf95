// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that scores a prediction.
#pragma once

#include <espalier/metrics/average.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/probability.hpp>
#include <espalier/metrics/ranking.hpp>
#include <espalier/metrics/regression.hpp>
#include <espalier/metrics/report.hpp>
#include <espalier/metrics/scorer.hpp>

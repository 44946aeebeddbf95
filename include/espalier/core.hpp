// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What every estimator stands on.
#pragma once

#include <espalier/core/archive.hpp>
#include <espalier/core/data_frame.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/estimator.hpp>
#include <espalier/core/implements.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/predictor.hpp>
#include <espalier/core/progress_bar.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/registry.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/types.hpp>
#include <espalier/core/version.hpp>
#include <espalier/core/warnings.hpp>

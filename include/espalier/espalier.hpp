// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything of the library. Including the modules that a file needs compiles sooner.
#pragma once

#include <espalier/charts.hpp>
#include <espalier/cluster.hpp>
#include <espalier/compose.hpp>
#include <espalier/core.hpp>
#include <espalier/datasets.hpp>
#include <espalier/decomposition.hpp>
#include <espalier/dummy.hpp>
#include <espalier/ensemble.hpp>
#include <espalier/impute.hpp>
#include <espalier/inspection.hpp>
#include <espalier/io.hpp>
#include <espalier/linear_model.hpp>
#include <espalier/loss.hpp>
#include <espalier/metrics.hpp>
#include <espalier/model_selection.hpp>
#include <espalier/neural_network.hpp>
#include <espalier/optim.hpp>
#include <espalier/preprocessing.hpp>
#include <espalier/svm.hpp>

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Support vector machines.
#pragma once

#include <espalier/svm/linear_svc.hpp>
#include <espalier/svm/linear_svr.hpp>

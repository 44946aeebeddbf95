// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The conformance kit for estimators of one's own. (testing/gtest.hpp is included separately.)
#pragma once

#include <espalier/testing/check_estimator.hpp>

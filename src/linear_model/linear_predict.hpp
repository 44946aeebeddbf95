// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/linear_predict.hpp"

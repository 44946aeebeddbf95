// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that reads and writes tables.
#pragma once

#include <espalier/io/csv.hpp>

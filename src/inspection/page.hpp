// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The HTML around the parts of a report. Arguments called `html` are taken as they are.
#pragma once

#include <string>
#include <string_view>

#include <espalier/core/data_frame.hpp>
#include <espalier/metrics/report.hpp>

namespace espalier::detail {

std::string page(std::string_view title, std::string_view subtitle, std::string_view html);

/// One <p> for each stretch of text between empty lines.
std::string paragraphs(std::string_view text);

/// A framed part over the whole width that scrolls when its content is wider.
std::string card(std::string_view caption, std::string_view html);

std::string html_table(const DataFrame& table, Index max_rows);
std::string html_table(const ClassificationReport& report);

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/progress_bar.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <ostream>

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;

std::string duration_text(double seconds) {
  const auto s = static_cast<long>(std::lround(std::max(0.0, seconds)));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string bar_text(const Progress& p, int width) {
  if (p.total <= 0) return fmt::format("{} {}", p.task, p.iteration);
  const double share =
      std::clamp(static_cast<double>(p.iteration) / static_cast<double>(p.total), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(std::lround(share * width));
  return fmt::format("{} {:3.0f}% [{}{}] {}/{}", p.task, 100.0 * share, std::string(filled, '#'),
                     std::string(static_cast<std::size_t>(width) - filled, '-'), p.iteration,
                     p.total);
}

std::string numbers_text(const Progress& p) {
  std::string text;
  if (!std::isnan(p.loss)) text += fmt::format("  loss {:.4g}", p.loss);
  if (!std::isnan(p.validation_score)) text += fmt::format("  score {:.4g}", p.validation_score);
  const bool done = p.total > 0 && p.iteration >= p.total;
  if (done || p.total <= 0)
    text += "  in " + duration_text(p.elapsed);
  else if (p.iteration > 0)
    text += "  ETA " + duration_text(p.elapsed * static_cast<double>(p.total - p.iteration) /
                                     static_cast<double>(p.iteration));
  return text;
}

}  // namespace

struct ProgressBar::Line {
  std::ostream& out;
  int width;
  std::mutex mutex;
  Clock::time_point last_drawn;
  std::size_t last_length;
};

ProgressBar::ProgressBar(std::ostream& out, int width)
    : line_(new Line{out, std::clamp(width, 1, 200), {}, Clock::time_point::min(), 0}) {}

void ProgressBar::operator()(const Progress& progress) const {
  const std::lock_guard lock(line_->mutex);
  const bool last = progress.total > 0 && progress.iteration >= progress.total;
  const auto now = Clock::now();
  if (!last && line_->last_length > 0 && now - line_->last_drawn < std::chrono::milliseconds(100))
    return;
  line_->last_drawn = now;
  std::string text = bar_text(progress, line_->width) + numbers_text(progress);
  const std::size_t length = text.size();
  if (length < line_->last_length) text.append(line_->last_length - length, ' ');
  line_->last_length = last ? 0 : length;
  line_->out << '\r' << text << (last ? "\n" : "") << std::flush;
}

}  // namespace espalier

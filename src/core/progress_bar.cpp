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

std::string numbers_text(const Progress& p, bool ended) {
  std::string text;
  if (!std::isnan(p.loss)) text += fmt::format("  loss {:.4g}", p.loss);
  if (!std::isnan(p.validation_score)) text += fmt::format("  score {:.4g}", p.validation_score);
  if (ended || p.total <= 0)
    text += "  in " + duration_text(p.elapsed);
  else if (p.iteration > 0)
    text += "  ETA " + duration_text(p.elapsed * static_cast<double>(p.total - p.iteration) /
                                     static_cast<double>(p.iteration));
  return text;
}

}  // namespace

class ProgressBar::Line {
 public:
  Line(std::ostream& out, int width) : out_(out), width_(std::clamp(width, 1, 200)) {}

  ~Line() {
    try {
      end();
    } catch (...) {  // a stream that throws must not end the process here
    }
  }

  void show(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    const bool is_new = progress.task != task_ || progress.iteration < last_.iteration;
    if (is_new) end();  // the task before stopped early
    task_ = progress.task;
    last_ = progress;
    last_.task = task_;
    open_ = true;
    if (progress.total > 0 && progress.iteration >= progress.total) return end();
    const auto now = Clock::now();
    if (drawn_length_ > 0 && now - last_drawn_ < std::chrono::milliseconds(100)) return;
    last_drawn_ = now;
    draw(false);
  }

 private:
  /// Draws the last report, whether it was drawn before or not, and breaks the line.
  void end() {
    if (!open_) return;
    draw(true);
    open_ = false;
    drawn_length_ = 0;
  }

  void draw(bool ended) {
    std::string text = bar_text(last_, width_) + numbers_text(last_, ended);
    const std::size_t length = text.size();
    if (length < drawn_length_) text.append(drawn_length_ - length, ' ');
    drawn_length_ = length;
    out_ << '\r' << text << (ended ? "\n" : "") << std::flush;
  }

  std::ostream& out_;
  const int width_;
  std::mutex mutex_;
  std::string task_;
  Progress last_;      // the last report; its task is task_
  bool open_ = false;  // there is a report, and its line is not broken yet
  Clock::time_point last_drawn_;
  std::size_t drawn_length_ = 0;  // of what stands in the line
};

ProgressBar::ProgressBar(std::ostream& out, int width)
    : line_(std::make_shared<Line>(out, width)) {}

void ProgressBar::operator()(const Progress& progress) const { line_->show(progress); }

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/history.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include <espalier/charts/charts.hpp>
#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/io/csv.hpp>

namespace espalier::nn {
namespace {

/// A line through the finite values, so that a metric that is NaN in an epoch leaves out that
/// epoch; or a mark, where there is but one.
void add_series(LineChart& chart, std::string_view name, const Vector& values, std::string note) {
  std::vector<double> x, y;
  for (Index i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    x.push_back(static_cast<double>(i + 1));
    y.push_back(values[i]);
  }
  if (x.empty()) return;
  const auto n = static_cast<Index>(x.size());
  chart.series.push_back({.name = std::string(name),
                          .note = std::move(note),
                          .x = Vector::Map(x.data(), n),
                          .y = Vector::Map(y.data(), n),
                          .marker_size = n == 1 ? Vector::Zero(1) : Vector()});
}

std::string last_of(const Vector& values) {
  return fmt::format("{:.4g} at the end", values[values.size() - 1]);
}

/// "lowest 0.3124 in epoch 12", or the last value where the lowest is that.
std::string lowest_of(const Vector& values) {
  Index best = 0;
  for (Index i = 1; i < values.size(); ++i)
    if (!(values[i] >= values[best])) best = i;
  if (best == values.size() - 1) return last_of(values);
  return fmt::format("lowest {:.4g} in epoch {}", values[best], best + 1);
}

}  // namespace

void History::add(EpochRecord record) {
  const std::size_t n = metrics_.size(), validated = record.validation_metrics.size();
  if (record.epoch != size() + 1)
    throw InvalidInput(
        fmt::format("History: expected epoch {}, got epoch {}", size() + 1, record.epoch));
  if (record.metrics.size() != n || (validated != 0 && validated != n))
    throw InvalidInput(fmt::format("History: expected {} metrics, got {} and {} in epoch {}", n,
                                   record.metrics.size(), validated, record.epoch));
  records_.push_back(std::move(record));
}

Index History::place_of(std::string_view name) const {
  if (name == "loss") return -1;
  const auto found = std::find(metrics_.begin(), metrics_.end(), name);
  if (found == metrics_.end())
    throw InvalidParameter(fmt::format(
        "History: there is no '{}'; recorded: {}", name,
        metrics_.empty() ? "loss" : fmt::format("loss, {}", fmt::join(metrics_, ", "))));
  return found - metrics_.begin();
}

Vector History::training(std::string_view name) const {
  const Index place = place_of(name);
  Vector values(size());
  for (Index i = 0; i < size(); ++i)
    values[i] = place < 0 ? (*this)[i].loss : (*this)[i].metrics[static_cast<std::size_t>(place)];
  return values;
}

Vector History::validation(std::string_view name) const {
  const Index place = place_of(name);
  Vector values = Vector::Constant(size(), std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < size(); ++i) {
    const EpochRecord& record = (*this)[i];
    if (place < 0)
      values[i] = record.validation_loss;
    else if (!record.validation_metrics.empty())
      values[i] = record.validation_metrics[static_cast<std::size_t>(place)];
  }
  return values;
}

DataFrame History::table() const {
  std::vector<Column> columns;
  const auto add_column = [&](std::string name, const Vector& values) {
    columns.push_back(Column::numeric(std::move(name), values));
  };
  const auto add_number = [&](const char* name, auto EpochRecord::*member) {
    Vector values(size());
    for (Index i = 0; i < size(); ++i) values[i] = static_cast<double>((*this)[i].*member);
    add_column(name, values);
  };
  add_number("epoch", &EpochRecord::epoch);
  add_column("loss", training());
  add_column("validation_loss", validation());
  for (const std::string& name : metrics_) {
    add_column(name, training(name));
    add_column("validation_" + name, validation(name));
  }
  add_number("learning_rate", &EpochRecord::learning_rate);
  add_number("seconds", &EpochRecord::seconds);
  return DataFrame(std::move(columns));
}

void History::to_csv(const std::filesystem::path& path) const { write_csv(table(), path); }

std::string History::to_svg() const {
  if (empty()) throw InvalidInput("History: there are no epochs to draw");
  std::vector<LineChart> charts;
  const auto add_chart = [&](const std::string& name) {
    LineChart chart{.title = name, .x_label = "epoch"};
    const Vector validated = validation(name);
    add_series(chart, "training", training(name), last_of(training(name)));
    add_series(chart, "validation", validated,
               name == "loss" ? lowest_of(validated) : last_of(validated));
    if (!chart.series.empty()) charts.push_back(std::move(chart));
  };
  add_chart("loss");
  for (const std::string& name : metrics_) add_chart(name);
  return espalier::to_svg(charts);
}

void History::to_svg(const std::filesystem::path& path) const {
  detail::write_file_atomically(path, to_svg());
}

}  // namespace espalier::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/params.hpp>

namespace espalier::nn {

/// One epoch of a training.
struct EpochRecord {
  int epoch = 0;  ///< 1, 2, …
  /// The mean over the epoch's batches, each as it was before its step: without penalties.
  double loss = std::numeric_limits<double>::quiet_NaN();
  /// Of the network as it is at the end of the epoch; NaN without validation rows.
  double validation_loss = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> metrics = {};  ///< of the epoch's batches, in the order of metric_names()
  std::vector<double> validation_metrics = {};  ///< empty without validation rows
  double learning_rate = 0.0;                   ///< of the last step
  double seconds = 0.0;                         ///< that the epoch took

  static constexpr auto fields() {
    return Fields{field("epoch", &EpochRecord::epoch),
                  field("loss", &EpochRecord::loss),
                  field("validation_loss", &EpochRecord::validation_loss),
                  field("metrics", &EpochRecord::metrics),
                  field("validation_metrics", &EpochRecord::validation_metrics),
                  field("learning_rate", &EpochRecord::learning_rate),
                  field("seconds", &EpochRecord::seconds)};
  }
};

/// How a training went, epoch by epoch.
///
///     for (const nn::EpochRecord& e : trainer.history()) …
///     std::cout << trainer.history().table();
///     trainer.history().to_csv("training.csv");
///     trainer.history().to_svg("training.svg");
class History {
 public:
  History() = default;
  explicit History(std::vector<std::string> metric_names) : metrics_(std::move(metric_names)) {}

  const std::vector<std::string>& metric_names() const { return metrics_; }
  bool empty() const { return records_.empty(); }
  Index size() const { return static_cast<Index>(records_.size()); }
  const EpochRecord& operator[](Index i) const { return records_.at(static_cast<std::size_t>(i)); }
  const EpochRecord& back() const { return records_.back(); }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

  /// @throws InvalidInput  not the epoch that follows, or not one number a metric
  void add(EpochRecord record);

  /// "loss" or a metric, of each epoch, on the rows that are trained on.
  /// @throws InvalidParameter  it was not recorded; names what was
  Vector training(std::string_view name = "loss") const;
  /// The same on the validation rows; NaN where there were none.
  Vector validation(std::string_view name = "loss") const;

  /// epoch, loss, validation_loss, each metric and validation_<metric>, learning_rate, seconds.
  DataFrame table() const;
  /// That table as a file, whole or not at all. @throws IoError
  void to_csv(const std::filesystem::path& path) const;

  /// Curves of the loss and of each metric over the epochs, one chart below the other, with the
  /// last values and the lowest validation loss in the legend.
  /// @throws InvalidInput  there are no epochs
  std::string to_svg() const;
  /// The same as a file, whole or not at all. @throws IoError
  void to_svg(const std::filesystem::path& path) const;

  static constexpr auto fields() {
    return Fields{field("metrics", &History::metrics_), field("epochs", &History::records_)};
  }

 private:
  /// The place of a metric, or −1 for the loss.
  Index place_of(std::string_view name) const;

  std::vector<std::string> metrics_;
  std::vector<EpochRecord> records_;
};

}  // namespace espalier::nn

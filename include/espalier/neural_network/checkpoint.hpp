// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include <espalier/core/params.hpp>

namespace espalier::nn {

/// When a Trainer writes all that the training has come to into a file, from which
/// `Trainer::resume` goes on bit for bit. The file is replaced whole or not at all: a process that
/// dies while it writes leaves the one before. The ending ".json" chooses JSON, any other CBOR.
struct Checkpoints {
  std::filesystem::path path;
  int every = 1;                ///< epochs; 0: not by their number
  bool on_improvement = false;  ///< also after an epoch that was better than all before

  static constexpr auto fields() {
    return Fields{field("every", &Checkpoints::every, at_least(0), "epochs"),
                  field("on_improvement", &Checkpoints::on_improvement, "of what is watched")};
  }
};

}  // namespace espalier::nn

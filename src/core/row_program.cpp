// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/row_program.hpp>

#include <algorithm>
#include <cmath>

#include <espalier/core/schema.hpp>

namespace espalier {
namespace {

class CopyStep : public RowStep {
 public:
  CopyStep(std::vector<Index> from, Index to) : from_(std::move(from)), to_(to) {}

  RowStatus run(double* registers) const noexcept override {
    double* out = registers + to_;
    for (const Index slot : from_) *out++ = registers[slot];
    return RowStatus::ok;
  }

 private:
  std::vector<Index> from_;
  Index to_;
};

}  // namespace

std::int32_t RowTexts::add(std::string_view text) {
  return codes_.try_emplace(std::string(text), static_cast<std::int32_t>(codes_.size()))
      .first->second;
}

RowCategories::RowCategories(const RowColumn& column, std::span<const std::string> texts)
    : slot_(column.slot), is_text_(true) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto code = static_cast<std::size_t>(column.texts->add(texts[i]));
    if (position_.size() <= code) position_.resize(code + 1, unseen);
    position_[code] = static_cast<std::int32_t>(i);
  }
}

RowCategories::RowCategories(const RowColumn& column, std::span<const double> numbers)
    : slot_(column.slot), is_text_(false), numbers_(numbers.begin(), numbers.end()) {}

std::int32_t RowCategories::operator()(const double* registers) const noexcept {
  const double x = registers[slot_];
  if (std::isnan(x)) return missing;
  if (is_text_) {
    if (x == -1.0) return missing;
    const bool known = x >= 0.0 && x < static_cast<double>(position_.size());
    return known ? position_[static_cast<std::size_t>(x)] : unseen;
  }
  const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), x);
  return at != numbers_.end() && *at == x ? static_cast<std::int32_t>(at - numbers_.begin())
                                          : unseen;
}

RowBuilder::RowBuilder(const Schema& schema) : n_registers_(schema.n_features) {
  const std::vector<std::string> names = schema.names_or_default();
  for (Index j = 0; j < schema.n_features; ++j) {
    RowColumn column{names[static_cast<std::size_t>(j)], j};
    if (schema.type(j) == ColumnType::categorical) {
      column.texts = std::make_shared<RowTexts>();
      for (const std::string& text : schema.categories[static_cast<std::size_t>(j)])
        column.texts->add(text);
    }
    columns_.push_back(std::move(column));
  }
}

Index RowBuilder::contiguous() {
  bool in_order = true;
  std::vector<Index> slots;
  for (const RowColumn& column : columns_) {
    in_order = in_order && column.slot == columns_.front().slot + static_cast<Index>(slots.size());
    slots.push_back(column.slot);
  }
  if (in_order) return columns_.empty() ? 0 : columns_.front().slot;
  const Index first = reserve(static_cast<Index>(slots.size()));
  add(CopyStep(std::move(slots), first));
  for (std::size_t j = 0; j < columns_.size(); ++j)
    columns_[j].slot = first + static_cast<Index>(j);
  return first;
}

}  // namespace espalier

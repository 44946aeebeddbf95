// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/cv.hpp>

#include <fmt/format.h>

#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/model_selection/k_fold.hpp>
#include <espalier/model_selection/stratified_k_fold.hpp>
#include <espalier/model_selection/train_test_split.hpp>

namespace espalier {
namespace {

/// Stands for a splitter of a user's program in a model that was saved.
class UnavailableSplitter final : public Splitter {
 public:
  explicit UnavailableSplitter(std::string name) : name_(std::move(name)) {}
  std::vector<Split> split(Index, const Target&, const Labels&) const override {
    throw NotSupported(
        fmt::format("splitter '{}' was a class of the program that saved it; set cv again", name_));
  }
  std::string_view name() const override { return name_; }

 private:
  std::string name_;
};

/// What `make` returns; what it refuses is refused in the name of `owner`.
template <class Make>
std::vector<Split> on_behalf_of(std::string_view owner, const Make& make) {
  try {
    return make();
  } catch (const InvalidInput& error) {
    throw InvalidInput(fmt::format("{}: {}", owner, error.what()));
  }
}

Value encode_folds(std::string_view name, const KFoldOptions& options) {
  return Value::Object{
      {"splitter", name},
      {"n_splits", options.n_splits},
      {"shuffle", options.shuffle},
      {"random_state", Codec<std::optional<std::int64_t>>::encode(options.random_state)}};
}

Cv decode_splitter(const Value& value, const std::string& name) {
  Value::Object members = detail::decode_object(value);
  std::erase_if(members, [](const auto& member) { return member.first == "splitter"; });
  KFoldOptions options;
  detail::decode_fields(members, options, false, name);
  if (name == "KFold") return KFold(options);
  if (name == "StratifiedKFold") return StratifiedKFold(options);
  throw FormatError(fmt::format("expected a splitter KFold or StratifiedKFold, got '{}'", name));
}

}  // namespace

bool Cv::uses_groups() const {
  const auto* splitter = std::get_if<SplitterPtr>(&rule_);
  return splitter != nullptr && (*splitter)->uses_groups();
}

void Cv::validate(std::string_view owner) const {
  if (const Index* n_splits = std::get_if<Index>(&rule_); n_splits != nullptr && *n_splits < 2)
    detail::refuse_param(
        owner, "cv", "an integer in the range [2, inf), a splitter or a list of splits", *n_splits);
  if (const auto* ready = std::get_if<std::vector<Split>>(&rule_);
      ready != nullptr && ready->empty())
    throw InvalidParameter(
        fmt::format("The 'cv' parameter of {} is a list without any split.", owner));
}

std::vector<Split> Cv::split(Index n, const Target& y, const Labels& groups, bool stratify,
                             std::string_view owner) const {
  validate(owner);
  std::vector<Split> splits;
  if (const Index* n_splits = std::get_if<Index>(&rule_)) {
    const KFoldOptions options{.n_splits = *n_splits};
    splits = on_behalf_of(owner, [&] {
      return stratify ? StratifiedKFold(options).split(y) : KFold(options).split(n);
    });
  } else if (const auto* splitter = std::get_if<SplitterPtr>(&rule_)) {
    const bool grouped = (*splitter)->uses_groups();
    if (grouped && groups.size() != n)
      throw InvalidInput(
          fmt::format("{}: splitter {} needs a group for each of the {} rows, got {}.", owner,
                      (*splitter)->name(), n, groups.size()));
    splits =
        on_behalf_of(owner, [&] { return (*splitter)->split(n, y, grouped ? groups : Labels()); });
  } else {
    splits = std::get<std::vector<Split>>(rule_);
  }
  if (splits.empty()) throw InvalidInput(fmt::format("{}: the splitter makes no splits.", owner));
  for (const Split& split : splits) detail::check_split(split, n, owner);
  return splits;
}

Value Codec<Cv>::encode(const Cv& cv) {
  if (const Index* n_splits = std::get_if<Index>(&cv.rule_)) return *n_splits;
  if (const auto* ready = std::get_if<std::vector<Split>>(&cv.rule_))
    return Codec<std::vector<Split>>::encode(*ready);
  const Splitter* splitter = std::get<Cv::SplitterPtr>(cv.rule_).get();
  if (const auto* folds = dynamic_cast<const KFold*>(splitter))
    return encode_folds(folds->name(), folds->options());
  if (const auto* folds = dynamic_cast<const StratifiedKFold*>(splitter))
    return encode_folds(folds->name(), folds->options());
  return Value::Object{{"custom", splitter->name()}};
}

Cv Codec<Cv>::decode(const Value& value) {
  if (value.get_if<std::int64_t>() != nullptr) return Codec<Index>::decode(value);
  if (const Value* name = value.find("splitter"))
    return decode_splitter(value, detail::decode_text(*name));
  if (const Value* name = value.find("custom"))
    return UnavailableSplitter(detail::decode_text(*name));
  if (value.get_if<Value::List>() == nullptr) detail::refuse_value(value, describe());
  return Codec<std::vector<Split>>::decode(value);
}

std::string Codec<Cv>::describe() {
  return "an integer, a splitter such as {\"splitter\": \"KFold\", \"n_splits\": 5}, or a list of "
         "splits";
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/train_test_split.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>

#include "core/labels_of.hpp"
#include "core/seed.hpp"

namespace espalier {
namespace {

constexpr std::string_view owner = "train_test_split";

struct Sizes {
  Index train;
  Index test;
};

Index rows_of(const SplitSize& size, Index n, std::string_view name, bool round_up) {
  if (size.is_count()) {
    if (size.count() < 1 || size.count() >= n)
      throw InvalidParameter(fmt::format("{}: {}={} must be a number of rows in the range [1, {}).",
                                         owner, name, size.count(), n));
    return size.count();
  }
  if (!(size.share() > 0.0 && size.share() < 1.0))
    throw InvalidParameter(
        fmt::format("{}: {}={} must be a share in the range (0, 1) or a number of rows.", owner,
                    name, size.share()));
  const double rows = size.share() * static_cast<double>(n);
  return static_cast<Index>(round_up ? std::ceil(rows) : std::floor(rows));
}

Sizes sizes_of(Index n, const TrainTestSplitOptions& options) {
  Sizes sizes{};
  if (options.train_size) sizes.train = rows_of(*options.train_size, n, "train_size", false);
  if (options.test_size || !options.train_size)
    sizes.test = rows_of(options.test_size.value_or(0.25), n, "test_size", true);
  else
    sizes.test = n - sizes.train;
  if (!options.train_size) sizes.train = n - sizes.test;
  if (sizes.train + sizes.test > n)
    throw InvalidParameter(
        fmt::format("{}: train_size and test_size ask for {} + {} rows, but there are {}.", owner,
                    sizes.train, sizes.test, n));
  if (sizes.train < 1 || sizes.test < 1)
    throw InvalidParameter(
        fmt::format("{}: of {} rows, {} would be for training and {} for testing; each part needs "
                    "at least one. Adjust test_size or train_size.",
                    owner, n, sizes.train, sizes.test));
  return sizes;
}

/// How many of `total` draws each class gets: its share rounded down, and what is left goes to the
/// largest remainders, ties at random.
std::vector<Index> proportional(const std::vector<Index>& counts, Index total, Random& random) {
  const Index n = std::accumulate(counts.begin(), counts.end(), Index{0});
  std::vector<Index> draws, remainders;
  for (const Index count : counts) {
    draws.push_back(count * total / n);
    remainders.push_back(count * total % n);
  }
  std::vector<Index> order = random.permutation(static_cast<Index>(counts.size()));
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return remainders[static_cast<std::size_t>(a)] > remainders[static_cast<std::size_t>(b)];
  });
  const Index left = total - std::accumulate(draws.begin(), draws.end(), Index{0});
  for (Index k = 0; k < left; ++k)
    ++draws[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])];
  return draws;
}

std::string class_text(const Target& y, int label) {
  const auto& names = y.class_names();
  return names.empty() ? std::to_string(label)
                       : fmt::format("'{}'", names.at(static_cast<std::size_t>(label)));
}

std::vector<std::vector<Index>> rows_by_class(const Target& y, const Sizes& sizes) {
  const EncodedLabels encoded = encode_labels(detail::labels_of(y, owner));
  const Index n_classes = encoded.classes.size();
  std::vector<std::vector<Index>> rows(static_cast<std::size_t>(n_classes));
  for (Index i = 0; i < y.rows(); ++i)
    rows[static_cast<std::size_t>(encoded.codes[i])].push_back(i);
  for (Index k = 0; k < n_classes; ++k)
    if (rows[static_cast<std::size_t>(k)].size() < 2)
      throw InvalidInput(fmt::format(
          "{}: class {} of y has a single row; to stratify, every class needs at least two.", owner,
          class_text(y, encoded.classes[k])));
  if (std::min(sizes.train, sizes.test) < n_classes)
    throw InvalidInput(fmt::format(
        "{}: to stratify, both parts need at least as many rows as y has classes, {}; they "
        "would have {} and {}.",
        owner, n_classes, sizes.train, sizes.test));
  return rows;
}

Split stratified(const Target& y, const Sizes& sizes, std::uint64_t seed) {
  const auto classes = rows_by_class(y, sizes);
  std::vector<Index> counts;
  for (const auto& rows : classes) counts.push_back(static_cast<Index>(rows.size()));
  Random random(seed);
  const std::vector<Index> train = proportional(counts, sizes.train, random);
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] -= train[k];
  const std::vector<Index> test = proportional(counts, sizes.test, random);
  Split split;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::vector<Index> rows = classes[k];
    random.shuffle(std::span(rows));
    const auto middle = rows.begin() + train[k];
    split.train.insert(split.train.end(), rows.begin(), middle);
    split.test.insert(split.test.end(), middle, middle + test[k]);
  }
  random.shuffle(std::span(split.train));
  random.shuffle(std::span(split.test));
  return split;
}

/// The first rows for training and the next ones for testing, or the other way round.
Split cut(const std::vector<Index>& rows, const Sizes& sizes, bool test_first) {
  const auto take = [&](Index begin, Index count) {
    return std::vector<Index>(rows.begin() + begin, rows.begin() + begin + count);
  };
  if (test_first) return {take(sizes.test, sizes.train), take(0, sizes.test)};
  return {take(0, sizes.train), take(sizes.train, sizes.test)};
}

Split indices(Index n, const Target* y, const TrainTestSplitOptions& options) {
  if (options.stratify && !options.shuffle)
    throw InvalidParameter(fmt::format("{}: stratify needs shuffle.", owner));
  if (options.stratify && y == nullptr)
    throw InvalidParameter(fmt::format("{}: stratify needs y.", owner));
  const Sizes sizes = sizes_of(n, options);
  if (!options.shuffle) {
    std::vector<Index> rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), Index{0});
    return cut(rows, sizes, false);
  }
  const std::uint64_t seed = detail::seed_of(options.random_state, owner);
  return options.stratify ? stratified(*y, sizes, seed)
                          : cut(Random(seed).permutation(n), sizes, true);
}

}  // namespace

Split train_test_indices(Index n, const TrainTestSplitOptions& options) {
  return indices(n, nullptr, options);
}

Split train_test_indices(const Target& y, const TrainTestSplitOptions& options) {
  return indices(y.rows(), &y, options);
}

namespace detail {

Matrix take_rows(const Matrix& values, std::span<const Index> rows) {
  return values(rows, Eigen::all);
}
Vector take_rows(const Vector& values, std::span<const Index> rows) { return values(rows); }
Labels take_rows(const Labels& values, std::span<const Index> rows) { return values(rows); }
SparseMatrix take_rows(const SparseMatrix& values, std::span<const Index> rows) {
  return Features(values).take(rows).sparse();
}

void check_same_rows(Index x_rows, Index y_rows) {
  if (x_rows != y_rows)
    throw InvalidInput(fmt::format("{}: X has {} samples, but y has {}.", owner, x_rows, y_rows));
}

void check_split(const Split& split, Index n, std::string_view who) {
  if (split.train.empty() || split.test.empty())
    throw InvalidInput(
        fmt::format("{}: a split has {} training and {} test rows; each part needs at least one.",
                    who, split.train.size(), split.test.size()));
  for (const auto* rows : {&split.train, &split.test})
    for (const Index i : *rows)
      if (i < 0 || i >= n)
        throw InvalidInput(
            fmt::format("{}: a split has row {}, but there are {} rows.", who, i, n));
}

}  // namespace detail
}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include "preprocessing/category_codes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/params.hpp>

namespace espalier::detail {
namespace {

CountedCategories find_numbers(std::span<const double> cells) {
  std::vector<double> sorted;
  sorted.reserve(cells.size());
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(sorted),
               [](double v) { return !std::isnan(v); });
  const auto missing = static_cast<Index>(cells.size() - sorted.size());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> numbers;
  CountedCategories result;
  for (auto run = sorted.begin(); run != sorted.end();) {
    const auto end = std::upper_bound(run, sorted.end(), *run);
    numbers.push_back(*run);
    result.counts.push_back(end - run);
    run = end;
  }
  if (missing > 0) {
    numbers.push_back(std::numeric_limits<double>::quiet_NaN());
    result.counts.push_back(missing);
  }
  result.categories = Categories(std::move(numbers));
  return result;
}

CountedCategories find_texts(const Column& column) {
  const Dictionary& dictionary = column.dictionary();
  std::vector<Index> counts(dictionary.size());
  Index missing = 0;
  for (const std::int32_t code : column.codes())
    ++(code < 0 ? missing : counts[static_cast<std::size_t>(code)]);
  std::vector<std::size_t> order(dictionary.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t k) { return counts[k] == 0; });
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return dictionary[a] < dictionary[b]; });
  Dictionary texts;
  CountedCategories result;
  for (const std::size_t k : order) {
    texts.push_back(dictionary[k]);
    result.counts.push_back(counts[k]);
  }
  if (missing > 0) result.counts.push_back(missing);
  result.categories = Categories(std::move(texts), missing > 0);
  return result;
}

/// Positions of the infrequent categories among the first `counts.size()`, as scikit-learn finds
/// them: by min_frequency, then the rarest (of equals the first) until max_categories outputs
/// remain.
std::vector<Index> find_infrequent(const std::vector<Index>& counts, Index rows,
                                   const CategoryRules& rules) {
  const auto k = static_cast<Index>(counts.size());
  std::vector<char> rare(counts.size(), 0);
  if (rules.min_frequency)
    for (std::size_t c = 0; c < counts.size(); ++c)
      rare[c] = static_cast<double>(counts[c]) < rules.min_frequency->rows(rows);
  const Index outputs = k - std::count(rare.begin(), rare.end(), 1) + 1;
  if (rules.max_categories && *rules.max_categories < outputs) {
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return counts[a] < counts[b]; });
    for (Index c = 0; c < k - (*rules.max_categories - 1); ++c)
      rare[order[static_cast<std::size_t>(c)]] = 1;
  }
  std::vector<Index> result;
  for (Index c = 0; c < k; ++c)
    if (rare[static_cast<std::size_t>(c)] != 0) result.push_back(c);
  return result;
}

bool repeats(Dictionary texts) {
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) != texts.end();
}

bool ascending(const std::vector<double>& numbers) {
  return std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) ==
         numbers.end();
}

void check_given(const FeatureColumn& column, const Categories& given, std::string_view owner) {
  const auto refuse = [&](std::string_view what) {
    throw InvalidParameter(
        fmt::format("{}: the categories given for column '{}' {}.", owner, column.name, what));
  };
  if (given.size() == 0) refuse("are an empty list");
  if (given.is_numeric() != (column.categorical == nullptr))
    refuse(given.is_numeric() ? "are numbers, but the column is categorical"
                              : "are texts, but the column is numeric");
  if (given.is_numeric() && !ascending(given.numbers())) refuse("are numbers that do not ascend");
  if (!given.is_numeric() && repeats(given.texts())) refuse("hold a text twice");
}

}  // namespace

CountedCategories find_categories(const FeatureColumn& column) {
  return column.categorical == nullptr ? find_numbers(column.numbers)
                                       : find_texts(*column.categorical);
}

CountedCategories count_categories(const FeatureColumn& column, const Categories& categories) {
  CountedCategories result{categories,
                           std::vector<Index>(static_cast<std::size_t>(categories.size()))};
  for (const std::int32_t code : encode_cells(column, categories))
    if (code >= 0) ++result.counts[static_cast<std::size_t>(code)];
  return result;
}

std::vector<std::int32_t> encode_cells(const FeatureColumn& column, const Categories& categories) {
  const std::int32_t missing =
      categories.has_missing() ? static_cast<std::int32_t>(categories.size() - 1) : unseen_code;
  if (column.categorical != nullptr) {
    std::vector<std::int32_t> codes = recode(*column.categorical, categories.texts());
    std::replace(codes.begin(), codes.end(), Column::missing_code, missing);
    return codes;
  }
  const std::vector<double>& numbers = categories.numbers();
  std::vector<std::int32_t> codes(column.numbers.size());
  std::transform(column.numbers.begin(), column.numbers.end(), codes.begin(), [&](double v) {
    if (std::isnan(v)) return missing;
    const auto at = std::lower_bound(numbers.begin(), numbers.end(), v);
    return at != numbers.end() && *at == v ? static_cast<std::int32_t>(at - numbers.begin())
                                           : unseen_code;
  });
  return codes;
}

RowCategories row_categories(const RowColumn& column, const Categories& categories) {
  if (column.is_categorical()) return {column, std::span<const std::string>(categories.texts())};
  return {column, std::span<const double>(categories.numbers())};
}

std::string unseen_cells(const FeatureColumn& column, const std::vector<std::int32_t>& codes) {
  constexpr std::size_t shown = 5;
  std::vector<std::string> found;
  for (std::size_t i = 0; i < codes.size() && found.size() <= shown; ++i) {
    if (codes[i] != unseen_code) continue;
    std::string cell = "nan";
    if (column.categorical == nullptr)
      cell = number_text(column.numbers[i]);
    else if (column.codes[i] >= 0)
      cell =
          "'" + column.categorical->dictionary()[static_cast<std::size_t>(column.codes[i])] + "'";
    if (std::find(found.begin(), found.end(), cell) == found.end())
      found.push_back(std::move(cell));
  }
  if (found.size() > shown) found.back() = "…";
  return fmt::format("{}", fmt::join(found, ", "));
}

LearnedCategories learn_categories(const Features& X, const CategoryRules& rules) {
  const Index p = X.cols();
  if (!rules.given.empty() && static_cast<Index>(rules.given.size()) != p)
    throw InvalidParameter(fmt::format("{}: categories are given for {} columns, but X has {}.",
                                       rules.owner, rules.given.size(), p));
  LearnedCategories result{std::vector<Categories>(static_cast<std::size_t>(p)),
                           std::vector<std::vector<Index>>(static_cast<std::size_t>(p))};
  const bool grouping = rules.min_frequency || rules.max_categories;
  const double work = 20.0 * static_cast<double>(X.rows()) * static_cast<double>(p);
  parallel_for(p, work, [&](Index j) {
    const auto k = static_cast<std::size_t>(j);
    const FeatureColumn column = X.column(j);
    CountedCategories counted;
    if (rules.given.empty()) {
      counted = find_categories(column);
    } else {
      check_given(column, rules.given[k], rules.owner);
      const std::string unseen = rules.refuse_unknown
                                     ? unseen_cells(column, encode_cells(column, rules.given[k]))
                                     : std::string();
      if (!unseen.empty())
        throw InvalidInput(
            fmt::format("{}: found unknown categories [{}] in column '{}' during fit.", rules.owner,
                        unseen, column.name));
      counted = count_categories(column, rules.given[k]);
    }
    if (grouping) {
      if (counted.categories.has_missing() && !rules.group_missing) counted.counts.pop_back();
      result.infrequent[k] = find_infrequent(counted.counts, X.rows(), rules);
    }
    result.categories[k] = std::move(counted.categories);
  });
  return result;
}

void check_min_frequency(std::string_view owner, const std::optional<MinFrequency>& min_frequency) {
  using C = Codec<std::optional<MinFrequency>>;
  if (min_frequency && !min_frequency->valid())
    refuse_param(owner, "min_frequency", C::describe(), C::encode(min_frequency));
}

Index Grouping::first_of(Index group) const {
  return std::find(group_of.begin(), group_of.end(), group) - group_of.begin();
}

Grouping group_categories(Index categories, const std::vector<Index>& infrequent) {
  Grouping result{std::vector<Index>(static_cast<std::size_t>(categories), -1), 0,
                  !infrequent.empty()};
  const Index frequent = categories - static_cast<Index>(infrequent.size());
  for (const Index c : infrequent) result.group_of[static_cast<std::size_t>(c)] = frequent;
  for (Index& group : result.group_of)
    if (group < 0) group = result.groups++;
  result.groups = frequent + (result.has_infrequent ? 1 : 0);
  return result;
}

Column decode_cells(std::string name, const std::vector<Index>& codes,
                    const Categories& categories) {
  const Index present = categories.size() - (categories.has_missing() ? 1 : 0);
  const Index infrequent = categories.size();
  if (categories.is_numeric()) {
    std::vector<double> cells(codes.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < codes.size(); ++i)
      if (codes[i] >= 0 && codes[i] < present)
        cells[i] = categories.numbers()[static_cast<std::size_t>(codes[i])];
    return Column::numeric(std::move(name), std::move(cells));
  }
  Dictionary dictionary = categories.texts();
  const auto group =
      std::find(dictionary.begin(), dictionary.end(), infrequent_name) - dictionary.begin();
  if (group == present && std::find(codes.begin(), codes.end(), infrequent) != codes.end())
    dictionary.emplace_back(infrequent_name);
  std::vector<std::int32_t> cells(codes.size(), Column::missing_code);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == infrequent)
      cells[i] = static_cast<std::int32_t>(group);
    else if (codes[i] >= 0 && codes[i] < present)
      cells[i] = static_cast<std::int32_t>(codes[i]);
  }
  return Column::categorical(std::move(name), std::move(cells), std::move(dictionary));
}

void check_learned(std::string_view owner, const Schema& schema,
                   const std::vector<Categories>& categories,
                   const std::vector<std::vector<Index>>& infrequent) {
  const auto p = static_cast<std::size_t>(schema.n_features);
  const auto refuse = [&](std::string_view what) {
    throw FormatError(fmt::format("{}: {}", owner, what));
  };
  if (categories.size() != p || infrequent.size() != p)
    refuse("there are not as many lists of categories as columns");
  for (std::size_t j = 0; j < p; ++j) {
    const Categories& c = categories[j];
    const std::vector<Index>& rare = infrequent[j];
    const bool numeric = schema.type(static_cast<Index>(j)) == ColumnType::numeric;
    if (c.size() == 0 || c.is_numeric() != numeric)
      refuse("the categories do not fit the type of their column");
    if (numeric ? !ascending(c.numbers()) : repeats(c.texts()))
      refuse("categories repeat or do not ascend");
    if (std::adjacent_find(rare.begin(), rare.end(), std::greater_equal<>()) != rare.end() ||
        (!rare.empty() && (rare.front() < 0 || rare.back() >= c.size())))
      refuse("the infrequent categories are not categories in ascending order");
  }
}

}  // namespace espalier::detail

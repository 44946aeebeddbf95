// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/search_results.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <ostream>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/model_selection/parameter_grid.hpp>

namespace espalier {
namespace {

std::size_t place_of(const SearchResults& results, std::string_view metric) {
  if (metric.empty()) return 0;
  const auto at = std::find(results.metrics.begin(), results.metrics.end(), metric);
  if (at == results.metrics.end())
    throw InvalidParameter(fmt::format("the search has no metric '{}'; there are: {}", metric,
                                       fmt::join(results.metrics, ", ")));
  return static_cast<std::size_t>(at - results.metrics.begin());
}

Vector means(const Matrix& scores) { return scores.rowwise().mean(); }

Vector deviations(const Matrix& scores) {
  return (scores.colwise() - means(scores)).rowwise().squaredNorm().array().sqrt() /
         std::sqrt(static_cast<double>(scores.cols()));
}

/// All parameters that some candidate sets, in order of first appearance.
std::vector<std::string> param_names(const std::vector<ParamList>& candidates) {
  std::vector<std::string> names;
  for (const ParamList& params : candidates)
    for (const auto& [name, value] : params)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

const Value* find_param(const ParamList& params, const std::string& name) {
  const auto at =
      std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == name; });
  return at == params.end() ? nullptr : &at->second;
}

std::optional<double> number_of(const Value& value) {
  if (const auto* integer = value.get_if<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value.get_if<double>()) return *number;
  return std::nullopt;
}

/// For each path the shortest end, from a "__" on, that no other path has: "C", "strategy".
std::vector<std::string> short_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    const auto has_end = [&](const std::string& other, std::string_view end) {
      return other != path && (other == end || other.ends_with(fmt::format("__{}", end)));
    };
    std::size_t begin = path.size();
    std::string_view end;
    do {
      const std::size_t cut = begin < 3 ? std::string::npos : path.rfind("__", begin - 3);
      begin = cut == std::string::npos ? 0 : cut + 2;
      end = std::string_view(path).substr(begin);
    } while (begin > 0 && std::any_of(paths.begin(), paths.end(),
                                      [&](const auto& other) { return has_end(other, end); }));
    names.emplace_back(end);
  }
  return names;
}

/// What the candidates set a parameter to, under the title `as`.
Column param_column(const std::vector<ParamList>& candidates, const std::string& name,
                    std::string as) {
  std::vector<double> numbers;
  std::vector<std::optional<std::string>> texts;
  bool numeric = true;
  for (const ParamList& params : candidates) {
    const Value* value = find_param(params, name);
    const std::optional<double> number = value == nullptr ? std::nullopt : number_of(*value);
    numeric = numeric && (value == nullptr || number);
    numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
    const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
    texts.push_back(value == nullptr ? std::nullopt
                                     : std::optional(text != nullptr ? *text : value->to_text()));
  }
  return numeric ? Column::numeric(std::move(as), std::move(numbers))
                 : Column::categorical(std::move(as), texts);
}

void add_times(std::vector<Column>& columns, const std::string& name, const Matrix& times) {
  if (times.size() == 0) return;
  columns.push_back(Column::numeric("mean_" + name, means(times)));
  columns.push_back(Column::numeric("std_" + name, deviations(times)));
}

void add_splits(std::vector<Column>& columns, const std::string& name, const Matrix& scores) {
  for (Index s = 0; s < scores.cols(); ++s)
    columns.push_back(Column::numeric(fmt::format("split{}_{}", s, name), Vector(scores.col(s))));
}

}  // namespace

ParamList Codec<ParamList>::decode(const Value& value) {
  ParamList params;
  for (const auto& [name, item] : detail::decode_object(value))
    params.emplace_back(name, detail::decode_values(Value::List{item}).front());
  return params;
}

void SearchResults::check() const {
  const auto fits = [&](const Matrix& scores) {
    return scores.rows() == size() && scores.cols() > 0 &&
           scores.cols() == test_scores.front().cols();
  };
  const bool train_fits = train_scores.empty() || train_scores.size() == metrics.size();
  if (params.empty() || metrics.empty() || test_scores.size() != metrics.size() || !train_fits ||
      !std::all_of(test_scores.begin(), test_scores.end(), fits) ||
      !std::all_of(train_scores.begin(), train_scores.end(), fits) ||
      (!errors.empty() && static_cast<Index>(errors.size()) != test_scores.front().size()))
    throw FormatError("the results of a search do not fit together");
}

Vector SearchResults::mean_test_score(std::string_view metric) const {
  return means(test_scores[place_of(*this, metric)]);
}

Vector SearchResults::std_test_score(std::string_view metric) const {
  return deviations(test_scores[place_of(*this, metric)]);
}

Labels SearchResults::rank_test_score(std::string_view metric) const {
  const Vector mean = mean_test_score(metric);
  const auto better = [](double a, double b) { return a > b || (std::isnan(b) && !std::isnan(a)); };
  Labels rank(mean.size());
  for (Index i = 0; i < mean.size(); ++i)
    rank[i] = 1 + static_cast<int>(std::count_if(mean.begin(), mean.end(),
                                                 [&](double m) { return better(m, mean[i]); }));
  return rank;
}

Vector SearchResults::mean_train_score(std::string_view metric) const {
  return train_scores.empty() ? Vector() : means(train_scores[place_of(*this, metric)]);
}

Vector SearchResults::std_train_score(std::string_view metric) const {
  return train_scores.empty() ? Vector() : deviations(train_scores[place_of(*this, metric)]);
}

DataFrame SearchResults::to_table() const {
  std::vector<Column> columns;
  for (const std::string& name : param_names(params))
    columns.push_back(param_column(params, name, "param_" + name));
  for (const std::string& metric : metrics) {
    columns.push_back(Column::numeric("mean_test_" + metric, mean_test_score(metric)));
    columns.push_back(Column::numeric("std_test_" + metric, std_test_score(metric)));
    columns.push_back(
        Column::numeric("rank_test_" + metric, rank_test_score(metric).cast<double>()));
  }
  for (std::size_t m = 0; m < metrics.size(); ++m)
    add_splits(columns, "test_" + metrics[m], test_scores[m]);
  for (std::size_t m = 0; m < train_scores.size(); ++m) {
    columns.push_back(Column::numeric("mean_train_" + metrics[m], means(train_scores[m])));
    columns.push_back(Column::numeric("std_train_" + metrics[m], deviations(train_scores[m])));
    add_splits(columns, "train_" + metrics[m], train_scores[m]);
  }
  add_times(columns, "fit_time", fit_time);
  add_times(columns, "score_time", score_time);
  return DataFrame(std::move(columns));
}

DataFrame SearchResults::ranking() const {
  std::vector<Column> columns;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const std::string& metric = metrics[m];
    columns.push_back(
        Column::numeric("rank_test_" + metric, rank_test_score(metric).cast<double>()));
    columns.push_back(Column::numeric("mean_test_" + metric, mean_test_score(metric)));
    columns.push_back(Column::numeric("std_test_" + metric, std_test_score(metric)));
    if (train_scores.empty()) continue;
    columns.push_back(Column::numeric("mean_train_" + metric, means(train_scores[m])));
    columns.push_back(Column::numeric("std_train_" + metric, deviations(train_scores[m])));
  }
  const std::vector<std::string> paths = param_names(params);
  const std::vector<std::string> names = short_names(paths);
  for (std::size_t p = 0; p < paths.size(); ++p)
    columns.push_back(param_column(params, paths[p], names[p]));

  const Labels rank = rank_test_score();
  std::vector<Index> order(static_cast<std::size_t>(size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return rank[a] < rank[b]; });
  return DataFrame(std::move(columns)).take(order);
}

std::string SearchResults::to_string(Index max_rows) const {
  return fmt::format("{}\nthe best of {} candidates", ranking().head(max_rows).to_string(max_rows),
                     size());
}

std::ostream& operator<<(std::ostream& out, const SearchResults& results) {
  return out << results.to_string() << '\n';
}

}  // namespace espalier

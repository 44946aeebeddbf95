// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/compose/column_transformer.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include <espalier/core/row_program.hpp>

#include "compose/fit_parts.hpp"
#include "core/input_checks.hpp"

namespace espalier {
namespace {

constexpr std::string_view remainder_name = "remainder";

ColumnType type_of(const Features& X, Index j) {
  return X.is_table() ? X.table().column(j).type() : ColumnType::numeric;
}

Index position_of(const Features& X, const std::string& name, std::string_view owner) {
  const auto at = std::find(X.names().begin(), X.names().end(), name);
  if (at == X.names().end())
    throw InvalidInput(fmt::format("{}: X has no column '{}'{}.", owner, name,
                                   X.has_names()
                                       ? fmt::format("; it has {}", fmt::join(X.names(), ", "))
                                       : std::string(", for its columns have no names")));
  return at - X.names().begin();
}

/// Columns of a later X for the positions they had at fit: by name if both have names.
Features pick(const Features& X, const std::vector<Index>& columns, const Schema& schema,
              std::string_view owner) {
  std::vector<Index> positions = columns;
  if (!schema.names.empty() && X.has_names()) {
    for (Index& j : positions) j = position_of(X, schema.names[static_cast<std::size_t>(j)], owner);
  } else if (X.cols() != schema.n_features) {
    throw InvalidInput(fmt::format("X has {} features, but {} is expecting {} features as input.",
                                   X.cols(), owner, schema.n_features));
  }
  return schema.select(columns).conform(X.select_columns(positions), owner);
}

/// The groups with the columns they select; the remainder last; without those that select none.
std::vector<FittedColumnBlock> assign(const ColumnTransformerParams& params, const Features& X) {
  std::vector<FittedColumnBlock> blocks;
  std::set<Index> used;
  for (const ColumnBlock& block : params.transformers) {
    const auto columns =
        block.columns.select(X, fmt::format("ColumnTransformer, group '{}'", block.name));
    used.insert(columns.begin(), columns.end());
    if (!columns.empty() && !block.treatment.drops())
      blocks.push_back({block.name, block.treatment, columns, 0});
  }
  if (params.remainder.drops()) return blocks;
  std::vector<Index> rest;
  for (Index j = 0; j < X.cols(); ++j)
    if (!used.contains(j)) rest.push_back(j);
  if (!rest.empty()) blocks.push_back({std::string(remainder_name), params.remainder, rest, 0});
  return blocks;
}

double density(const std::vector<Features>& outputs) {
  double filled = 0.0, cells = 0.0;
  for (const Features& output : outputs) {
    const double size = static_cast<double>(output.rows()) * static_cast<double>(output.cols());
    cells += size;
    filled += output.is_sparse() ? static_cast<double>(output.sparse().nonZeros()) : size;
  }
  return cells > 0.0 ? filled / cells : 1.0;
}

void check_unique(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names)
    if (!seen.insert(name).second)
      throw InvalidInput(
          fmt::format("ColumnTransformer: two output columns are called '{}'; set "
                      "verbose_feature_names_out=true to put the group's name in front.",
                      name));
}

}  // namespace

// ColumnSelector

std::vector<Index> ColumnSelector::select(const Features& X, std::string_view owner) const {
  std::vector<Index> result;
  if (const auto* type = std::get_if<ColumnType>(&choice_)) {
    for (Index j = 0; j < X.cols(); ++j)
      if (type_of(X, j) == *type) result.push_back(j);
  } else if (const auto* names = std::get_if<std::vector<std::string>>(&choice_)) {
    for (const std::string& name : *names) result.push_back(position_of(X, name, owner));
  } else {
    result = std::get<std::vector<Index>>(choice_);
    for (const Index j : result)
      if (j < 0 || j >= X.cols())
        throw InvalidInput(
            fmt::format("{}: X has no column {}; it has {} columns.", owner, j, X.cols()));
  }
  std::set<Index> seen;
  for (const Index j : result)
    if (!seen.insert(j).second)
      throw InvalidInput(fmt::format("{}: column '{}' is chosen twice.", owner,
                                     X.names_or_default()[static_cast<std::size_t>(j)]));
  return result;
}

std::string ColumnSelector::to_string() const {
  if (const auto* type = std::get_if<ColumnType>(&choice_))
    return fmt::format("{} columns", names_of(*type)[static_cast<std::size_t>(*type)]);
  if (const auto* names = std::get_if<std::vector<std::string>>(&choice_))
    return fmt::format("{}", fmt::join(*names, ", "));
  return fmt::format("columns {}", fmt::join(std::get<std::vector<Index>>(choice_), ", "));
}

Value ColumnSelector::encode() const {
  if (const auto* type = std::get_if<ColumnType>(&choice_)) return Value::Object{{"type", *type}};
  if (const auto* names = std::get_if<std::vector<std::string>>(&choice_))
    return Value::Object{{"names", Codec<std::vector<std::string>>::encode(*names)}};
  return Value::Object{
      {"positions", Codec<std::vector<Index>>::encode(std::get<std::vector<Index>>(choice_))}};
}

ColumnSelector ColumnSelector::decode(const Value& value) {
  if (const Value* type = value.find("type")) return Codec<ColumnType>::decode(*type);
  if (const Value* names = value.find("names"))
    return Codec<std::vector<std::string>>::decode(*names);
  if (const Value* positions = value.find("positions"))
    return Codec<std::vector<Index>>::decode(*positions);
  detail::refuse_value(value, "a choice of columns by names, positions or type");
}

ColumnTreatment Codec<ColumnTreatment>::decode(const Value& v) {
  if (v.get_if<std::string>() != nullptr) return Codec<ColumnAction>::decode(v);
  ColumnTreatment treatment;
  treatment.transformer = Codec<Polymorphic<Transformer>>::decode(v);
  if (treatment.transformer.empty()) detail::refuse_value(v, describe());
  return treatment;
}

// ColumnTransformerParams

const Estimator* ColumnTransformerParams::find_part(std::string_view name) const {
  if (name == remainder_name) return remainder.transformer.get();
  for (const ColumnBlock& block : transformers)
    if (block.name == name) return block.treatment.transformer.get();
  return nullptr;
}

Estimator* ColumnTransformerParams::mutable_part(std::string_view name) {
  if (name == remainder_name && !remainder.transformer.empty())
    return &remainder.transformer.mutate();
  for (ColumnBlock& block : transformers)
    if (block.name == name && !block.treatment.transformer.empty())
      return &block.treatment.transformer.mutate();
  return nullptr;
}

bool ColumnTransformerParams::set_part(std::string_view name, const Value& value) {
  for (ColumnBlock& block : transformers) {
    if (block.name != name) continue;
    block.treatment = Codec<ColumnTreatment>::decode(value);
    return true;
  }
  return false;
}

void ColumnTransformerState::check(const Schema& schema) const {
  std::size_t outputs = 0;
  for (const FittedColumnBlock& block : blocks) {
    for (const Index j : block.columns)
      if (j < 0 || j >= schema.n_features)
        throw FormatError(fmt::format("ColumnTransformer: group '{}' names a column {} of {}",
                                      block.name, j, schema.n_features));
    const Transformer* t = block.treatment.transformer.get();
    const Index expected = t == nullptr   ? static_cast<Index>(block.columns.size())
                           : !t->fitted() ? -1
                                          : static_cast<Index>(t->get_feature_names_out().size());
    if (block.treatment.drops() || block.columns.empty() || block.n_outputs != expected)
      throw FormatError(fmt::format(
          "ColumnTransformer: group '{}' is not fitted, or its outputs do not fit", block.name));
    outputs += static_cast<std::size_t>(block.n_outputs);
  }
  if (outputs != names_out.size())
    throw FormatError("ColumnTransformer: the number of output names does not fit");
}

// ColumnTransformer

ColumnTransformer::ColumnTransformer(std::initializer_list<ColumnBlock> transformers,
                                     ColumnTransformerOptions options)
    : ColumnTransformer(std::vector<ColumnBlock>(transformers), std::move(options)) {}

ColumnTransformer::ColumnTransformer(std::vector<ColumnBlock> transformers,
                                     ColumnTransformerOptions options) {
  static_cast<ColumnTransformerOptions&>(params()) = std::move(options);
  params().transformers = std::move(transformers);
}

const Estimator* ColumnTransformer::find_fitted(std::string_view name) const {
  for (const FittedColumnBlock& block : state().blocks)
    if (block.name == name) return block.treatment.transformer.get();
  return nullptr;
}

void ColumnTransformer::refuse_block(std::string_view name) const {
  const Estimator* found = find_fitted(name);
  throw InvalidParameter(
      found == nullptr
          ? fmt::format("ColumnTransformer: no group called '{}' has been fitted", name)
          : fmt::format("ColumnTransformer: group '{}' is a {}, not of the class asked for", name,
                        found->class_name()));
}

Tags ColumnTransformer::do_tags() const {
  std::vector<const Estimator*> parts;
  for (const EstimatorPart& part : do_parts())
    if (part.estimator != nullptr) parts.push_back(part.estimator);
  Tags tags = detail::combined_tags(parts);
  const auto keeps_missing = [](const ColumnTreatment& t) {
    return t.transformer.empty() ? !t.drops() : t.transformer->get_tags().keeps_missing;
  };
  tags.keeps_missing = keeps_missing(params().remainder);
  for (const ColumnBlock& block : params().transformers)
    tags.keeps_missing = tags.keeps_missing || keeps_missing(block.treatment);
  // Each transformer checks the columns it receives.
  tags.allow_nan = tags.sparse = tags.categorical = tags.selects_columns = true;
  return tags;
}

void ColumnTransformer::do_validate() const {
  std::vector<std::string> names;
  for (const ColumnBlock& block : params().transformers) names.push_back(block.name);
  detail::check_part_names(
      type_name, names,
      {"transformers", "remainder", "sparse_threshold", "verbose_feature_names_out"});
}

std::vector<EstimatorPart> ColumnTransformer::do_parts() const {
  std::vector<EstimatorPart> parts;
  const auto add = [&](const std::string& name, const ColumnTreatment& treatment,
                       const std::string& columns) {
    const std::string action(
        names_of(treatment.action)[static_cast<std::size_t>(treatment.action)]);
    parts.push_back({name, treatment.transformer.get(),
                     treatment.transformer.empty() ? action + ": " + columns : columns});
  };
  for (const ColumnBlock& block : params().transformers)
    add(block.name, block.treatment, block.columns.to_string());
  if (!params().remainder.drops())
    add(std::string(remainder_name), params().remainder, "all other columns");
  return parts;
}

ColumnTransformerState ColumnTransformer::do_fit(const Features& X, const OptionalTarget& y,
                                                 const FitContext& context) const {
  State state{assign(params(), X), false, {}};
  if (state.blocks.empty())
    throw InvalidInput("ColumnTransformer: no group selects any column of X, so nothing is left.");
  std::vector<Features> outputs;
  bool any_sparse = false;
  for (FittedColumnBlock& block : state.blocks) {
    Features output = X.select_columns(block.columns);
    if (!block.treatment.transformer.empty()) {
      auto fitted =
          detail::fit_part(*block.treatment.transformer, output, y, context, std::nullopt);
      output = static_cast<const Transformer&>(*fitted).transform(output);
      block.treatment.transformer =
          Polymorphic<Transformer>(std::static_pointer_cast<Transformer>(std::move(fitted)));
    }
    block.n_outputs = output.cols();
    for (const std::string& name : output.names_or_default())
      state.names_out.push_back(params().verbose_feature_names_out ? block.name + "__" + name
                                                                   : name);
    any_sparse = any_sparse || output.is_sparse();
    outputs.push_back(std::move(output));
  }
  check_unique(state.names_out);
  state.sparse_output = any_sparse && density(outputs) < params().sparse_threshold;
  return state;
}

Features ColumnTransformer::do_transform(const State& state, const Features& X) const {
  std::vector<Features> outputs;
  std::size_t first_name = 0;
  for (const FittedColumnBlock& block : state.blocks) {
    Features output = pick(X, block.columns, schema(), type_name);
    if (block.treatment.transformer.empty())
      detail::check_input_values(*this, output);  // a transformer checks what it receives itself
    else
      output = block.treatment.transformer->transform(output);
    if (output.cols() != block.n_outputs)
      throw InvalidInput(
          fmt::format("ColumnTransformer: group '{}' gave {} columns, but {} at fit.", block.name,
                      output.cols(), block.n_outputs));
    const auto begin = state.names_out.begin() + static_cast<std::ptrdiff_t>(first_name);
    outputs.push_back(output.with_names(std::vector<std::string>(begin, begin + block.n_outputs)));
    first_name += static_cast<std::size_t>(block.n_outputs);
  }
  return Features::hstack(outputs, state.sparse_output);
}

void ColumnTransformer::do_compile(const State& state, RowBuilder& builder) const {
  const std::vector<RowColumn> input = builder.columns();
  std::vector<RowColumn> output;
  for (const FittedColumnBlock& block : state.blocks) {
    std::vector<RowColumn> columns;
    for (const Index j : block.columns) columns.push_back(input[static_cast<std::size_t>(j)]);
    builder.set_columns(std::move(columns));
    builder.set_sparse(false);
    if (block.treatment.transformer.empty())
      builder.add_check(true);
    else
      block.treatment.transformer->compile(builder);
    output.insert(output.end(), builder.columns().begin(), builder.columns().end());
  }
  for (std::size_t j = 0; j < output.size(); ++j) output[j].name = state.names_out[j];
  builder.set_columns(std::move(output));
  builder.set_sparse(state.sparse_output);
}

std::vector<std::string> ColumnTransformer::do_feature_names_out(const State& state,
                                                                 const Schema&) const {
  return state.names_out;
}

template class Implements<ColumnTransformer, Transformer, ColumnTransformerParams,
                          ColumnTransformerState>;

}  // namespace espalier

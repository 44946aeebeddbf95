// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/preprocessing/label_encoder.hpp>

#include <fmt/format.h>

#include "preprocessing/category_codes.hpp"

namespace espalier {
namespace {

constexpr const char* column_name = "y";

Column to_column(const std::vector<std::string>& y) { return Column::categorical(column_name, y); }

Column to_column(const Labels& y) { return Column::numeric(column_name, Vector(y.cast<double>())); }

/// The labels as X of one column, which the checks of every estimator apply to.
Features to_features(const Column& y) { return DataFrame({y.renamed(column_name)}); }

}  // namespace

void LabelEncoderState::check(const Schema& schema) const {
  if (schema.n_features != 1)
    throw FormatError("LabelEncoder: the schema is not that of one column");
  detail::check_learned("LabelEncoder", schema, {classes}, {{}});
}

LabelEncoder& LabelEncoder::fit(const Column& y) {
  LabelTransformer::fit(to_features(y), {});
  return *this;
}

LabelEncoder& LabelEncoder::fit(const std::vector<std::string>& y) { return fit(to_column(y)); }

LabelEncoder& LabelEncoder::fit(const Labels& y) { return fit(to_column(y)); }

LabelEncoderState LabelEncoder::do_fit(const Features& y, const FitContext&) const {
  return {detail::find_categories(y.column(0)).categories};
}

Labels LabelEncoder::transform(const Column& y) const {
  if (y.size() == 0) return Labels(0);
  const Features checked = check_input(to_features(y));
  const FeatureColumn column = checked.column(0);
  const std::vector<std::int32_t> codes = detail::encode_cells(column, classes());
  const std::string unseen = detail::unseen_cells(column, codes);
  if (!unseen.empty())
    throw InvalidInput(
        fmt::format("LabelEncoder: y contains previously unseen labels: [{}].", unseen));
  return Labels::Map(codes.data(), static_cast<Index>(codes.size()));
}

Labels LabelEncoder::transform(const std::vector<std::string>& y) const {
  return transform(to_column(y));
}

Labels LabelEncoder::transform(const Labels& y) const { return transform(to_column(y)); }

Column LabelEncoder::inverse_transform(const Labels& codes) const {
  const Index k = classes().size();
  for (const int code : codes)
    if (code < 0 || code >= k)
      throw InvalidInput(
          fmt::format("LabelEncoder: {} is not the code of one of the {} classes.", code, k));
  return detail::decode_cells(column_name, {codes.begin(), codes.end()}, classes());
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/cluster/kmeans_init.hpp>

namespace espalier {

Value Codec<KMeansInit>::encode(const KMeansInit& v) {
  return v.is_given() ? Codec<Matrix>::encode(v.centers()) : Codec<KMeansStart>::encode(v.start());
}

KMeansInit Codec<KMeansInit>::decode(const Value& v) {
  if (v.get_if<std::string>() != nullptr) return Codec<KMeansStart>::decode(v);
  return Codec<Matrix>::decode(v);
}

Value Codec<KMeansStarts>::encode(const KMeansStarts& v) {
  return v.n_ ? Value(static_cast<std::int64_t>(*v.n_)) : Value("auto");
}

KMeansStarts Codec<KMeansStarts>::decode(const Value& v) {
  if (const auto* text = v.get_if<std::string>(); text != nullptr && *text == "auto") return {};
  if (v.get_if<std::int64_t>() != nullptr) return Codec<int>::decode(v);
  detail::refuse_value(v, describe());
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// How k-means chooses the centres that it begins with.
enum class KMeansStart { kmeans_plusplus, random };

constexpr auto names_of(KMeansStart) {
  return std::array<std::string_view, 2>{"k-means++", "random"};
}

/// Where k-means begins: at rows drawn by greedy k-means++ ("k-means++") or by their weights alone
/// ("random"), or at given centres (n_clusters × p).
///
///     KMeans model({.n_clusters = 3, .init = centers});
class KMeansInit {
 public:
  KMeansInit() = default;  ///< "k-means++"
  KMeansInit(KMeansStart start) : start_(start) {}
  KMeansInit(Matrix centers) : centers_(std::move(centers)) {}

  bool is_given() const { return centers_.has_value(); }
  KMeansStart start() const { return start_; }  ///< where no centres are given
  const Matrix& centers() const { return *centers_; }

 private:
  KMeansStart start_ = KMeansStart::kmeans_plusplus;
  std::optional<Matrix> centers_;
};

template <>
struct Codec<KMeansInit> {
  static Value encode(const KMeansInit& v);
  static KMeansInit decode(const Value& v);
  static std::string describe() { return "'k-means++', 'random' or a matrix of centres"; }
};

/// How many starts k-means makes: a number of at least 1, or "auto", which is 1 for k-means++ and for
/// given centres, and for random ones 10 (KMeans) or 3 (MiniBatchKMeans).
class KMeansStarts {
 public:
  KMeansStarts() = default;  ///< "auto"
  KMeansStarts(int n) : n_(n) {}

  bool valid() const { return !n_ || *n_ >= 1; }
  /// For given centres always 1: every start would be the same.
  int count(const KMeansInit& init, int of_random) const {
    if (init.is_given()) return 1;
    return n_.value_or(init.start() == KMeansStart::random ? of_random : 1);
  }

 private:
  friend struct Codec<KMeansStarts>;
  std::optional<int> n_;
};

template <>
struct Codec<KMeansStarts> {
  static Value encode(const KMeansStarts& v);
  static KMeansStarts decode(const Value& v);
  static std::string describe() { return "an integer of at least 1 or 'auto'"; }
};

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/mlp_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

class Checker {
 public:
  Checker(const MLPNetwork& network, const Schema& schema, std::string_view owner)
      : n_(network), schema_(schema), owner_(owner) {}

  void check() const {
    const auto layers = static_cast<Index>(n_.coefs.size());
    require(layers > 0 && n_.intercepts.size() == n_.coefs.size(),
            "weights and intercepts differ in number, or there are none");
    require(n_.linear_layer >= -1 && n_.linear_layer < layers - 1, "there is no linear layer");
    Index width = check_embeddings();
    for (std::size_t i = 0; i < n_.coefs.size(); ++i) {
      const Matrix& coef = n_.coefs[i];
      require(coef.rows() == width && coef.cols() > 0 && n_.intercepts[i].size() == coef.cols(),
              "the shapes of the layers do not fit together");
      require(coef.allFinite() && n_.intercepts[i].allFinite(), "weights are not finite");
      width = coef.cols();
    }
    check_layer_values();
  }

 private:
  void require(bool holds, std::string_view otherwise) const {
    if (!holds) throw FormatError(fmt::format("{}: {}", owner_, otherwise));
  }

  /// The numbers that enter the first dense layer.
  Index check_embeddings() const {
    Index inputs = schema_.n_features;
    auto next = n_.embeddings.begin();
    for (Index j = 0; j < schema_.n_features; ++j) {
      const bool is_embedded = next != n_.embeddings.end() && next->column == j;
      require(is_embedded == (schema_.type(j) == ColumnType::categorical),
              "embeddings do not fit the categorical columns");
      if (!is_embedded) continue;
      const std::vector<std::string>& categories = next->categories;
      require(std::adjacent_find(categories.begin(), categories.end(), std::greater_equal<>()) ==
                  categories.end(),
              "the categories of an embedding do not ascend");
      require(next->dimension >= 1 && next->dimension <= n_.coefs[0].rows(),
              "the dimension of an embedding does not fit the first layer");
      inputs += next->dimension - 1;
      ++next;
    }
    require(next == n_.embeddings.end(), "embeddings do not fit the categorical columns");
    return inputs;
  }

  void check_layer_values() const {
    auto values = n_.layer_values.begin();
    const auto take = [&](Index rows, Index cols) {
      require(values != n_.layer_values.end() && values->rows() == rows && values->cols() == cols &&
                  values->allFinite(),
              "embeddings or normalisations have other shapes");
      return values++;
    };
    for (const MLPEmbedding& e : n_.embeddings)
      take(static_cast<Index>(e.categories.size()) + 1, e.dimension);
    for (std::size_t i = 0; n_.batch_norm && i + 1 < n_.coefs.size(); ++i) {
      if (static_cast<Index>(i) == n_.linear_layer) continue;
      for (int k = 0; k < 3; ++k) take(1, n_.coefs[i].cols());
      require(take(1, n_.coefs[i].cols())->minCoeff() >= 0.0, "a variance is negative");
    }
    require(values == n_.layer_values.end(), "embeddings or normalisations are too many");
  }

  const MLPNetwork& n_;
  const Schema& schema_;
  std::string_view owner_;
};

}  // namespace

void MLPNetwork::check(const Schema& schema, std::string_view owner) const {
  Checker(*this, schema, owner).check();
}

void MLPTraining::check(std::string_view owner) const {
  constexpr int most = 1 << 30;  // so that counting on cannot overflow
  constexpr std::int64_t most_rows = std::int64_t{1} << 62;
  if (t < 0 || t > most_rows || stalls < 0 || stalls > most || pieces < 0 || pieces > most)
    throw FormatError(
        fmt::format("{}: {} rows seen, {} epochs without progress or {} pieces cannot "
                    "be",
                    owner, t, stalls, pieces));
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/linear_model/elastic_net_cv.hpp>

#include "linear_model/elastic_net_fit.hpp"

namespace espalier::detail {

struct ElasticNetSearch {
  std::string_view owner;
  std::vector<double> l1_ratios;
  double eps;
  AlphaGrid alphas;
  int folds;
  ElasticNetTask task;  ///< its alpha and l1_ratio are chosen
};

/// ElasticNetCV's fit.
ElasticNetCVState search_elastic_net(const ElasticNetSearch& search, const Features& X,
                                     const Vector& y, const FitContext& context);

template <class Params>
ElasticNetCVState search_elastic_net(std::string_view owner, const Params& params,
                                     std::vector<double> l1_ratios, const Features& X,
                                     const Vector& y, const FitContext& context) {
  return search_elastic_net({owner, std::move(l1_ratios), params.eps, params.alphas, params.cv,
                             elastic_net_task(owner, params, 0.0, 0.0)},
                            X, y, context);
}

/// @throws FormatError  the parts of the state do not fit together
void check_elastic_net_search(std::string_view owner, const ElasticNetCVState& state,
                              const Schema& schema);

}  // namespace espalier::detail

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

/// All that a network has learned, parameters and statistics, in a fixed order.
template <class T>
std::vector<Parameter<T>*> learned(Sequential<T>& network) {
  std::vector<Parameter<T>*> all = network.parameters();
  for (Parameter<T>* p : network.statistics()) all.push_back(p);
  return all;
}

template <class T>
std::vector<Rows<T>> values_of(Sequential<T>& network) {
  std::vector<Rows<T>> values;
  for (const Parameter<T>* p : learned(network)) values.push_back(p->value);
  return values;
}

/// Puts values of the same network back.
template <class T>
void set_values(Sequential<T>& network, const std::vector<Rows<T>>& values) {
  std::size_t i = 0;
  for (Parameter<T>* p : learned(network)) p->value = values[i++];
}

}  // namespace espalier::nn

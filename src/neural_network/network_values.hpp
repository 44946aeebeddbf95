// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
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

/// Calls `use(parameter, its place among the numbers of all)`.
template <class T, class Use>
void for_each_place(const std::vector<Parameter<T>*>& parameters, const Use& use) {
  Index at = 0;
  for (Parameter<T>* p : parameters) {
    use(*p, at);
    at += p->size();
  }
}

/// The numbers as they stand in memory, one after the other.
template <class T>
auto flat(const Rows<T>& rows) {
  return Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>(rows.data(), rows.size());
}

/// The values of all parameters as one vector of doubles.
template <class T>
Vector flat_values(const std::vector<Parameter<T>*>& parameters) {
  Index n = 0;
  for (const Parameter<T>* p : parameters) n += p->size();
  Vector x(n);
  for_each_place(parameters, [&](const Parameter<T>& p, Index at) {
    x.segment(at, p.size()) = flat(p.value).template cast<double>();
  });
  return x;
}

/// Puts such a vector back.
template <class T>
void set_flat_values(const std::vector<Parameter<T>*>& parameters, const Vector& x) {
  for_each_place(parameters, [&](Parameter<T>& p, Index at) {
    std::transform(x.data() + at, x.data() + at + p.size(), p.value.data(),
                   [](double value) { return static_cast<T>(value); });
  });
}

/// Adds the gradients of all parameters, in the same order.
template <class T>
void add_flat_gradients(const std::vector<Parameter<T>*>& parameters, Vector& gradient) {
  for_each_place(parameters, [&](const Parameter<T>& p, Index at) {
    gradient.segment(at, p.size()) += flat(p.gradient).template cast<double>();
  });
}

}  // namespace espalier::nn

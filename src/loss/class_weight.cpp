// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/class_weight.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

Vector balanced_weights(Index n_classes, const Labels& codes, const Vector& sample_weight) {
  Vector total = Vector::Zero(n_classes);
  for (Index i = 0; i < codes.size(); ++i)
    total[codes[i]] += sample_weight.size() > 0 ? sample_weight[i] : 1.0;
  return total.sum() / (static_cast<double>(n_classes) * total.array());
}

/// What a user may call each class: its name, else its label.
std::vector<std::string> texts_of(const Labels& classes,
                                  const std::vector<std::string>& class_names) {
  if (!class_names.empty()) return class_names;
  std::vector<std::string> texts;
  for (const int label : classes) texts.push_back(std::to_string(label));
  return texts;
}

std::pair<std::string, double> decode_pair(const Value& v) {
  const Value::List pair = detail::decode_list(v);
  if (pair.size() != 2) detail::refuse_value(v, "a pair");
  if (const auto* name = pair[0].get_if<std::string>())
    return {*name, detail::decode_number(pair[1])};
  // A list keeps one type of number: the label of [2, 2.5] comes as 2.0.
  const double label = detail::decode_number(pair[0]);
  const bool whole = label == std::trunc(label) && std::abs(label) < 2147483648.0;
  if (!whole) detail::refuse_value(pair[0], "a class label");
  return {std::to_string(static_cast<int>(label)), detail::decode_number(pair[1])};
}

}  // namespace

ClassWeight::ClassWeight(std::initializer_list<std::pair<ClassKey, double>> weights) {
  for (const auto& [key, weight] : weights) weights_[key.text] = weight;
}

ClassWeight::ClassWeight(const std::map<int, double>& weights) {
  for (const auto& [label, weight] : weights) weights_[std::to_string(label)] = weight;
}

Vector ClassWeight::of_classes(const Labels& classes, const Labels& codes,
                               const Vector& sample_weight, std::string_view owner,
                               const std::vector<std::string>& class_names) const {
  if (balanced_) return balanced_weights(classes.size(), codes, sample_weight);
  const std::vector<std::string> texts = texts_of(classes, class_names);
  Vector result = Vector::Ones(classes.size());
  std::vector<std::string> without_weight;
  for (Index k = 0; k < classes.size(); ++k) {
    const std::string& text = texts[static_cast<std::size_t>(k)];
    const auto found = weights_.find(text);
    if (found == weights_.end()) {
      without_weight.push_back(text);
      continue;
    }
    result[k] = found->second;
    if (!std::isfinite(result[k]) || result[k] < 0.0)
      throw InvalidInput(fmt::format(
          "{}: class_weight gives class {} the weight {}; weights are finite and not negative.",
          owner, text, result[k]));
  }
  // A key that is no class is fine when every class has its weight: a fold may lack a class.
  const bool all_keys_used = weights_.size() + without_weight.size() == texts.size();
  if (!without_weight.empty() && !all_keys_used) {
    const auto stray = std::find_if(weights_.begin(), weights_.end(), [&](const auto& entry) {
      return std::find(texts.begin(), texts.end(), entry.first) == texts.end();
    });
    throw InvalidInput(fmt::format(
        "{}: The classes, [{}], are not in class_weight, which has '{}': no class of y.", owner,
        fmt::join(without_weight, ", "), stray->first));
  }
  return result;
}

Vector class_weighted(const ClassWeight& class_weight, const EncodedLabels& y,
                      const Vector& sample_weight, std::string_view owner,
                      const std::vector<std::string>& class_names) {
  if (class_weight.is_none()) return sample_weight;
  Vector result =
      class_weight.of_classes(y.classes, y.codes, sample_weight, owner, class_names)(y.codes);
  if (sample_weight.size() > 0) result.array() *= sample_weight.array();
  if (!(result.maxCoeff() > 0.0))
    throw InvalidInput(fmt::format("{}: class_weight leaves no row with a weight above 0.", owner));
  return result;
}

Value Codec<ClassWeight>::encode(const ClassWeight& v) {
  if (v.balanced_) return "balanced";
  if (v.weights_.empty()) return {};
  Value::Object object;
  for (const auto& [text, weight] : v.weights_) object.emplace_back(text, weight);
  return object;
}

ClassWeight Codec<ClassWeight>::decode(const Value& v) {
  if (v.is_none()) return {};
  const auto* text = v.get_if<std::string>();
  if (text != nullptr && *text == "balanced") return balanced;
  try {
    ClassWeight result;
    if (const auto* object = v.get_if<Value::Object>()) {
      for (const auto& [key, weight] : *object)
        result.weights_[key] = detail::decode_number(weight);
    } else {
      for (const Value& item : detail::decode_list(v)) result.weights_.insert(decode_pair(item));
    }
    return result;
  } catch (const FormatError&) {
    detail::refuse_value(v, describe());
  }
}

std::string Codec<ClassWeight>::describe() {
  return "'balanced', an object of weights by class, a list of pairs of class and weight, or none";
}

}  // namespace espalier

// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// A reader of well-formed XML: enough to check charts and pages, strict where a browser is not.
#pragma once

#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::testing_support {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;                    ///< directly inside, entities resolved
  std::vector<std::string> ancestors;  ///< names, from the root

  const std::string& operator[](const std::string& attribute) const {
    return attributes.at(attribute);
  }
  bool has_class(std::string_view wanted) const {
    const auto it = attributes.find("class");
    if (it == attributes.end()) return false;
    const std::string padded = " " + it->second + " ";
    return padded.find(" " + std::string(wanted) + " ") != std::string::npos;
  }
};

/// Reads a document; throws std::runtime_error where it is not well-formed.
class XmlDocument {
 public:
  explicit XmlDocument(std::string_view source) : rest_(source), size_(source.size()) {
    if (skip("<!DOCTYPE")) take_until(">");
    while (!rest_.empty()) rest_[0] == '<' ? read_tag() : read_text();
    if (!open_.empty()) fail("<" + elements_[open_.back()].name + "> is not closed");
    if (elements_.empty()) fail("no element");
  }

  const std::vector<XmlElement>& elements() const { return elements_; }

  /// All elements of a name, or of a name and a class.
  std::vector<XmlElement> all(std::string_view name, std::string_view with_class = {}) const {
    std::vector<XmlElement> found;
    for (const XmlElement& e : elements_)
      if (e.name == name && (with_class.empty() || e.has_class(with_class))) found.push_back(e);
    return found;
  }

  /// Whether some element of this name has exactly this text.
  bool has_text(std::string_view name, std::string_view text) const {
    for (const XmlElement& e : elements_)
      if (e.name == name && e.text == text) return true;
    return false;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw std::runtime_error("not well-formed at byte " + std::to_string(size_ - rest_.size()) +
                             ": " + why);
  }
  bool skip(std::string_view prefix) {
    if (rest_.substr(0, prefix.size()) != prefix) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }
  std::string take_until(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) fail("expected " + std::string(end));
    std::string taken(rest_.substr(0, at));
    rest_.remove_prefix(at + end.size());
    return taken;
  }
  void skip_space() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_[0])))
      rest_.remove_prefix(1);
  }
  std::string take_name() {
    std::size_t n = 0;
    while (n < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[n])) ||
                                rest_[n] == '-' || rest_[n] == ':'))
      ++n;
    if (n == 0) fail("expected a name");
    std::string name(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return name;
  }

  std::string resolve(std::string_view text) const {
    static const std::map<std::string, std::string, std::less<>> entities{
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"#39", "'"}};
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') fail("control character");
      if (c == '<') fail("a bare <");
      if (c != '&') {
        result += text[i];
        continue;
      }
      const std::size_t end = text.find(';', i);
      const auto entity =
          entities.find(text.substr(i + 1, end == std::string_view::npos ? 0 : end - i - 1));
      if (entity == entities.end()) fail("a bare &");
      result += entity->second;
      i = end;
    }
    return result;
  }

  void read_text() {
    const std::string_view raw = rest_.substr(0, rest_.find('<'));
    const std::string text = resolve(raw);
    rest_.remove_prefix(raw.size());
    if (!open_.empty())
      elements_[open_.back()].text += text;
    else if (text.find_first_not_of(" \n") != std::string::npos)
      fail("text outside of the root");
  }

  void read_tag() {
    if (skip("</")) {
      const std::string name = take_name();
      if (open_.empty() || elements_[open_.back()].name != name)
        fail("</" + name + "> closes nothing");
      open_.pop_back();
      if (!skip(">")) fail("expected >");
      return;
    }
    skip("<");
    XmlElement element;
    element.name = take_name();
    for (const std::size_t i : open_) element.ancestors.push_back(elements_[i].name);
    for (skip_space(); !rest_.empty() && rest_[0] != '>' && rest_[0] != '/'; skip_space()) {
      const std::string attribute = take_name();
      if (!skip("=\"")) fail("expected =\" after " + attribute);
      if (!element.attributes.emplace(attribute, resolve(take_until("\""))).second)
        fail("attribute " + attribute + " stands twice");
    }
    const bool closed = skip("/");
    if (!skip(">")) fail("expected >");
    elements_.push_back(element);
    if (!closed) open_.push_back(elements_.size() - 1);
  }

  std::string_view rest_;
  std::size_t size_;
  std::vector<XmlElement> elements_;
  std::vector<std::size_t> open_;
};

}  // namespace espalier::testing_support

// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <type_traits>

#include <espalier/core/archive.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

using Bytes = std::vector<std::uint8_t>;

void require_registered(const Subject& s) {
  if (!s.registered()) skip("it is not in the registry, so no model file may contain it");
}

void require_equal_models(const Estimator& saved, const Estimator& loaded, std::string_view form,
                          const Features& X) {
  require(loaded.class_name() == saved.class_name(), fmt::format("{}: another class", form));
  require(loaded.encode_params() == saved.encode_params(),
          fmt::format("{}: {} became {}", form, saved.to_string(), loaded.to_string()));
  require(loaded.fitted() == saved.fitted(), fmt::format("{}: fitted() differs", form));
  if (!saved.fitted()) return;
  require(loaded.feature_names_in() == saved.feature_names_in(),
          fmt::format("{}: feature_names_in() differ", form));
  require(loaded.iterations() == saved.iterations(), fmt::format("{}: iterations() differ", form));
  if (saved.role() == RoleKind::classifier)
    require(equal(as<Classifier>(loaded).classes(), as<Classifier>(saved).classes()) &&
                as<Classifier>(loaded).class_names() == as<Classifier>(saved).class_names(),
            fmt::format("{}: the classes differ", form));
  if (saved.role() == RoleKind::transformer)
    require(as<Transformer>(loaded).get_feature_names_out() ==
                as<Transformer>(saved).get_feature_names_out(),
            fmt::format("{}: get_feature_names_out() differ", form));
  require_same(form, difference(outputs(saved, X), outputs(loaded, X)));
}

/// What was saved must be all that a fit depends on.
void require_equal_refit(const Subject& s, const Estimator& saved, Estimator& loaded,
                         std::string_view form, const Features& X, const OptionalTarget& y) {
  if (!s.tags().deterministic) return;
  fit(loaded, X, y);
  require_same(fmt::format("{}, fitted again: is a parameter missing from fields()?", form),
               difference(outputs(saved, X), outputs(loaded, X)));
}

void saves_and_loads_by_bits(const Subject& s) {
  require_registered(s);
  const auto round_trip = [&](const Estimator& e, const Features& X, const OptionalTarget& y,
                              const std::string& what) {
    const Bytes bytes = to_cbor(e);
    const auto from_bytes = load_any(bytes);
    require_equal_models(e, *from_bytes, what + " through CBOR", X);
    require(to_cbor(*from_bytes) == bytes, what + ": saving it again gives other bytes (CBOR)");
    const std::string text = to_json(e);
    const auto from_text = from_json(text);
    require_equal_models(e, *from_text, what + " through JSON", X);
    require(to_json(*from_text) == text, what + ": saving it again gives another text (JSON)");
    if (e.fitted()) require_equal_refit(s, e, *from_bytes, what + " and saved", X, y);
  };
  round_trip(*s.make(), Matrix(1, 1), {}, "unfitted");
  if (!s.fits()) return;
  const Problem problem = s.problem();
  round_trip(*s.fitted(problem), problem.X, problem.y, "fitted on a matrix");
  const DataFrame table = table_of(problem.X);
  round_trip(*s.fitted(table, problem.y), table, problem.y, "fitted on a table");
  if (!s.tags().allow_nan) return;
  const Problem missing = problem.with_missing();
  round_trip(*s.fitted(missing), missing.X, missing.y, "fitted on an X with missing values");
}

/// A path in the temporary directory that nobody else uses, and nothing there afterwards.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view ending)
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("espalier-{:08x}{:08x}{}", std::random_device()(), std::random_device()(),
                          ending)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void saves_to_a_file(const Subject& s) {
  require_registered(s);
  const Problem problem = s.fits() ? s.problem() : Problem{};
  const auto e = s.fits() ? s.fitted(problem) : s.make();
  for (const std::string_view ending : {".esp", ".json"}) {
    const TemporaryFile file(ending);
    save(*e, file.path());
    const auto loaded = load_any(file.path());
    require_equal_models(*e, *loaded, fmt::format("through a file ({})", ending), problem.X);
  }
}

/// Loads bytes that may be anything: the result must be an Error, or a model that can be used
/// (whose methods, too, may throw an Error and nothing else).
void load_damaged(const Bytes& bytes, const Features& X, std::string_view damage) {
  try {
    const auto e = load_any(bytes);
    e->to_string();
    if (e->fitted()) outputs(*e, X);
  } catch (const Error&) {
  } catch (const std::exception& error) {
    fail_other_error(fmt::format("load and predict after {}", damage), "an Error or a usable model",
                     error);
  }
}

/// Every length and every byte of a small file; of a large one the first 200 bytes and then
/// positions in equal steps, as many as keep the bytes read within the budget.
std::vector<std::size_t> positions(std::size_t size) {
  constexpr std::size_t budget = 4'000'000, head = 200;
  const std::size_t step = std::max<std::size_t>(1, size * size / budget);
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < size; i += i < head ? 1 : step) result.push_back(i);
  return result;
}

void damage(const Bytes& whole, const Features& X, std::string_view form) {
  for (const std::size_t length : positions(whole.size())) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const std::string what = fmt::format("{} was cut after {} bytes", form, length);
    require_error<Error>(what, "an Error", {}, [&] { load_any(cut); });
  }
  Bytes altered = whole;
  for (const std::size_t at : positions(whole.size())) {
    for (const int flip : {0x01, 0x82}) {
      altered[at] = static_cast<std::uint8_t>(whole[at] ^ flip);
      load_damaged(altered, X, fmt::format("byte {} of {} became {:#04x}", at, form, altered[at]));
    }
    altered[at] = whole[at];
  }
}

/// Lists of every length but the right one: each item of each list is left out in turn.
void leave_items_out(const std::string& json, const Features& X) {
  std::vector<std::size_t> commas;
  for (std::size_t i = 0; i < json.size(); ++i)
    if (json[i] == ',') commas.push_back(i);
  const std::size_t step = 1 + commas.size() * json.size() / 4'000'000;
  for (std::size_t k = 0; k < commas.size(); k += step) {
    const std::size_t end = json.find_first_of(",]}", commas[k] + 1);
    if (end == std::string::npos) break;
    std::string text = json;
    text.erase(commas[k], end - commas[k]);
    load_damaged(Bytes(text.begin(), text.end()), X,
                 fmt::format("the item at byte {} was left out", commas[k] + 1));
  }
}

void damaged_files_do_no_harm(const Subject& s) {
  require_registered(s);
  const Problem problem = s.fits() ? s.problem({.rows = 40}) : Problem{};
  const auto e = s.fits() ? s.fitted(table_of(problem.X), problem.y) : s.make();
  const Matrix few = s.fits() ? Matrix(problem.X.topRows(5)) : Matrix();
  damage(to_cbor(*e), few, "the CBOR file");
  const std::string text = to_json(*e);
  damage(Bytes(text.begin(), text.end()), few, "the JSON file");
  leave_items_out(text, few);
}

/// An array in the State, or a matrix by one of its dimensions.
struct Array {
  std::string field;
  Index length;
  Value shorter;  ///< by one item
};

std::vector<Array> arrays_in(const Estimator& fitted) {
  std::vector<Array> result;
  const Value encoded = fitted.encode_fitted();
  const Value* state = encoded.find("state");
  if (state == nullptr || state->get_if<Value::Object>() == nullptr) return {};
  for (const auto& [name, value] : *state->get_if<Value::Object>()) {
    const auto add = [&, &field = name](Index length, Value shorter) {
      result.push_back({field, length, std::move(shorter)});
    };
    const auto add_list = [&](const auto* list) {
      if (list == nullptr || list->empty()) return;
      add(static_cast<Index>(list->size()),
          std::decay_t<decltype(*list)>(list->begin(), list->end() - 1));
    };
    add_list(value.get_if<Value::Numbers>());
    add_list(value.get_if<Value::Integers>());
    add_list(value.get_if<Value::List>());
    if (value.find("rows") == nullptr || value.find("starts") != nullptr) continue;
    const auto m = Codec<Matrix>::decode(value);  // else it would be sparse
    if (m.size() == 0) continue;
    add(m.rows(), Codec<Matrix>::encode(m.topRows(m.rows() - 1)));
    add(m.cols(), Codec<Matrix>::encode(m.leftCols(m.cols() - 1)));
  }
  return result;
}

/// The arrays of a model of 4 columns that have an item a column: one of 5 columns has 5.
std::vector<Array> arrays_of_columns(const Subject& s, const Estimator& fitted) {
  std::vector<Array> arrays = arrays_in(fitted);
  const std::vector<Array> wider = arrays_in(*s.fitted(s.problem({.cols = 5})));
  std::erase_if(arrays, [&](const Array& a) {
    const auto grows = [&](const Array& b) { return b.field == a.field && b.length == 5; };
    return a.length != 4 || std::none_of(wider.begin(), wider.end(), grows);
  });
  return arrays;
}

void short_arrays_are_refused(const Subject& s) {
  const auto e = s.fitted(s.problem());
  const std::vector<Array> arrays = arrays_of_columns(s, *e);
  if (arrays.empty()) skip("its State has no array with an item a column");
  for (const Array& array : arrays) {
    Value::Object model = *e->encode_fitted().get_if<Value::Object>();
    Value::Object state = *Value(model).find("state")->get_if<Value::Object>();
    for (auto& [name, value] : state)
      if (name == array.field) value = array.shorter;
    for (auto& [name, value] : model)
      if (name == "state") value = state;
    try {
      s.make()->decode_fitted(model);
    } catch (const Error&) {
      return;  // one is enough: the length of another may be free
    }
  }
  fail(
      fmt::format("a file in which '{}' lacks the item of one of the columns is loaded: the State "
                  "needs a check(const Schema&)",
                  arrays.front().field));
}

}  // namespace

Checks archive_checks() {
  return {
      {"saves_and_loads_by_bits",
       "a loaded model is equal, gives the same bits (JSON and CBOR), and can be fitted again",
       always, saves_and_loads_by_bits},
      {"saves_to_a_file", "save and load_any through a file", always, saves_to_a_file},
      {"damaged_files_do_no_harm",
       "a file cut at any length or altered in any byte gives an Error or a usable model", always,
       damaged_files_do_no_harm},
      {"short_arrays_are_refused",
       "a file is refused whose arrays do not fit the width of X: the State has a check()", fits,
       short_arrays_are_refused},
  };
}

}  // namespace espalier::detail::kit

// SPDX-License-Identifier: BSD-3-Clause
// Writes what the fuzzers begin from: `seeds <folder>` makes <folder>/archive, a small fitted model
// of every kind as CBOR and as JSON, <folder>/csv, small tables, and <folder>/xgboost and lightgbm,
// the small models of tests/golden/import.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <espalier/core/archive.hpp>
#include <espalier/core/data_frame.hpp>
#include <espalier/core/errors.hpp>

#include "testing/prototypes.hpp"

namespace {

using namespace espalier;

DataFrame numbers(Index n) {
  Matrix X(n, 5);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < 5; ++j) X(i, j) = static_cast<double>((i * (j + 3)) % 11);
  return DataFrame::from_matrix(X, {"a", "b", "c", "d", "e"});
}

DataFrame mixed(Index n) {
  std::vector<std::string> texts;
  for (Index i = 0; i < n; ++i) texts.emplace_back(1, static_cast<char>('p' + i % 4));
  return numbers(n).with(Column::categorical("text", texts));
}

void fit(Estimator& e, const Features& X) {
  Labels y(X.rows());
  for (Index i = 0; i < y.size(); ++i) y[i] = static_cast<int>(i * 7 % 3);
  if (auto* c = dynamic_cast<Classifier*>(&e)) c->fit(X, y);
  if (auto* r = dynamic_cast<Regressor*>(&e)) r->fit(X, Vector(y.cast<double>()));
  if (auto* t = dynamic_cast<Transformer*>(&e)) t->fit(X, y);
}

/// On a table with texts if it takes one. (The tags of a pipeline speak of its first step.)
std::unique_ptr<Estimator> fitted(const Estimator& prototype) {
  constexpr Index n = 30;
  auto e = prototype.clone();
  try {
    fit(*e, mixed(n));
  } catch (const InvalidInput&) {
    fit(*e, numbers(n));
  }
  return e;
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// The small models of XGBoost and LightGBM that the tests have.
void copy_models(const std::filesystem::path& folder) {
  constexpr std::uintmax_t most_bytes = 13000;
  std::filesystem::create_directories(folder / "xgboost");
  std::filesystem::create_directories(folder / "lightgbm");
  for (const auto& file : std::filesystem::directory_iterator(ESPALIER_GOLDEN_DIR "/import")) {
    const std::string name = file.path().filename().string();
    if (file.file_size() > most_bytes || name == "predictions.json") continue;
    std::filesystem::copy_file(file.path(),
                               folder / (name.starts_with("xgb") ? "xgboost" : "lightgbm") / name,
                               std::filesystem::copy_options::overwrite_existing);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: seeds <folder>\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder / "archive");
  std::filesystem::create_directories(folder / "csv");
  for (const Prototype& prototype : prototypes()) {
    const auto e = fitted(*prototype.estimator);
    save(*e, folder / "archive" / (prototype.label + ".esp"));
    save(*e, folder / "archive" / (prototype.label + ".json"));
  }
  copy_models(folder);
  write(folder / "csv" / "plain", "\1a,b\n1,x\n2.5,\"y, z\"\n,NA\n");
  write(folder / "csv" / "crlf", "\3a;b\r\n-1e3;'it''s'\r\n\r\n+inf;\r\n");
  write(folder / "csv" / "comments", "\11# one\na,b\n1,2\n# two\n3,4\n");
}

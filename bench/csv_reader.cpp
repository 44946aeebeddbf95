// SPDX-License-Identifier: BSD-3-Clause
// Reads one CSV file and prints, as JSON, what it took; bench/compare/read_csv.py runs it beside
// pandas.
//
//     csv_reader file.csv [threads]
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <espalier/io/csv.hpp>

namespace {

/// The most memory that this process has held so far, in MB of 10⁶ bytes (Linux).
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024 / 1e6;
  }
  return 0;
}

double table_megabytes(const espalier::DataFrame& table) {
  double bytes = 0;
  for (const espalier::Column& column : table.columns()) {
    bytes += static_cast<double>(table.rows()) * (column.is_numeric() ? 8 : 4);
    if (column.is_numeric()) continue;
    for (const std::string& text : column.dictionary()) {
      bytes += static_cast<double>(sizeof text + text.size());
    }
  }
  return bytes / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: csv_reader file.csv [threads]\n";
    return 2;
  }
  try {
    const double before = peak_megabytes();
    const auto begin = std::chrono::steady_clock::now();
    const espalier::DataFrame table =
        espalier::read_csv(argv[1], {.n_threads = argc > 2 ? std::atoi(argv[2]) : 0});
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    std::cout << "{\"seconds\": " << wall.count()
              << ", \"cpu_seconds\": " << static_cast<double>(std::clock()) / CLOCKS_PER_SEC
              << ", \"rows\": " << table.rows() << ", \"columns\": " << table.cols()
              << ", \"table_mb\": " << table_megabytes(table) << ", \"before_mb\": " << before
              << ", \"peak_mb\": " << peak_megabytes() << "}\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

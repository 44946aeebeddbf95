// SPDX-License-Identifier: BSD-3-Clause
// Reads one CSV file and prints as one line of JSON what that took; suites/csv.py runs it beside
// pandas.
//
//     ours_csv file.csv [threads]
#include <cstdlib>
#include <exception>
#include <iostream>

#include <espalier/io/csv.hpp>

#include "ours.hpp"

namespace {

double table_megabytes(const espalier::DataFrame& table) {
  double bytes = 0;
  for (const espalier::Column& column : table.columns()) {
    bytes += static_cast<double>(table.rows()) * (column.is_numeric() ? 8 : 4);
    if (column.is_numeric()) continue;
    for (const std::string& text : column.dictionary())
      bytes += static_cast<double>(sizeof text + text.size());
  }
  return bytes / 1e6;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) throw std::runtime_error("usage: ours_csv file.csv [threads]");
  const int n_threads = argc > 2 ? std::atoi(argv[2]) : 0;
  const compare::PeakMemory memory;
  espalier::DataFrame table;
  const double seconds =
      compare::seconds_of([&] { table = espalier::read_csv(argv[1], {.n_threads = n_threads}); });
  std::cout << "{\"seconds\": " << seconds << ", \"added_mb\": " << memory.added_megabytes()
            << ", \"rows\": " << table.rows() << ", \"columns\": " << table.cols()
            << ", \"table_mb\": " << table_megabytes(table) << "}\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

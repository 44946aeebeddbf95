// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/io/csv.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>

#include "core/number_text.hpp"
#include "io/csv_reader.hpp"

namespace espalier {
namespace {

DataFrame read_path(const std::filesystem::path& path, const CsvOptions& options,
                    const std::string& target) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) || std::filesystem::is_regular_file(path, unknown)) {
    detail::FileSource source(path);
    return detail::read_csv_table(source, options, target);
  }
  const std::string text = detail::read_file(path);  // a pipe can be read only once
  detail::MemorySource source(text, path.string());
  return detail::read_csv_table(source, options, target);
}

/// Writes cells, quoted where they need it.
class CsvWriter {
 public:
  CsvWriter(const DataFrame& table, const CsvWriteOptions& options)
      : table_(table), options_(options) {
    if (std::string_view("\"\r\n").find(options.delimiter) != std::string_view::npos) {
      throw InvalidParameter("CsvWriteOptions: the delimiter cannot be a quote or a line end.");
    }
    if (has_special(options.missing)) {
      throw InvalidParameter(
          "CsvWriteOptions: the text for missing cells cannot hold a delimiter, quote or line "
          "end.");
    }
    // An empty line would be no row at all.
    missing_ = table.cols() == 1 && options.missing.empty() ? "NA" : options.missing;
  }

  std::string write() {
    if (options_.header) {
      for (Index j = 0; j < table_.cols(); ++j) {
        separate(j);
        append_text(table_.column(j).name());
      }
      end_line();
    }
    for (Index i = 0; i < table_.rows(); ++i) {
      for (Index j = 0; j < table_.cols(); ++j) {
        separate(j);
        append_cell(table_.column(j), i);
      }
      end_line();
    }
    return std::move(out_);
  }

 private:
  void separate(Index j) {
    if (j > 0) out_ += options_.delimiter;
  }
  void end_line() {
    if (table_.cols() > 0) out_ += '\n';
  }

  void append_cell(const Column& column, Index row) {
    const auto i = static_cast<std::size_t>(row);
    if (column.is_missing(row)) {
      out_ += missing_;
    } else if (column.is_numeric()) {
      append_number(column.values()[i]);
    } else {
      append_text(column.dictionary()[static_cast<std::size_t>(column.codes()[i])]);
    }
  }

  void append_number(double value) {
    const std::size_t begin = out_.size();
    detail::append_number(out_, value);
    if (out_.find(options_.delimiter, begin) != std::string::npos) {
      out_.insert(begin, 1, '"');
      out_ += '"';
    }
  }

  void append_text(std::string_view text) {
    if (!needs_quotes(text)) {
      out_ += text;
      return;
    }
    out_ += '"';
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  }

  bool has_special(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) {
      return c == options_.delimiter || c == '"' || c == '\n' || c == '\r';
    });
  }

  bool needs_quotes(std::string_view text) const {
    const std::span<const std::string_view> missing = default_csv_missing_values();
    return has_special(text) || detail::trimmed(text) != text || text == missing_ ||
           text.starts_with("\xEF\xBB\xBF") ||
           std::find(missing.begin(), missing.end(), text) != missing.end();
  }

  const DataFrame& table_;
  const CsvWriteOptions& options_;
  std::string missing_;
  std::string out_;
};

}  // namespace

std::span<const std::string_view> default_csv_missing_values() {
  static constexpr std::array<std::string_view, 19> texts{
      "",     "#N/A",   "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN",
      "-nan", "1.#IND", "1.#QNAN",  "<NA>", "N/A",     "NA",       "NULL",
      "NaN",  "None",   "n/a",      "nan",  "null"};
  return texts;
}

DataFrame read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  return read_path(path, options, {});
}

DataFrame parse_csv(std::string_view text, const CsvOptions& options) {
  detail::MemorySource source(text, "the text");
  return detail::read_csv_table(source, options);
}

Dataset read_csv_dataset(const std::filesystem::path& path, const std::string& target,
                         const CsvOptions& options) {
  DataFrame table = read_path(path, options, target);
  if (const Column& y = table[target]; y.count_missing() > 0) {
    std::vector<bool> known(static_cast<std::size_t>(table.rows()));
    for (Index i = 0; i < table.rows(); ++i) known[static_cast<std::size_t>(i)] = !y.is_missing(i);
    table = table.where(known);
  }
  return {table.drop(target), table[target]};
}

std::string to_csv(const DataFrame& table, const CsvWriteOptions& options) {
  return CsvWriter(table, options).write();
}

void write_csv(const DataFrame& table, const std::filesystem::path& path,
               const CsvWriteOptions& options) {
  detail::write_file_atomically(path, to_csv(table, options));
}

}  // namespace espalier

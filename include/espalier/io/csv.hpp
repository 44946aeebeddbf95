// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Tables in and out of CSV files.
///
///     DataFrame table = read_csv("people.csv");
///     write_csv(table.head(100), "sample.csv");
///     auto [X, y] = read_csv_dataset("churn.csv", "churn",
///                                    {.types = {{"zip", ColumnType::categorical}}});
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/column.hpp>
#include <espalier/core/data_frame.hpp>

namespace espalier {

/// How a CSV text is read. The defaults suit most files.
struct CsvOptions {
  /// What stands between two fields: `'\t'` and `';'` are common too.
  char delimiter = ',';

  /// A field that starts with it goes to the next single one, over delimiters and line ends; two of
  /// them inside mean one. Within a field that does not start with it, it is a character like any
  /// other. `std::nullopt` gives it no meaning at all.
  std::optional<char> quote = '"';

  /// Lines that start with it are skipped; none by default.
  std::optional<char> comment = std::nullopt;

  /// Whether the first line holds the names of the columns. Without, they are x0, x1, …
  bool header = true;

  /// Names to use instead of those in the header, or where there is none; one for each field.
  std::vector<std::string> names = {};

  /// The columns to keep, in this order; empty keeps all. Others cost little time and no memory.
  std::vector<std::string> columns = {};

  /// Types that are known. Post codes and identifiers look like numbers but are categories:
  /// `{{"zip", ColumnType::categorical}}`. The types of other columns are inferred.
  std::map<std::string, ColumnType> types = {};

  /// Texts that mean "missing", besides the default ones: `{"?"}` in many files of the UCI archive.
  std::vector<std::string> missing_values = {};

  /// Whether `default_csv_missing_values()` mean "missing".
  bool default_missing_values = true;

  /// Whether a quoted cell may be missing: `"NA"`, and the empty `""`. As in pandas; programs that
  /// quote every cell leave no other way. Without it a quoted cell is always a text or a number.
  bool quoted_missing = true;

  /// What read_csv_dataset does with rows whose target is missing: drop them, or throw.
  bool drop_missing_target = false;

  /// At most this many threads; 0 takes what max_threads() allows. The table is the same for all.
  int n_threads = 0;
};

/// The texts that mean "missing" unless CsvOptions says otherwise, the same as in pandas: the empty
/// text, NA, N/A, n/a, NaN, nan, -NaN, -nan, NULL, null, None, <NA>, #NA, #N/A, #N/A N/A, 1.#IND,
/// -1.#IND, 1.#QNAN, -1.#QNAN.
std::span<const std::string_view> default_csv_missing_values();

/// Reads a CSV file into a table.
///
/// - **Format.** RFC 4180, and more kindly: lines end with LF, CR LF or CR, and the last one may go
///   without; a UTF-8 byte order mark is skipped, and so are blank lines (empty, or spaces and
///   tabs). All records have as many fields as the first. Text is UTF-8.
/// - **Types.** A column is numeric when every cell of the whole file is a number or missing, else
///   categorical, with its dictionary sorted; `true` and `false` are categories, and a column
///   without a value is numeric. A number is what `std::from_chars` takes, to the last bit, and may
///   have a `+` in front; `inf` and `infinity` are numbers, and one too large for a double is
///   infinite. Spaces and tabs around a cell do not count when it is compared with a number or a
///   missing value; a text keeps them.
/// - **Names.** A column without a name is called `Unnamed: j`, j counted from 0, as in pandas.
/// - A file with a header and no rows gives a table with no rows, its columns numeric unless given.
///
/// The file is read in blocks of 256 KiB that are parsed in parallel; it is not mapped into
/// memory, because a file that somebody truncates meanwhile would then end the process. Time
/// O(bytes); memory is the table's (8 bytes a number, 4 a category) and some tens of megabytes.
/// When a column turns out to be text only after the first block, the file is read once more for
/// that column.
///
/// @throws IoError           the file is missing, a directory or unreadable
/// @throws FormatError       with path, line and column: a record with too many or too few fields
///                           or of more than 256 MiB, a quote that is never closed or has text
///                           behind it, a text in a column given as numeric, two columns of one
///                           name, an empty file, a binary file, text that is not UTF-8
/// @throws InvalidInput      `columns` or `types` name a column that is not there; `names` are not
///                           as many as the columns
/// @throws InvalidParameter  delimiter, quote and comment are not three different characters
DataFrame read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

/// The same from a text in memory. Errors call it "the text".
DataFrame parse_csv(std::string_view text, const CsvOptions& options = {});

/// What to learn from, and what to predict.
struct Dataset {
  DataFrame X;
  Column y;
};

/// Reads a CSV file and takes one column out as the target. With `options.columns` it is read
/// whether they name it or not.
/// @throws FormatError   a target is missing, unless `options.drop_missing_target`; and as read_csv
/// @throws InvalidInput  there is no column `target`; and as read_csv
Dataset read_csv_dataset(const std::filesystem::path& path, const std::string& target,
                         const CsvOptions& options = {});

/// How a table is written as CSV.
struct CsvWriteOptions {
  char delimiter = ',';
  bool header = true;
  std::string missing = {};  ///< what stands for a missing cell; a text that equals it is quoted
};

/// The table as CSV text: lines end with LF, texts are quoted where they need it.
///
/// Numbers are written in the shortest form that reads back to the same bits (but for the payload
/// of a NaN: it is missing). Read back with the same column types and `quoted_missing = false`, the
/// table is the same; with default options, a text like `NA`, or one of blanks, reads back as
/// missing, and a column whose texts all look like numbers as numeric. A text that means "missing"
/// by default is quoted.
/// @throws InvalidParameter  the delimiter is a quote or a line end
std::string to_csv(const DataFrame& table, const CsvWriteOptions& options = {});

/// Writes `to_csv(table, options)` to a file, whole or not at all: to a temporary file in the same
/// folder, which then takes the place of `path`.
/// @throws IoError  the file cannot be written
void write_csv(const DataFrame& table, const std::filesystem::path& path,
               const CsvWriteOptions& options = {});

}  // namespace espalier

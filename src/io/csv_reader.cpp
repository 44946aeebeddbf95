// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "core/text_index.hpp"
#include "io/csv_block.hpp"

namespace espalier::detail {
namespace {

/// So many blocks are read, then parsed at the same time, then joined: enough to keep the threads
/// busy, and no more, since fresh memory costs as much as parsing into it.
std::size_t blocks_per_wave() { return 4 * static_cast<std::size_t>(max_threads()); }

constexpr double work_per_byte = 5;

/// A column as it grows.
struct GrowingColumn {
  std::vector<double> numbers;
  std::vector<std::int32_t> codes;
  TextIndex texts;

  void reserve(std::size_t rows, CellKind kind) {
    if (kind == CellKind::category) {
      codes.reserve(rows);
    } else if (kind != CellKind::skipped) {
      numbers.reserve(rows);
    }
  }

  void append(const CellBuffer& cells) {
    numbers.insert(numbers.end(), cells.numbers.begin(), cells.numbers.end());
    std::vector<std::int32_t> code_of(cells.texts.size());
    for (std::size_t i = 0; i < code_of.size(); ++i) {
      code_of[i] = texts.insert(cells.texts[i]).code;
    }
    for (const std::int32_t code : cells.codes) {
      codes.push_back(code < 0 ? code : code_of[static_cast<std::size_t>(code)]);
    }
  }

  Column finish(const std::string& name, bool categorical) {
    if (!categorical) return Column::numeric(name, std::move(numbers));
    TextIndex::Sorted sorted = texts.sorted();
    texts.clear();
    for (std::int32_t& code : codes) {
      if (code >= 0) code = sorted.rank[static_cast<std::size_t>(code)];
    }
    return Column::categorical(name, std::move(codes), std::move(sorted.dictionary));
  }
};

/// Reads a text once, or twice: a column that is guessed to be numeric by the first block, and has
/// a text in a later one, is skipped from there on and read as categorical in a second pass.
class CsvTableReader {
 public:
  CsvTableReader(ByteSource& source, const CsvOptions& options, const std::string& target,
                 std::size_t block_size, std::size_t longest_record)
      : source_(source),
        options_(options),
        block_size_(block_size),
        longest_record_(longest_record) {
    plan_.dialect = dialect_of(options);
    CsvBlocks blocks(source_, plan_.dialect, block_size_, longest_record_);
    std::string block;
    plan_ = plan_csv(source_.name(), first_record(blocks, block), options, target);
    guess(block);
  }

  DataFrame read() {
    const std::size_t n = plan_.fields.size();
    columns_.resize(n);
    const Index rows = pass();
    std::vector<bool> categorical(n);
    for (std::size_t j = 0; j < n; ++j) {
      categorical[j] = turned_[j] || plan_.fields[j].kind == CellKind::category;
      plan_.fields[j].kind = turned_[j] ? CellKind::category : CellKind::skipped;
    }
    const bool again = std::find(turned_.begin(), turned_.end(), 1) != turned_.end();
    if (again && pass() != rows) {
      throw IoError(source_.name() + ": the file changed while it was read.");
    }

    std::vector<std::optional<Column>> finished(plan_.selected.size());
    const auto finish = [&](Index i) {
      const std::size_t j = plan_.selected[static_cast<std::size_t>(i)];
      finished[static_cast<std::size_t>(i)] =
          columns_[j].finish(plan_.fields[j].name, categorical[j]);
    };
    parallel_for(static_cast<Index>(finished.size()), static_cast<double>(rows), finish);
    std::vector<Column> columns;
    columns.reserve(finished.size());
    for (std::optional<Column>& column : finished) columns.push_back(std::move(*column));
    return DataFrame(std::move(columns));
  }

 private:
  [[noreturn]] void fail(const CsvProblem& problem) const {
    std::string place = fmt::format("{}: line {}", source_.name(), lines_ + problem.line);
    if (problem.field >= 0) {
      place += fmt::format(", column {}", problem.field + 1);
      const auto j = static_cast<std::size_t>(problem.field);
      if (j < plan_.fields.size()) place += fmt::format(" ('{}')", plan_.fields[j].name);
    }
    throw FormatError(fmt::format("{}: {}.", place, problem.what));
  }

  /// Blocks that are parsed at the same time, and what went wrong behind them: told after what is
  /// wrong in them, and with the lines they have.
  struct Wave {
    std::vector<std::string> texts = std::vector<std::string>(blocks_per_wave());
    std::size_t count = 0;
    std::exception_ptr error;

    std::span<const std::string> blocks() const { return std::span(texts).first(count); }
    /// Reads blocks until there are as many as fit.
    void read_on(CsvBlocks& source) {
      try {
        while (count < texts.size() && source.next(texts[count])) ++count;
      } catch (...) {
        error = std::current_exception();
      }
    }
  };

  [[noreturn]] void fail(const std::exception_ptr& error) const {
    try {
      std::rethrow_exception(error);
    } catch (const CsvProblem& problem) {
      fail(problem);
    }
  }

  /// The next block, when all before it have been parsed.
  bool next(CsvBlocks& blocks, std::string& block) const {
    try {
      return blocks.next(block);
    } catch (const CsvProblem& problem) {
      fail(problem);
    }
  }

  /// The texts of the first record, none if there is none. Then `block` holds the records to parse:
  /// what stands behind it when it is a header, and `lines_` counts the lines before.
  std::vector<std::string> first_record(CsvBlocks& blocks, std::string& block) {
    std::vector<std::string> texts;
    lines_ = 0;
    while (texts.empty() && next(blocks, block)) {
      CsvRecords records(block, plan_.dialect);
      try {
        CsvField field;
        std::string buffer;
        const bool found = records.next_record();
        while (found && records.next_field(field)) {
          texts.emplace_back(plain_text(field, plan_.dialect, buffer));
          check_text(texts.back(), records.record_line(), static_cast<Index>(texts.size()) - 1);
        }
      } catch (const CsvProblem& problem) {
        fail(problem);
      }
      if (!texts.empty() && !options_.header) break;
      lines_ += records.lines();
      block.erase(0, static_cast<std::size_t>(records.position() - block.data()));
    }
    return texts;
  }

  /// What the fields are by the first block, and how many rows there may be.
  void guess(const std::string& block) {
    ParsedBlock parsed;
    parse_block(block, plan_, parsed);
    if (!block.empty()) {
      const double blocks = static_cast<double>(source_.size()) / static_cast<double>(block.size());
      rows_expected_ =
          static_cast<std::size_t>(1.02 * blocks * static_cast<double>(parsed.records));
    }
    for (std::size_t j = 0; j < plan_.fields.size(); ++j) {
      if (parsed.fields[j].found_text) plan_.fields[j].kind = CellKind::category;
    }
    turned_.assign(plan_.fields.size(), 0);
  }

  /// Reads the whole text for the fields that are not skipped; returns the number of records.
  Index pass() {
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      columns_[j].reserve(rows_expected_, plan_.fields[j].kind);
    }
    source_.rewind();
    CsvBlocks blocks(source_, plan_.dialect, block_size_, longest_record_);
    Wave wave;
    Wave ahead;
    std::vector<ParsedBlock> parsed(wave.texts.size());
    first_record(blocks, wave.texts[0]);
    wave.count = 1;
    wave.read_on(blocks);
    Index rows = 0;
    while (wave.count > 0 || wave.error) {
      ahead.count = 0;
      const auto read_ahead = [&] {
        if (!wave.error) ahead.read_on(blocks);
      };
      rows += parse_wave(wave.blocks(), std::span(parsed).first(wave.count), read_ahead);
      if (wave.error) fail(wave.error);
      std::swap(wave, ahead);
    }
    return rows;
  }

  /// Parses blocks, and calls `read_ahead` at the same time.
  template <class ReadAhead>
  Index parse_wave(std::span<const std::string> texts, std::span<ParsedBlock> parsed,
                   const ReadAhead& read_ahead) {
    double bytes = 0;
    for (const std::string& text : texts) bytes += static_cast<double>(text.size());
    parallel_for(static_cast<Index>(texts.size()) + 1, work_per_byte * bytes, [&](Index b) {
      if (b == 0) return read_ahead();
      const auto i = static_cast<std::size_t>(b - 1);
      parse_block(texts[i], plan_, parsed[i]);
    });
    Index rows = 0;
    for (const ParsedBlock& block : parsed) {
      if (block.problem) fail(*block.problem);
      lines_ += block.lines;
      rows += block.records;
    }
    parallel_for(static_cast<Index>(columns_.size()), bytes,
                 [&](Index j) { join(static_cast<std::size_t>(j), parsed); });
    return rows;
  }

  void join(std::size_t j, std::span<const ParsedBlock> parsed) {
    const auto found_text = [j](const ParsedBlock& block) { return block.fields[j].found_text; };
    if (std::any_of(parsed.begin(), parsed.end(), found_text)) {
      turned_[j] = 1;
      plan_.fields[j].kind = CellKind::skipped;
      columns_[j] = GrowingColumn();
      return;
    }
    for (const ParsedBlock& block : parsed) columns_[j].append(block.fields[j]);
  }

  ByteSource& source_;
  const CsvOptions& options_;
  std::size_t block_size_;
  std::size_t longest_record_;
  CsvPlan plan_;
  std::size_t rows_expected_ = 0;
  std::vector<GrowingColumn> columns_;  // one for each field
  std::vector<char> turned_;            // fields that a later block showed to be text
  Index lines_ = 0;                     // before the blocks to come
};

}  // namespace

DataFrame read_csv_table(ByteSource& source, const CsvOptions& options, const std::string& target,
                         std::size_t block_size, std::size_t longest_record) {
  const ThreadLimit limit(options.n_threads);
  return CsvTableReader(source, options, target, block_size, longest_record).read();
}

}  // namespace espalier::detail

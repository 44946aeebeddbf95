// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Where CSV text comes from, and its cut into blocks of whole records.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/csv_records.hpp"

namespace espalier::detail {

/// Bytes that can be read from the beginning more than once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills `buffer` from where the last call stopped; less only at the end.
  virtual std::size_t read(std::span<char> buffer) = 0;
  virtual void rewind() = 0;
  virtual std::size_t size() const = 0;  ///< about how many bytes there are
  virtual std::string name() const = 0;  ///< in messages
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
  std::size_t read(std::span<char> buffer) override;
  void rewind() override { next_ = 0; }
  std::size_t size() const override { return bytes_.size(); }
  std::string name() const override { return name_; }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t next_ = 0;
};

/// A regular file.
class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path);  ///< @throws IoError
  std::size_t read(std::span<char> buffer) override;       ///< @throws IoError
  void rewind() override;                                  ///< @throws IoError
  std::size_t size() const override { return size_; }
  std::string name() const override { return path_.string(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t size_ = 0;
};

/// Cuts a source into blocks of whole records, of about `block_size` bytes or one record.
class CsvBlocks {
 public:
  CsvBlocks(ByteSource& source, const CsvDialect& dialect, std::size_t block_size,
            std::size_t longest_record);

  /// The next block, which ends with a line end; false at the end. A byte order mark is left out.
  /// @throws CsvProblem   the record that follows is longer than `longest_record`; its line counts
  ///                      from the end of the block before
  /// @throws FormatError  the first block is UTF-16 or binary
  bool next(std::string& block);

 private:
  bool read_more(std::string& block, std::size_t count);

  ByteSource& source_;
  CsvDialect dialect_;
  std::size_t block_size_;
  std::size_t longest_record_;
  std::string rest_;  // read, but behind the last block
  bool at_begin_ = true;
  bool at_end_ = false;
};

}  // namespace espalier::detail

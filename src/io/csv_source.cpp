// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <espalier/core/errors.hpp>

namespace espalier::detail {
namespace {

[[noreturn]] void throw_io_error(const std::filesystem::path& path, int code) {
  throw IoError(fmt::format("{}: cannot be read: {}", path.string(),
                            std::error_code(code, std::generic_category()).message()));
}

}  // namespace

std::size_t MemorySource::read(std::span<char> buffer) {
  const std::size_t count = bytes_.copy(buffer.data(), buffer.size(), next_);
  next_ += count;
  return count;
}

FileSource::FileSource(const std::filesystem::path& path) : path_(path) {
  errno = 0;
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (file_ == nullptr) throw_io_error(path, errno);
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // we read large blocks
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  size_ = unknown ? 0 : static_cast<std::size_t>(size);
}

std::size_t FileSource::read(std::span<char> buffer) {
  errno = 0;
  const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file_.get());
  if (std::ferror(file_.get()) != 0) throw_io_error(path_, errno);
  return count;
}

void FileSource::rewind() {
  errno = 0;
  if (std::fseek(file_.get(), 0, SEEK_SET) != 0) throw_io_error(path_, errno);
}

CsvBlocks::CsvBlocks(ByteSource& source, const CsvDialect& dialect, std::size_t block_size,
                     std::size_t longest_record)
    : source_(source),
      dialect_(dialect),
      block_size_(std::max<std::size_t>(block_size, 1)),
      longest_record_(longest_record) {}

bool CsvBlocks::read_more(std::string& block, std::size_t count) {
  const std::size_t before = block.size();
  block.resize(before + count);
  const std::size_t got = source_.read(std::span(block).subspan(before));
  block.resize(before + got);
  return got == count;
}

bool CsvBlocks::next(std::string& block) {
  block.swap(rest_);
  rest_.clear();
  if (at_begin_) {
    at_begin_ = false;
    at_end_ = !read_more(block, std::max<std::size_t>(block_size_, 4));
    if (block.starts_with("\xEF\xBB\xBF")) block.erase(0, 3);
    if (block.starts_with("\xFF\xFE") || block.starts_with("\xFE\xFF")) {
      throw FormatError(source_.name() +
                        ": UTF-16 text; convert it with iconv -f UTF-16 -t UTF-8.");
    }
    if (block.find('\0') != std::string::npos) {
      throw FormatError(source_.name() + ": binary data (it holds a NUL byte), not text.");
    }
  }
  std::size_t whole = last_record_end(block, dialect_);
  while (!at_end_ && whole == 0) {
    if (block.size() > longest_record_) {
      throw CsvProblem{1, -1,
                       fmt::format("a record is longer than {} MiB; is a quote never closed?",
                                   longest_record_ >> 20)};
    }
    at_end_ =
        !read_more(block, std::max(block_size_, block.size()));  // doubles while no record ends
    whole = last_record_end(block, dialect_);
  }
  if (at_end_) {
    if (!block.empty() && block.back() != '\n' && block.back() != '\r') block += '\n';
    return !block.empty();
  }
  rest_.assign(block, whole);
  block.resize(whole);
  return true;
}

}  // namespace espalier::detail

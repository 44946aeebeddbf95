// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <system_error>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>

namespace espalier::detail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, std::string_view what, const std::string& why) {
  throw IoError(fmt::format("{}: {}: {}", path.string(), what, why));
}

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

/// A name that no other process or thread is writing to.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  fs::path temporary = path;
  temporary += fmt::format(".{:08x}-{}.tmp", std::random_device{}(), counter.fetch_add(1));
  return temporary;
}

}  // namespace

void write_file_atomically(const fs::path& path, std::span<const char> bytes) {
  if (fs::is_directory(path)) fail(path, "cannot be written", "it is a directory");
  const fs::path temporary = temporary_beside(path);
  errno = 0;
  std::ofstream out(temporary, std::ios::binary);
  if (!out) fail(path, "cannot be written", reason());
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) fs::rename(temporary, path, error);
  if (!out || error) {
    const std::string why = error ? error.message() : reason();
    fs::remove(temporary, error);
    fail(path, "cannot be written", why);
  }
}

std::string read_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, "cannot be read", "it is a directory");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(path, "cannot be read", reason());
  std::string bytes;
  std::array<char, 65536> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0)
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) fail(path, "cannot be read", reason());
  return bytes;
}

}  // namespace espalier::detail

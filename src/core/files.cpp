// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <array>
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

/// A name beside `path` that no other process or thread is writing to. It is short, so that there
/// is room for it wherever there is for the longest name.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.parent_path() /
         fmt::format(".{:08x}-{}.tmp", std::random_device{}(), counter.fetch_add(1));
}

/// The file that `path` means, behind symbolic links; it need not exist.
fs::path behind_links(fs::path path, std::error_code& error) {
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)) && links < 100; ++links)
    path = path.parent_path() / fs::read_symlink(path, error);
  return path;
}

void write_bytes(std::ofstream& out, std::span<const char> bytes) {
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
}

/// What is no regular file, a pipe or a device, is written to and never replaced.
void write_in_place(const fs::path& path, std::span<const char> bytes) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  write_bytes(out, bytes);
  if (!out) fail(path, "cannot be written", reason());
}

}  // namespace

void write_file_atomically(const fs::path& path, std::span<const char> bytes) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::none) fail(path, "cannot be written", error.message());
  if (fs::is_directory(status)) fail(path, "cannot be written", "it is a directory");
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_in_place(path, bytes);

  const fs::path target = behind_links(path, error);
  const fs::path temporary = temporary_beside(target);
  errno = 0;
  std::ofstream out(temporary, std::ios::binary);
  if (!out) fail(path, "cannot be written", reason());
  error.clear();
  if (fs::exists(status)) fs::permissions(temporary, status.permissions(), error);
  if (!error) write_bytes(out, bytes);
  if (out && !error) fs::rename(temporary, target, error);
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

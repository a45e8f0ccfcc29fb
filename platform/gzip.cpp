// SPDX-License-Identifier: Apache-2.0
#include "platform/gzip.h"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>

#include <zlib.h>

namespace patchstate {
namespace {

constexpr int kGzip = 15 + 16;  ///< zlib's way to say: the largest window, gzip's header
constexpr std::size_t kFirst = 64U << 10U;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};
struct EndDeflate {
  void operator()(z_stream* stream) const { deflateEnd(stream); }
};

void feed(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

std::string gunzip(std::string_view compressed, std::size_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  feed(stream, compressed);
  std::string out;
  std::size_t used = 0;
  while (true) {
    // One byte more than allowed: then "too large" is seen, not guessed.
    out.resize(std::min(std::max(kFirst, 2 * used), max_bytes + 1));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(out.size() - used);
    const int result = inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (used > max_bytes) throw std::length_error("it expands to more than is accepted");
    if (result == Z_STREAM_END) break;
    if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0))
      throw std::invalid_argument("it is damaged or cut off");
  }
  if (stream.avail_in > 0) throw std::invalid_argument("something follows its end");
  out.resize(used);
  return out;
}

std::string gzip(std::string_view text, Effort effort) {
  const int level = effort == Effort::quick ? Z_BEST_SPEED : Z_DEFAULT_COMPRESSION;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, EndDeflate> end(&stream);
  feed(stream, text);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::bad_alloc();
  out.resize(out.size() - stream.avail_out);
  return out;
}

}  // namespace patchstate

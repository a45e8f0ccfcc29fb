// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/decompressors.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace patchstate::rpm {
namespace {

using Ending = Decompressed::Ending;

/// What is written so far, and room for more: one byte more than allowed, so that "too large" is seen, not guessed.
class Output {
 public:
  /// `expected` is what the data promise: room for it is made at once, and growing by doubling touches twice as much.
  Output(std::size_t max_bytes, const TakeContent& take, std::size_t expected = 0)
      : max_bytes_(max_bytes), take_(take), first_(std::max(kLeast, take ? 0 : expected + 1)) {}

  bool ended_early() const { return stopped_ || taken_ + used_ > max_bytes_; }
  Decompressed why() const { return {stopped_ ? Ending::stopped : Ending::too_large, {}}; }
  /// Room of at least one byte, unless ended_early.
  std::pair<char*, std::size_t> room() {
    if (used_ == bytes_.size() && take_ && used_ > 0) give();
    if (used_ == bytes_.size()) bytes_.resize(std::min(std::max(first_, 2 * used_), max_bytes_ - taken_ + 1));
    return {bytes_.data() + used_, bytes_.size() - used_};
  }
  void wrote(std::size_t count) { used_ += count; }

  Decompressed whole() {
    bytes_.resize(used_);
    return {Ending::whole, std::move(bytes_)};
  }

 private:
  void give() {
    const auto done = take_(std::string_view(bytes_).substr(0, used_));
    stopped_ = !done;
    if (!done) return;
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(*done), bytes_.begin() + static_cast<std::ptrdiff_t>(used_),
              bytes_.begin());
    taken_ += *done;
    used_ -= *done;
  }

  static constexpr std::size_t kLeast = 64U << 10U;
  std::size_t max_bytes_;
  const TakeContent& take_;
  std::size_t first_;
  std::size_t used_ = 0;
  std::size_t taken_ = 0;
  bool stopped_ = false;
  std::string bytes_;
};

/// What a promise is believed of, for each byte of compressed data: deflate can't do more, metadata come nowhere near.
constexpr std::size_t kMostExpected = 1032;
constexpr std::size_t kMostAtOnce = 1U << 30U;  ///< zlib and bzip2 count in 32 bits

struct EndGzip {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};
struct EndBzip2 {
  void operator()(bz_stream* stream) const { BZ2_bzDecompressEnd(stream); }
};
struct EndLzma {
  void operator()(lzma_stream* stream) const { lzma_end(stream); }
};
struct EndZstd {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// One gzip stream off the front of `bytes`; whether it ended there and well.
bool take_gzip_stream(std::string_view& bytes, Output& out) {
  constexpr int kGzip = 15 + 16;  // zlib's way to say: the largest window, gzip's header
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, EndGzip> end(&stream);
  int result = Z_OK;
  while (result == Z_OK && !out.ended_early()) {
    const auto [room, size] = out.room();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(std::min(bytes.size(), kMostAtOnce));
    stream.next_out = reinterpret_cast<Bytef*>(room);
    stream.avail_out = static_cast<uInt>(std::min(size, kMostAtOnce));
    const uInt given = stream.avail_in;
    const uInt offered = stream.avail_out;
    result = inflate(&stream, Z_NO_FLUSH);  // Z_BUF_ERROR where it waits for what is cut off
    bytes.remove_prefix(given - stream.avail_in);
    out.wrote(offered - stream.avail_out);
  }
  return result == Z_STREAM_END;
}

/// One bzip2 stream, likewise.
bool take_bzip2_stream(std::string_view& bytes, Output& out) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) throw std::bad_alloc();
  const std::unique_ptr<bz_stream, EndBzip2> end(&stream);
  int result = BZ_OK;
  while (result == BZ_OK && !out.ended_early()) {
    const auto [room, size] = out.room();
    stream.next_in = const_cast<char*>(bytes.data());
    stream.avail_in = static_cast<unsigned>(std::min(bytes.size(), kMostAtOnce));
    stream.next_out = room;
    stream.avail_out = static_cast<unsigned>(std::min(size, kMostAtOnce));
    const unsigned given = stream.avail_in;
    const unsigned offered = stream.avail_out;
    result = BZ2_bzDecompress(&stream);
    bytes.remove_prefix(given - stream.avail_in);
    out.wrote(offered - stream.avail_out);
    if (given == stream.avail_in && offered == stream.avail_out) break;  // it waits for what is cut off
  }
  return result == BZ_STREAM_END;
}

Decompressed streams_in_a_row(std::string_view bytes, Output out, bool (*take)(std::string_view& bytes, Output& out)) {
  while (!bytes.empty()) {
    const bool ended = take(bytes, out);
    if (out.ended_early()) return out.why();
    if (!ended) return {};
  }
  return out.whole();
}

/// The last four bytes are the length of what was compressed (RFC 1952), if it was less than 4 GiB and one stream. A
/// lie costs no more than the truth could.
std::size_t promised_by_gzip(std::string_view bytes) {
  std::size_t length = 0;
  if (bytes.size() < sizeof(std::uint32_t)) return 0;
  for (std::size_t i = 1; i <= sizeof(std::uint32_t); ++i)
    length = (length << 8U) | static_cast<unsigned char>(bytes[bytes.size() - i]);
  return length / kMostExpected <= bytes.size() ? length : 0;
}

}  // namespace

Decompressed ungzip(std::string_view bytes, std::size_t max_bytes, const TakeContent& take) {
  return streams_in_a_row(bytes, Output(max_bytes, take, promised_by_gzip(bytes)), take_gzip_stream);
}

Decompressed bunzip2(std::string_view bytes, std::size_t max_bytes, const TakeContent& take) {
  return streams_in_a_row(bytes, Output(max_bytes, take), take_bzip2_stream);
}

Decompressed unxz(std::string_view bytes, std::size_t max_bytes, const TakeContent& take) {
  constexpr std::uint64_t kMostMemory = 512U << 20U;  // `xz -9` needs 65 MiB
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_auto_decoder(&stream, kMostMemory, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  const std::unique_ptr<lzma_stream, EndLzma> end(&stream);
  Output out(max_bytes, take);
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK) {
    const auto [room, size] = out.room();
    stream.next_out = reinterpret_cast<std::uint8_t*>(room);
    stream.avail_out = size;
    result = lzma_code(&stream, LZMA_FINISH);
    out.wrote(size - stream.avail_out);
    if (out.ended_early()) return out.why();
  }
  return result == LZMA_STREAM_END ? out.whole() : Decompressed{};
}

Decompressed unzstd(std::string_view bytes, std::size_t max_bytes, const TakeContent& take) {
  const std::unique_ptr<ZSTD_DStream, EndZstd> stream(ZSTD_createDStream());
  if (!stream) throw std::bad_alloc();
  // What the first frame promises; 0 or an error (a huge number) where it does not.
  const auto promised = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  Output out(max_bytes, take, promised <= max_bytes && promised / kMostExpected <= bytes.size() ? promised : 0);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t result = 1;  // 0: a frame has ended and all of it is written
  while (in.pos < in.size || result != 0) {
    const auto [room, size] = out.room();
    ZSTD_outBuffer to{room, size, 0};
    const std::size_t before = in.pos;
    result = ZSTD_decompressStream(stream.get(), &to, &in);
    if (ZSTD_isError(result) != 0) return {};
    out.wrote(to.pos);
    if (out.ended_early()) return out.why();
    if (result != 0 && in.pos == before && to.pos == 0) return {};  // it waits for what is cut off
  }
  return out.whole();
}

}  // namespace patchstate::rpm

// SPDX-License-Identifier: Apache-2.0
// The wire form of an assessment, both ways. Shape: schema/assessment.schema.json (JSON Schema 2020-12).
#pragma once

#include <string>
#include <string_view>

#include "assessment/assessment.h"

namespace patchstate {

enum class JsonStyle { compact, indented };

/// Strict writer: keys in the order of the schema, times as RFC 3339 in UTC ("2026-11-24T06:37:27Z"). A text that is
/// not valid UTF-8 is repaired with U+FFFD, never refused.
std::string to_json(const Assessment& assessment, JsonStyle style = JsonStyle::compact);

/// Tolerant reader: unknown fields are ignored, an unknown enumerator becomes the enum's first value.
/// Throws std::invalid_argument that names the JSON path ("/patches/3/state: expected a string") for anything else:
/// malformed JSON, a missing required field, a wrong type, nesting deeper than 64.
Assessment assessment_from_json(std::string_view text);

/// The JSON Schema of the wire form, as `patchstate schema` prints it.
std::string_view assessment_schema();

/// RFC 3339, UTC, whole seconds.
std::string format_time(Time time);
/// Reads what format_time writes, with or without a fraction or numeric offset. nullopt for anything else.
std::optional<Time> parse_time(std::string_view text);

/// A string of bytes from outside as valid UTF-8: invalid sequences become U+FFFD, control characters other than tab
/// and newline are dropped, and it is cut at `max_bytes` on a code-point boundary.
std::string clean_text(std::string_view bytes, std::size_t max_bytes = 4096);

/// `clean_text` with the password of every URL in it (user:pass@host) and every token-like query parameter (sig=,
/// token=, key=, password=, secret=) replaced by "***". Everything that goes into a message or a repository name passes
/// here.
std::string masked(std::string_view text, std::size_t max_bytes = 4096);

}  // namespace patchstate

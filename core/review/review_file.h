// MODEL.review.json (schema: resources/schemas/review.schema.json).
#pragma once

#include "base/result.h"
#include "review/review_log.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace strata {

inline constexpr int review_format_version = 1;

/// "net.review.json" beside "net.onnx"; "net.pt2.review.json" beside "net.pt2".
std::filesystem::path review_path(const std::filesystem::path& model);

/// One node and one event a line, so that version control shows what was decided. Equal logs give
/// equal bytes.
std::string review_json(const ReviewLog& log);
/// Every length, reference and number is checked; errors are CannotRead and name the place:
/// "events[3].action". Keys that are not known are ignored, newer format versions refused.
Result<ReviewLog> parse_review(std::string_view json);

/// Nothing there is an empty log.
Result<ReviewLog> load_review(const std::filesystem::path& path);
/// Beside the target, flushed, renamed onto it: a crash leaves the old file or the new one.
Status save_review(const ReviewLog& log, const std::filesystem::path& path);
/// Unites the log with what the file has by now (somebody else may have written it) and writes the
/// union, unless the file has it all. Returns the union.
Result<ReviewLog> sync_review(const ReviewLog& log, const std::filesystem::path& path);

} // namespace strata

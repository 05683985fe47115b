#include "review/review_file.h"

#include "base/atomic_file.h"
#include "base/version.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace strata {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t largest_clock = std::uint64_t(1) << 53; // what all JSON readers keep exact
constexpr std::uint64_t largest_file = std::uint64_t(512) << 20;

std::string line(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json record_json(const std::string& key, const NodeRecord& record)
{
    Json json{{"key", key}, {"op_type", record.op_type}};
    if (!record.domain.empty())
        json["domain"] = record.domain;
    json["name"] = record.name;
    json["path"] = record.path;
    json["local"] = record.local;
    return json;
}

Json event_json(const ReviewEvent& event)
{
    Json json{{"id", event.id},     {"clock", event.clock}, {"who", event.who},
              {"when", event.when}, {"model", event.model}, {"action", to_string(event.action)}};
    if (!event.why.empty())
        json["why"] = event.why;
    if (event.action == ReviewAction::Reassign)
        json["module"] = event.module;
    if (event.action == ReviewAction::Note)
        json["text"] = event.text;
    if (event.action == ReviewAction::Retract)
        json["retracts"] = event.retracts;
    else {
        Json targets = Json::array();
        for (const ReviewTarget& target : event.targets) {
            Json one{{target.kind == ReviewTarget::Kind::Node ? "node" : "module", target.key}};
            if (target.saw)
                one["saw"] = *target.saw;
            else
                one["saw"] = nullptr;
            targets.push_back(std::move(one));
        }
        json["targets"] = std::move(targets);
    }
    if (!event.replaces.empty())
        json["replaces"] = event.replaces;
    return json;
}

/// Reads members of one object; the first thing that is wrong stays.
class Reader {
public:
    Reader(const Json& json, std::string place) : m_json(json), m_place(std::move(place))
    {
        if (!json.is_object())
            fail({}, "an object is expected");
    }

    bool ok() const { return m_error.empty(); }
    const std::string& error() const { return m_error; }
    const std::string& place() const { return m_place; }

    void fail(std::string_view key, std::string_view what)
    {
        if (m_error.empty())
            m_error = fmt::format("{}{}{}: {}", m_place, key.empty() ? "" : ".", key, what);
    }
    void fail_with(std::string error)
    {
        if (m_error.empty())
            m_error = std::move(error);
    }
    const Json* member(std::string_view key, bool needed)
    {
        if (!ok())
            return nullptr;
        const auto it = m_json.find(std::string(key));
        if (it != m_json.end())
            return &*it;
        if (needed)
            fail(key, "is missing");
        return nullptr;
    }
    std::string text(std::string_view key, bool needed = true, bool may_be_empty = true)
    {
        const Json* json = member(key, needed);
        if (!json)
            return {};
        if (!json->is_string()) {
            fail(key, "a text is expected");
            return {};
        }
        if (!may_be_empty && json->get_ref<const std::string&>().empty())
            fail(key, "must not be empty");
        return json->get<std::string>();
    }
    std::uint64_t number(std::string_view key, std::uint64_t most)
    {
        const Json* json = member(key, true);
        if (!json)
            return 0;
        if (!json->is_number_unsigned() || json->get<std::uint64_t>() > most) {
            fail(key, fmt::format("a whole number from 0 to {} is expected", most));
            return 0;
        }
        return json->get<std::uint64_t>();
    }
    const Json* list(std::string_view key, bool needed)
    {
        const Json* json = member(key, needed);
        if (json && !json->is_array()) {
            fail(key, "a list is expected");
            return nullptr;
        }
        return json;
    }

private:
    const Json& m_json;
    std::string m_place;
    std::string m_error;
};

std::string read_target(const Json& json, const std::string& place, const ReviewLog& log,
                        ReviewTarget& target)
{
    Reader reader(json, place);
    const bool node = json.is_object() && json.contains("node");
    target.kind = node ? ReviewTarget::Kind::Node : ReviewTarget::Kind::Module;
    target.key = reader.text(node ? "node" : "module", true, !node);
    if (const Json* saw = reader.member("saw", false); saw && !saw->is_null())
        target.saw = reader.text("saw");
    if (reader.ok() && node && !log.nodes.contains(target.key))
        reader.fail("node", "this node is not in the list of nodes");
    return reader.error();
}

std::string read_event(const Json& json, const std::string& place, const ReviewLog& log,
                       ReviewEvent& event)
{
    Reader reader(json, place);
    event.id = reader.text("id", true, false);
    event.clock = reader.number("clock", largest_clock);
    event.who = reader.text("who");
    event.when = reader.text("when");
    event.why = reader.text("why", false);
    event.model = reader.text("model", false);
    const std::string action = reader.text("action");
    const auto known = parse_review_action(action);
    if (!known)
        reader.fail("action", fmt::format("'{}' is not an action that this version knows", action));
    if (!reader.ok())
        return reader.error();
    event.action = *known;
    if (event.action == ReviewAction::Reassign)
        event.module = reader.text("module");
    if (event.action == ReviewAction::Note)
        event.text = reader.text("text");
    if (event.action == ReviewAction::Retract) {
        event.retracts = reader.text("retracts", true, false);
    } else if (const Json* targets = reader.list("targets", true)) {
        if (targets->empty())
            reader.fail("targets", "must not be empty");
        for (std::size_t i = 0; reader.ok() && i < targets->size(); ++i) {
            ReviewTarget target;
            if (std::string error = read_target(
                    (*targets)[i], fmt::format("{}.targets[{}]", place, i), log, target);
                !error.empty())
                return error;
            event.targets.push_back(std::move(target));
        }
    }
    if (const Json* replaces = reader.list("replaces", false))
        for (const Json& id : *replaces) {
            if (!id.is_string())
                reader.fail("replaces", "a list of texts is expected");
            else
                event.replaces.push_back(id.get<std::string>());
        }
    std::sort(event.targets.begin(), event.targets.end());
    std::sort(event.replaces.begin(), event.replaces.end());
    return reader.error();
}

tl::unexpected<Error> damaged(const std::string& what)
{
    return failure(ErrorCode::CannotRead,
                   fmt::format("The review is damaged or not a review: {}. Restore it from a copy, "
                               "or move it away to start a new one.",
                               what));
}

} // namespace

std::filesystem::path review_path(const std::filesystem::path& model)
{
    std::filesystem::path path = model;
    if (model.extension() == ".onnx")
        path.replace_extension();
    path += ".review.json";
    return path;
}

std::string review_json(const ReviewLog& log)
{
    std::string text = fmt::format(
        "{{\n  \"format\": \"strata-review\",\n  \"format_version\": {},\n  \"tool\": {},\n",
        review_format_version, line({{"name", "strata"}, {"version", tool_version()}}));
    const auto list = [&](std::string_view name, const auto& items, const auto& json, bool last) {
        text += fmt::format("  \"{}\": [", name);
        bool first = true;
        for (const auto& item : items) {
            text += first ? "\n    " : ",\n    ";
            first = false;
            text += line(json(item));
        }
        text += fmt::format("{}]{}\n", first ? "" : "\n  ", last ? "" : ",");
    };
    list(
        "models", log.models,
        [](const ReviewedModel& model) {
            return Json{{"file", model.file}, {"hash", model.hash}};
        },
        false);
    list(
        "nodes", log.nodes, [](const auto& item) { return record_json(item.first, item.second); },
        false);
    list("events", log.events(), event_json, true);
    return text + "}\n";
}

Result<ReviewLog> parse_review(std::string_view text)
{
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (json.is_discarded())
        return damaged("it is not JSON, or ends too early");
    Reader reader(json, "the file");
    const std::string format = reader.text("format");
    if (reader.ok() && format != "strata-review")
        reader.fail("format", "'strata-review' is expected");
    const std::uint64_t version = reader.number("format_version", largest_clock);
    if (reader.ok() && version != review_format_version)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The review has format version {}, and this version of Strata "
                                   "reads version {}. Use a newer Strata.",
                                   version, review_format_version));
    ReviewLog log;
    const auto each = [&](std::string_view name, const auto& read) {
        const Json* list = reader.list(name, true);
        for (std::size_t i = 0; list && reader.ok() && i < list->size(); ++i)
            if (const std::string error = read((*list)[i], fmt::format("{}[{}]", name, i));
                !error.empty()) {
                reader.fail_with(error);
            }
    };
    each("models", [&](const Json& item, const std::string& place) {
        Reader one(item, place);
        ReviewedModel model;
        model.file = one.text("file");
        model.hash = one.text("hash");
        log.models.insert(std::move(model));
        return one.error();
    });
    each("nodes", [&](const Json& item, const std::string& place) {
        Reader one(item, place);
        std::string key = one.text("key", true, false);
        NodeRecord record;
        record.op_type = one.text("op_type");
        record.domain = one.text("domain", false);
        record.name = one.text("name");
        record.path = one.text("path");
        record.local = one.text("local");
        if (one.ok() && !log.nodes.emplace(std::move(key), std::move(record)).second)
            one.fail("key", "this node is in the list twice");
        return one.error();
    });
    std::unordered_set<std::string> ids;
    std::vector<ReviewEvent> read;
    each("events", [&](const Json& item, const std::string& place) {
        ReviewEvent event;
        std::string error = read_event(item, place, log, event);
        if (error.empty() && !ids.insert(event.id).second)
            error = place + ".id: another event has this id";
        if (error.empty())
            read.push_back(std::move(event));
        return error;
    });
    if (!reader.ok())
        return damaged(reader.error());
    log.add_all(std::move(read));
    return log;
}

Result<ReviewLog> load_review(const std::filesystem::path& path)
{
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error)
        return ReviewLog{};
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error || !std::filesystem::is_regular_file(path))
        return failure(ErrorCode::CannotRead,
                       fmt::format("The review '{}' cannot be read. Check that it is a file, and "
                                   "its permissions.",
                                   path.string()));
    if (size > largest_file)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The review '{}' has {} bytes; more than {} are not read.",
                                   path.string(), size, largest_file));
    std::ifstream in(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(size), '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    if (!in)
        return failure(
            ErrorCode::CannotRead,
            fmt::format("The review '{}' cannot be read. Check its permissions.", path.string()));
    Result<ReviewLog> log = parse_review(text);
    if (!log)
        return tl::unexpected(
            std::move(log).error().with(fmt::format("in '{}'", path.filename().string())));
    return log;
}

Status save_review(const ReviewLog& log, const std::filesystem::path& path)
{
    return write_file(path, review_json(log));
}

Result<ReviewLog> sync_review(const ReviewLog& log, const std::filesystem::path& path)
{
    STRATA_TRY(ReviewLog there, load_review(path));
    ReviewLog all = there;
    all.unite(log);
    if (!(all == there))
        STRATA_CHECK(save_review(all, path));
    return all;
}

} // namespace strata

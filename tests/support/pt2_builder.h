// Writes what torch.save and torch.export.save write, as far as tests want it.
#pragma once

#include "support/zip_builder.h"

#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace strata::tests {

template <class T>
std::string raw(std::initializer_list<T> values)
{
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), std::data(values), bytes.size());
    return bytes;
}

/// The opcodes of a pickle (protocol 2), see Python's pickletools.
namespace pickle {
inline std::string text(const std::string& value)
{
    return "X" + ZipBuilder::number(value.size(), 4) + value;
}
inline std::string global(const std::string& module, const std::string& name)
{
    return "c" + module + "\n" + name + "\n";
}
inline std::string integer(std::int64_t value)
{
    return "\x8a\x08" + ZipBuilder::number(static_cast<std::uint64_t>(value), 8);
}
inline std::string tuple(const std::vector<std::string>& items)
{
    return fmt::format("({}t", fmt::join(items, ""));
}
inline std::string integers(const std::vector<std::int64_t>& values)
{
    std::vector<std::string> items;
    for (const std::int64_t value : values)
        items.push_back(integer(value));
    return tuple(items);
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items)
{
    std::string bytes = "}(";
    for (const auto& [name, value] : items)
        bytes += text(name) + value;
    return bytes + "u";
}
inline const std::string none = "N";
inline const std::string no = "\x89";
inline const std::string hooks = "ccollections\nOrderedDict\n)R";

/// A tensor whose bytes are the entry data/KEY.
inline std::string tensor(const std::string& key, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides, std::int64_t offset = 0,
                          const std::string& storage_class = "FloatStorage",
                          std::int64_t elements = 0)
{
    const std::string storage = tuple({text("storage"), global("torch", storage_class), text(key),
                                       text("cpu"), integer(elements)}) +
                                "Q";
    return global("torch._utils", "_rebuild_tensor_v2") +
           tuple({storage, integer(offset), integers(shape), integers(strides), no, hooks}) + "R";
}
/// The same for element types that have no storage class of their own.
inline std::string typed_tensor(const std::string& key, const std::vector<std::int64_t>& shape,
                                const std::vector<std::int64_t>& strides, const std::string& dtype)
{
    const std::string storage = tuple({text("storage"), global("torch.storage", "UntypedStorage"),
                                       text(key), text("cpu"), integer(0)}) +
                                "Q";
    return global("torch._utils", "_rebuild_tensor_v3") +
           tuple({storage, integer(0), integers(shape), integers(strides), no, hooks,
                  global("torch", dtype)}) +
           "R";
}
inline std::string parameter(const std::string& tensor)
{
    return global("torch._utils", "_rebuild_parameter") + tuple({tensor, no, hooks}) + "R";
}
} // namespace pickle

/// torch.save of an object; `storages` are the entries data/KEY.
inline std::string
torch_saved(const std::string& object,
            const std::vector<std::pair<std::string, std::string>>& storages = {})
{
    ZipBuilder zip;
    zip.add("archive/data.pkl", "\x80\x02" + object + ".");
    zip.add("archive/byteorder", "little");
    for (const auto& [key, bytes] : storages)
        zip.add("archive/data/" + key, bytes);
    zip.add("archive/version", "3\n");
    return zip.bytes();
}

/// The JSON of an exported program without inputs, nodes and outputs.
inline std::string empty_program(int major = 8, int minor = 20,
                                 const std::string& torch_version = "2.14.1+cpu")
{
    return fmt::format(
        R"({{"graph_module": {{"graph": {{"inputs": [], "outputs": [], "nodes": [], )"
        R"("tensor_values": {{}}, "sym_int_values": {{}}, "sym_bool_values": {{}}, )"
        R"("is_single_tensor_return": false, "custom_obj_values": {{}}, "sym_float_values": {{}}}}, )"
        R"("signature": {{"input_specs": [], "output_specs": []}}, "module_call_graph": )"
        R"([{{"fqn": "", "signature": null}}], "metadata": {{}}}}, "opset_version": {{"aten": 10}}, )"
        R"("range_constraints": {{}}, "schema_version": {{"major": {}, "minor": {}}}, )"
        R"("verifiers": ["TRAINING"], "torch_version": "{}"}})",
        major, minor, torch_version);
}

/// One line of a weights configuration. `dtype` is the export schema's number.
inline std::string config_line(const std::string& name, const std::string& path, int dtype,
                               const std::vector<std::int64_t>& sizes,
                               const std::vector<std::int64_t>& strides, std::int64_t offset = 0,
                               bool is_param = true)
{
    const auto list = [](const std::vector<std::int64_t>& values) {
        std::vector<std::string> items;
        for (const std::int64_t value : values)
            items.push_back(fmt::format(R"({{"as_int": {}}})", value));
        return fmt::format("[{}]", fmt::join(items, ", "));
    };
    return fmt::format(R"("{}": {{"path_name": "{}", "is_param": {}, "use_pickle": false, )"
                       R"("tensor_meta": {{"dtype": {}, "sizes": {}, "requires_grad": true, )"
                       R"("device": {{"type": "cpu", "index": null}}, "strides": {}, )"
                       R"("storage_offset": {{"as_int": {}}}, "layout": 7}}}})",
                       name, path, is_param, dtype, list(sizes), list(strides), offset);
}
inline std::string config(const std::vector<std::string>& lines)
{
    return fmt::format(R"({{"config": {{{}}}}})", fmt::join(lines, ", "));
}

/// An archive as PyTorch 2.14 writes it; whatever `items` has replaces the default entry of that
/// name.
inline std::string pt2_archive(std::vector<ZipItem> items, const std::string& root = "made/")
{
    std::vector<ZipItem> all{{root + "archive_format", "pt2"},
                             {root + "archive_version", "0"},
                             {root + "models/model.json", empty_program()},
                             {root + "data/weights/model_weights_config.json", config({})},
                             {root + "data/constants/model_constants_config.json", config({})}};
    for (ZipItem& item : items) {
        item.name = root + item.name;
        bool replaced = false;
        for (ZipItem& present : all)
            if (present.name == item.name) {
                present = item;
                replaced = true;
            }
        if (!replaced)
            all.push_back(std::move(item));
    }
    ZipBuilder zip;
    for (ZipItem& item : all)
        zip.add(std::move(item));
    return zip.bytes();
}

} // namespace strata::tests

#include "report/figures_text.h"

#include <fmt/format.h>

namespace strata {
namespace {

/// Length of the UTF-8 sequence that begins here; 0 when it is not valid.
std::size_t utf8_length(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0) {
        length = 2;
        code = first & 0x1fU;
    } else if (first >= 0xe0 && first < 0xf0) {
        length = 3;
        code = first & 0x0fU;
    } else if (first >= 0xf0 && first < 0xf5) {
        length = 4;
        code = first & 0x07U;
    }
    if (length == 0 || at + length > text.size())
        return 0;
    for (std::size_t i = at + 1; i < at + length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U)
            return 0;
        code = code << 6U | (byte(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

} // namespace

std::string percent_text(double share)
{
    return fmt::format("{:.1f} %",
                       static_cast<double>(static_cast<long>(share * 1000.0 + 1e-6)) / 10.0);
}

std::string module_text(const Inspection& inspection, ModuleId id)
{
    const Module& module = inspection.modules[id];
    if (id != root_module)
        return module.fqn;
    return module.class_name.empty() ? "(root)" : fmt::format("(root) {}", module.class_name);
}

std::string node_text(const Inspection& inspection, NodeId id, const std::string& path)
{
    const OnnxNode& node = inspection.model->nodes[id];
    return node.name == StringId::Empty ? path : std::string(inspection.model->text(node.name));
}

std::string place_text(const Inspection& inspection, NodeId id)
{
    const NodeAttribution& node = inspection.attribution[id];
    return node.synthetic ? node.synthetic_path : inspection.modules.tag(node.module);
}

std::string escape_xml(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_length(text, i);
        const char c = text[i];
        if (length == 0 || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') ||
            c == 0x7f) {
            result += "\xef\xbf\xbd";
            ++i;
            continue;
        }
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result.append(text.substr(i, length));
        }
        i += length;
    }
    return result;
}

} // namespace strata

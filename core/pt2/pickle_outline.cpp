#include "pt2/pickle_outline.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace strata {
namespace {

using Kind = PickleOutline::Kind;
using Item = PickleOutline*;

constexpr std::size_t max_objects = 4'000'000; // against pickles made to exhaust memory

bool rebuilds_tensor(std::string_view function)
{
    return function.starts_with("torch._utils._rebuild_") ||
           function.starts_with("torch._tensor._rebuild_");
}

/// A pickle machine that builds outlines in the place of objects. Opcodes as in Python's
/// pickletools documentation.
class Machine {
public:
    Machine(std::span<const std::byte> bytes, std::size_t kept_text)
        : m_bytes(bytes),
          m_kept_text(kept_text)
    {}

    PickleDocument run()
    {
        while (m_at < m_bytes.size() && !m_done && m_document.objects.size() < max_objects &&
               m_copied <= max_objects)
            if (!step(static_cast<unsigned char>(m_bytes[m_at++])))
                break;
        const auto top = std::find_if(m_stack.begin(), m_stack.end(), [](Item i) { return i; });
        if (top != m_stack.end())
            m_document.top = *top;
        m_document.complete = m_done;
        return std::move(m_document);
    }

private:
    bool step(unsigned char opcode)
    {
        switch (opcode) {
        case 0x80: // PROTO
            return skip(1);
        case 0x95: // FRAME
            return skip(8);
        case '.': // STOP
            m_done = true;
            return true;
        case '(': // MARK
            m_stack.push_back(nullptr);
            return true;
        case '0': // POP
            return pop().has_value();
        case '1': // POP_MARK
            return pop_to_mark().has_value();
        case '2': // DUP
            return !m_stack.empty() && m_stack.back() && push(m_stack.back());
        default:
            return step_scalar(opcode) || step_memo(opcode) || step_container(opcode) ||
                   step_object(opcode);
        }
    }

    bool step_scalar(unsigned char opcode)
    {
        switch (opcode) {
        case 'N':  // NONE
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
            return push(make(Kind::Scalar));
        case 'K': // BININT1
            return integer(1);
        case 'M': // BININT2
            return integer(2);
        case 'J': // BININT
            return integer(4);
        case 'G': // BINFLOAT
            return skip(8) && push(make(Kind::Scalar));
        case 'I': // INT
        case 'L': // LONG
        case 'F': // FLOAT
            return line().has_value() && push(make(Kind::Scalar));
        case 0x8a: { // LONG1
            const auto width = number(1);
            if (width && *width <= 8)
                return integer(static_cast<unsigned>(*width));
            return width && skip(*width) && push(make(Kind::Scalar));
        }
        case 0x8b: // LONG4
            return skip_counted(4) && push(make(Kind::Scalar));
        case 'X': // BINUNICODE
        case 'T': // BINSTRING
        case 'B': // BINBYTES
            return string(4);
        case 0x8c: // SHORT_BINUNICODE
        case 'U':  // SHORT_BINSTRING
        case 'C':  // SHORT_BINBYTES
            return string(1);
        case 0x8d: // BINUNICODE8
        case 0x8e: // BINBYTES8
        case 0x96: // BYTEARRAY8
            return string(8);
        case 'V': // UNICODE
        case 'S': // STRING
            if (const auto text = line()) {
                Item item = make(Kind::String);
                item->text = text->substr(0, m_kept_text);
                item->length = text->size();
                return push(item);
            }
            return false;
        default:
            return false;
        }
    }

    bool step_memo(unsigned char opcode)
    {
        switch (opcode) {
        case 'q': // BINPUT
            return remember(number(1));
        case 'r': // LONG_BINPUT
            return remember(number(4));
        case 0x94: // MEMOIZE
            return remember(m_memo.size());
        case 'h': // BINGET
            return recall(number(1));
        case 'j': // LONG_BINGET
            return recall(number(4));
        default:
            return false;
        }
    }

    bool step_container(unsigned char opcode)
    {
        switch (opcode) {
        case ']': // EMPTY_LIST
            return push(make(Kind::List));
        case '}': // EMPTY_DICT
            return push(make(Kind::Dict));
        case ')': // EMPTY_TUPLE
            return push(make(Kind::Tuple));
        case 0x8f: // EMPTY_SET
            return push(make(Kind::List));
        case 'l': // LIST
            return collect(Kind::List);
        case 'd': // DICT
            return collect(Kind::Dict);
        case 't':  // TUPLE
        case 0x91: // FROZENSET
            return collect(Kind::Tuple);
        case 0x85: // TUPLE1
            return tuple(1);
        case 0x86: // TUPLE2
            return tuple(2);
        case 0x87: // TUPLE3
            return tuple(3);
        case 'a': // APPEND
            return append(1);
        case 's': // SETITEM
            return append(2);
        case 'e':  // APPENDS
        case 'u':  // SETITEMS
        case 0x90: // ADDITEMS
            if (auto items = pop_to_mark()) {
                if (m_stack.empty() || !m_stack.back())
                    return false;
                auto& target = m_stack.back()->items;
                target.insert(target.end(), items->begin(), items->end());
                return true;
            }
            return false;
        default:
            return false;
        }
    }

    bool step_object(unsigned char opcode)
    {
        switch (opcode) {
        case 'c': { // GLOBAL
            const auto module = line();
            const auto name = line();
            return module && name &&
                   push(make(Kind::Global, std::string(*module) + "." + std::string(*name)));
        }
        case 0x93: { // STACK_GLOBAL
            const auto name = pop();
            const auto module = pop();
            return name && module &&
                   push(make(Kind::Global, (*module)->text + "." + (*name)->text));
        }
        case 'R':    // REDUCE
        case 0x81: { // NEWOBJ
            const auto arguments = pop();
            const auto function = pop();
            return arguments && function && push(call(**function, **arguments));
        }
        case 0x92: { // NEWOBJ_EX
            const auto keywords = pop();
            const auto arguments = pop();
            const auto function = pop();
            return keywords && arguments && function && push(call(**function, **arguments));
        }
        case 'b': // BUILD
            return pop().has_value();
        case 'Q': // BINPERSID
            if (const auto id = pop()) {
                m_document.persistent_ids.push_back(*id);
                Item object = make(Kind::Object, "storage");
                object->items.push_back(*id);
                return push(object);
            }
            return false;
        case 'P': // PERSID
            return line().has_value() && push(make(Kind::Object, "storage"));
        default:
            return false;
        }
    }

    Item call(const PickleOutline& function, const PickleOutline& arguments)
    {
        if (rebuilds_tensor(function.name)) {
            // A parameter is rebuilt from its tensor, with the same meaning here.
            Item tensor = make(Kind::Tensor, function.name);
            tensor->items.push_back(&arguments);
            return tensor;
        }
        if (function.name == "collections.OrderedDict" ||
            function.name == "collections.defaultdict") {
            Item dict = make(Kind::Dict);
            if (arguments.items.size() == 1 && arguments.items[0]->kind == Kind::List)
                for (const PickleOutline* pair : arguments.items[0]->items)
                    if (may_copy(pair->items.size()))
                        dict->items.insert(dict->items.end(), pair->items.begin(),
                                           pair->items.end());
            return dict;
        }
        if (function.name.starts_with("torch.jit._pickle.build_") && arguments.items.size() == 1) {
            Item list = make(Kind::List);
            if (may_copy(arguments.items[0]->items.size()))
                list->items = arguments.items[0]->items;
            return list;
        }
        Item object = make(Kind::Object, function.name);
        object->items.push_back(&arguments);
        return object;
    }
    /// Few bytes can ask for the same long list again and again.
    bool may_copy(std::size_t count)
    {
        m_copied += count;
        return m_copied <= max_objects;
    }

    Item make(Kind kind, std::string name = {})
    {
        PickleOutline& item = m_document.objects.emplace_back();
        item.kind = kind;
        item.name = std::move(name);
        return &item;
    }
    bool push(Item item)
    {
        m_stack.push_back(item);
        return true;
    }
    std::optional<Item> pop()
    {
        if (m_stack.empty() || !m_stack.back())
            return std::nullopt;
        const Item item = m_stack.back();
        m_stack.pop_back();
        return item;
    }
    std::optional<std::vector<Item>> pop_to_mark()
    {
        const auto mark = std::find(m_stack.rbegin(), m_stack.rend(), nullptr);
        if (mark == m_stack.rend())
            return std::nullopt;
        std::vector<Item> items(mark.base(), m_stack.end());
        m_stack.erase(mark.base() - 1, m_stack.end());
        return items;
    }
    bool collect(Kind kind)
    {
        auto items = pop_to_mark();
        if (!items)
            return false;
        Item item = make(kind);
        item->items.assign(items->begin(), items->end());
        return push(item);
    }
    bool tuple(std::size_t count)
    {
        Item item = make(Kind::Tuple);
        for (std::size_t i = 0; i < count; ++i) {
            auto element = pop();
            if (!element)
                return false;
            item->items.insert(item->items.begin(), *element);
        }
        return push(item);
    }
    bool append(std::size_t count)
    {
        std::vector<Item> items;
        for (std::size_t i = 0; i < count; ++i) {
            auto item = pop();
            if (!item)
                return false;
            items.insert(items.begin(), *item);
        }
        if (m_stack.empty() || !m_stack.back())
            return false;
        auto& target = m_stack.back()->items;
        target.insert(target.end(), items.begin(), items.end());
        return true;
    }
    bool remember(std::optional<std::uint64_t> key)
    {
        if (!key || m_stack.empty() || !m_stack.back())
            return false;
        m_memo[*key] = m_stack.back();
        return true;
    }
    bool recall(std::optional<std::uint64_t> key)
    {
        const auto it = key ? m_memo.find(*key) : m_memo.end();
        return it != m_memo.end() && push(it->second);
    }

    bool skip(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at)
            return false;
        m_at += static_cast<std::size_t>(count);
        return true;
    }
    std::optional<std::uint64_t> number(unsigned width)
    {
        const std::size_t from = m_at;
        if (!skip(width))
            return std::nullopt;
        std::uint64_t value = 0;
        for (unsigned i = 0; i < width; ++i)
            value |= static_cast<std::uint64_t>(m_bytes[from + i]) << (8 * i);
        return value;
    }
    /// A two's complement integer of `width` bytes; the short ones have no sign.
    bool integer(unsigned width)
    {
        const auto bits = number(width);
        if (!bits)
            return false;
        const Item item = make(Kind::Scalar);
        item->number = static_cast<std::int64_t>(*bits);
        if (width == 4)
            item->number = static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits));
        return push(item);
    }
    bool skip_counted(unsigned width)
    {
        const auto count = number(width);
        return count && skip(*count);
    }
    bool string(unsigned width)
    {
        const auto count = number(width);
        if (!count || *count > m_bytes.size() - m_at)
            return false;
        Item item = make(Kind::String);
        item->text.assign(reinterpret_cast<const char*>(m_bytes.data() + m_at),
                          static_cast<std::size_t>(std::min<std::uint64_t>(*count, m_kept_text)));
        item->length = *count;
        return skip(*count) && push(item);
    }
    std::optional<std::string_view> line()
    {
        const std::string_view rest(reinterpret_cast<const char*>(m_bytes.data() + m_at),
                                    m_bytes.size() - m_at);
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos)
            return std::nullopt;
        m_at += end + 1;
        return rest.substr(0, end);
    }

    std::span<const std::byte> m_bytes;
    std::size_t m_kept_text;
    std::size_t m_copied = 0; // items that opcodes copied from other objects
    std::size_t m_at = 0;
    PickleDocument m_document;
    bool m_done = false;
    std::vector<Item> m_stack; // null: a mark
    std::unordered_map<std::uint64_t, Item> m_memo;
};

} // namespace

PickleDocument outline_pickle(std::span<const std::byte> bytes, std::size_t kept_text)
{
    return Machine(bytes, kept_text).run();
}

} // namespace strata

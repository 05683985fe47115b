// Python's methods of strings. A string is known at export, or one of some known ones: then
// the method is asked of each, and the answer is looked up when the model runs.
#include "lowering/python_call.h"
#include "lowering/python_value.h"

#include <algorithm>
#include <cctype>

namespace strata {
namespace {

/// The answer for one known string; nothing where an argument is not known or not meant here.
using TextMethod = std::optional<Lowered> (*)(const PythonCall&, const std::string&);

const std::string* text_argument(const PythonCall& call, std::size_t i)
{
    return i < call.args.size() ? call.args[i].as<std::string>() : nullptr;
}

/// text[start:end] as the methods count: from the back where a bound is negative. TorchScript's
/// default for the end is -1 and means the end itself, so -2 leaves out one letter.
std::optional<std::string_view> text_part(const PythonCall& call, const std::string& text,
                                          std::size_t first)
{
    const auto size = static_cast<std::int64_t>(text.size());
    std::int64_t bounds[2] = {0, size};
    for (std::size_t i = 0; i < 2 && first + i < call.args.size(); ++i) {
        const auto bound = as_integer(call.e, call.args[first + i]);
        if (!bound)
            return std::nullopt;
        const std::int64_t back = i == 0 ? size : size + 1;
        bounds[i] = std::clamp<std::int64_t>(*bound < 0 ? *bound + back : *bound, 0, size);
    }
    if (bounds[1] < bounds[0])
        return std::nullopt;
    return std::string_view(text).substr(static_cast<std::size_t>(bounds[0]),
                                         static_cast<std::size_t>(bounds[1] - bounds[0]));
}

template <bool AtEnd>
std::optional<Lowered> text_begins_or_ends(const PythonCall& call, const std::string& text)
{
    const std::string* wanted = text_argument(call, 1);
    const auto part = text_part(call, text, 2);
    if (!wanted || !part)
        return std::nullopt;
    return Lowered(AtEnd ? part->ends_with(*wanted) : part->starts_with(*wanted));
}

std::optional<Lowered> text_find(const PythonCall& call, const std::string& text)
{
    const std::string* wanted = text_argument(call, 1);
    const auto part = text_part(call, text, 2);
    if (!wanted || !part)
        return std::nullopt;
    const std::size_t at = part->find(*wanted);
    if (at == std::string::npos)
        return Lowered(std::int64_t{-1});
    return Lowered(static_cast<std::int64_t>(at) + (part->data() - text.data()));
}

/// `wanted in text`
std::optional<Lowered> text_holds(const PythonCall& call, const std::string& text)
{
    const std::string* wanted = text_argument(call, 1);
    if (!wanted)
        return std::nullopt;
    return Lowered(text.find(*wanted) != std::string::npos);
}

std::optional<Lowered> text_length(const PythonCall&, const std::string& text)
{
    return Lowered(static_cast<std::int64_t>(text.size()));
}

template <int (*Change)(int)>
std::optional<Lowered> text_with_letters(const PythonCall&, const std::string& text)
{
    std::string changed = text;
    for (char& letter : changed)
        letter = static_cast<char>(Change(static_cast<unsigned char>(letter)));
    return Lowered(std::move(changed));
}

template <bool Left, bool Right>
std::optional<Lowered> text_strip(const PythonCall& call, const std::string& text)
{
    const std::string* given = text_argument(call, 1);
    const std::string letters = given ? *given : " \n\t\f\v\r";
    const std::size_t first = Left ? text.find_first_not_of(letters) : 0;
    const std::size_t last = Right ? text.find_last_not_of(letters) : text.size() - 1;
    if (text.empty() || first == std::string::npos || last == std::string::npos)
        return Lowered(std::string());
    return Lowered(text.substr(first, last - first + 1));
}

std::optional<Lowered> text_replace(const PythonCall& call, const std::string& text)
{
    const std::string* from = text_argument(call, 1);
    const std::string* to = text_argument(call, 2);
    const auto most = call.args.size() > 3 ? as_integer(call.e, call.args[3]) : -1;
    if (!from || !to || from->empty() || !most)
        return std::nullopt;
    std::string changed = text;
    std::size_t at = 0;
    for (std::int64_t i = 0; *most < 0 || i < *most; ++i) {
        at = changed.find(*from, at);
        if (at == std::string::npos)
            break;
        changed.replace(at, from->size(), *to);
        at += to->size();
    }
    return Lowered(std::move(changed));
}

std::optional<Lowered> text_letter(const PythonCall& call, const std::string& text)
{
    const auto index = call.args.size() > 1 ? as_integer(call.e, call.args[1]) : std::nullopt;
    const auto size = static_cast<std::int64_t>(text.size());
    if (!index || *index >= size || *index < -size)
        return std::nullopt;
    return Lowered(
        std::string(1, text[static_cast<std::size_t>(*index < 0 ? *index + size : *index)]));
}

constexpr std::pair<std::string_view, TextMethod> text_methods[] = {
    {"aten::startswith", text_begins_or_ends<false>},
    {"aten::endswith", text_begins_or_ends<true>},
    {"aten::find", text_find},
    {"aten::__contains__", text_holds},
    {"aten::len", text_length},
    {"aten::lower", text_with_letters<std::tolower>},
    {"aten::upper", text_with_letters<std::toupper>},
    {"aten::strip", text_strip<true, true>},
    {"aten::lstrip", text_strip<true, false>},
    {"aten::rstrip", text_strip<false, true>},
    {"aten::replace", text_replace},
    {"aten::__getitem__", text_letter},
};

/// Truth values or numbers, one for each option, as a table.
std::optional<Lowered> look_up_answer(Emitter& e, ValueId index,
                                      const std::vector<Lowered>& answers)
{
    std::vector<std::int64_t> numbers;
    const bool truth = answers.front().as<bool>() != nullptr;
    for (const Lowered& answer : answers) {
        const auto number = as_integer(e, answer);
        if (!number)
            return std::nullopt;
        numbers.push_back(*number);
    }
    ValueId found = e.emit("Gather", {e.constant(std::span<const std::int64_t>(numbers)), index},
                           {{"axis", std::int64_t{0}}});
    if (truth)
        found = e.cast(found, DType::Bool);
    return number_from(e, found, truth ? FxType::Kind::Bool : FxType::Kind::Int);
}

} // namespace

std::optional<Lowered> evaluate_text_method(const PythonCall& call)
{
    if (call.args.empty())
        return std::nullopt;
    const std::string_view base = call.target.substr(0, call.target.find('.'));
    const auto* method = std::find_if(std::begin(text_methods), std::end(text_methods),
                                      [&](const auto& each) { return each.first == base; });
    if (method == std::end(text_methods))
        return std::nullopt;
    const auto refuse = [&] {
        call.refuse(fmt::format("{} is asked for what is only known when the model runs", base));
    };
    if (const auto* text = call.args[0].as<std::string>()) {
        auto answer = method->second(call, *text);
        if (!answer)
            refuse();
        return answer;
    }
    const auto* choice = call.args[0].as<LoweredChoice>();
    if (!choice)
        return std::nullopt;
    std::vector<Lowered> answers;
    for (const Lowered& option : *choice->options) {
        const auto* text = option.as<std::string>();
        if (!text)
            return std::nullopt; // enumerators
        auto answer = method->second(call, *text);
        if (!answer)
            refuse();
        answers.push_back(std::move(*answer));
    }
    if (std::all_of(answers.begin(), answers.end(), is_word))
        return Lowered(LoweredChoice{
            choice->index, std::make_shared<const std::vector<Lowered>>(std::move(answers))});
    return look_up_answer(call.e, choice->index, answers);
}

} // namespace strata

#include "session/fitting_sizes.h"

#include "session/infer_inputs.h"
#include "session/size_requirements.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace strata {
namespace {

constexpr std::int64_t largest_alone = 32768; ///< of one axis, as sound has it
constexpr std::int64_t largest_size = 1024;   ///< of several axes alike
constexpr std::int64_t largest_of_two = 256;  ///< of two axes that differ
constexpr std::int64_t usual_batch_size = 1;

/// An expression whose symbols are numbers of places, so that many sizes can be tried.
struct Compiled {
    struct Atom {
        enum class Kind { Symbol, Quotient, Rest };
        Kind kind = Kind::Symbol;
        std::size_t symbol = 0;
        std::vector<Compiled> inner; ///< one, of quotients and rests
        std::int64_t divisor = 1;
    };
    struct Term {
        std::int64_t coefficient = 0;
        std::vector<Atom> atoms;
    };
    std::vector<Term> terms;

    std::optional<std::int64_t> value(const std::vector<std::int64_t>& sizes) const
    {
        std::int64_t sum = 0;
        for (const Term& term : terms) {
            std::int64_t product = term.coefficient;
            for (const Atom& atom : term.atoms) {
                std::optional<std::int64_t> factor = sizes[atom.symbol];
                if (atom.kind != Atom::Kind::Symbol) {
                    factor = atom.inner.front().value(sizes);
                    if (!factor)
                        return std::nullopt;
                    const std::int64_t rest =
                        ((*factor % atom.divisor) + atom.divisor) % atom.divisor;
                    factor = atom.kind == Atom::Kind::Rest ? rest : (*factor - rest) / atom.divisor;
                }
                if (__builtin_mul_overflow(product, *factor, &product))
                    return std::nullopt;
            }
            if (__builtin_add_overflow(sum, product, &sum))
                return std::nullopt;
        }
        return sum;
    }
};

struct SizeCheck {
    SizeRequirement::Kind kind = SizeRequirement::Kind::Equal;
    std::vector<Compiled> left;
    std::vector<Compiled> right;
    std::set<std::size_t> symbols;

    static std::optional<std::int64_t> product(const std::vector<Compiled>& factors,
                                               const std::vector<std::int64_t>& sizes)
    {
        std::int64_t all = 1;
        for (const Compiled& factor : factors) {
            const auto value = factor.value(sizes);
            if (!value || *value < 0 || __builtin_mul_overflow(all, *value, &all))
                return std::nullopt;
        }
        return all;
    }

    bool holds(const std::vector<std::int64_t>& sizes) const
    {
        const auto a = product(left, sizes);
        if (!a || *a <= 0)
            return false;
        if (kind == SizeRequirement::Kind::Positive)
            return true;
        const auto b = product(right, sizes);
        if (!b || *b <= 0)
            return false;
        return kind == SizeRequirement::Kind::Multiple ? *a % *b == 0 : *a == *b;
    }
};

class SizeSearch {
public:
    SizeSearch(const OnnxModel& model, TaskContext& task) : m_task(task)
    {
        for (const ValueId id : model.graphs[OnnxModel::main_graph].inputs) {
            const OnnxValue& value = model.values[id];
            for (std::size_t axis = 0; axis < value.shape.size(); ++axis)
                if (const Dim& dim = value.shape[axis];
                    !dim.known() && dim.symbol != StringId::Empty) {
                    const std::string name(model.text(dim.symbol));
                    if (m_places.emplace(name, m_names.size()).second) {
                        m_names.push_back(name);
                        m_first.push_back(axis == 0);
                    }
                }
        }
        if (m_names.empty())
            return;
        for (const SizeRequirement& one : size_requirements(model))
            add(one);
    }

    SymbolSizes run()
    {
        SymbolSizes found;
        for (const std::vector<std::size_t>& group : groups()) {
            std::vector<const SizeCheck*> checks;
            for (const SizeCheck& check : m_checks)
                if (std::any_of(group.begin(), group.end(),
                                [&](std::size_t place) { return check.symbols.contains(place); }))
                    checks.push_back(&check);
            // What excludes most sizes is asked first.
            std::stable_partition(checks.begin(), checks.end(), [](const SizeCheck* check) {
                return check->kind == SizeRequirement::Kind::Equal;
            });
            const auto sizes = solve(group, checks);
            if (!sizes)
                continue;
            for (const std::size_t place : group)
                found[m_names[place]] = (*sizes)[place];
        }
        return m_task.cancelled() ? SymbolSizes{} : found;
    }

private:
    using Sizes = std::vector<std::int64_t>;

    /// Nothing for what is not made of the inputs' symbols.
    std::optional<Compiled> compile(const DimExpression& expression, std::set<std::size_t>& symbols,
                                    int depth = 0) const
    {
        Compiled made;
        constexpr int deepest = 16;
        if (depth > deepest)
            return std::nullopt;
        for (const auto& [atoms, coefficient] : expression.terms()) {
            Compiled::Term term;
            term.coefficient = coefficient;
            for (const std::string& text : atoms) {
                Compiled::Atom atom;
                if (const auto it = m_places.find(text); it != m_places.end()) {
                    atom.symbol = it->second;
                    symbols.insert(it->second);
                    term.atoms.push_back(std::move(atom));
                    continue;
                }
                const std::size_t quotient = text.rfind("//");
                const std::size_t at = quotient != std::string::npos ? quotient : text.rfind('%');
                if (at == std::string::npos || at == 0)
                    return std::nullopt;
                const bool divides = quotient != std::string::npos;
                const auto divisor =
                    DimExpression::parse(std::string_view(text).substr(at + (divides ? 2 : 1)))
                        .as_number();
                auto inner = compile(DimExpression::parse(std::string_view(text).substr(0, at)),
                                     symbols, depth + 1);
                if (!divisor || *divisor <= 0 || !inner)
                    return std::nullopt;
                atom.kind = divides ? Compiled::Atom::Kind::Quotient : Compiled::Atom::Kind::Rest;
                atom.divisor = *divisor;
                atom.inner.push_back(*std::move(inner));
                term.atoms.push_back(std::move(atom));
            }
            made.terms.push_back(std::move(term));
        }
        return made;
    }

    void add(const SizeRequirement& one)
    {
        SizeCheck check;
        check.kind = one.kind;
        for (const auto& [from, to] :
             {std::pair(&one.left, &check.left), std::pair(&one.right, &check.right)})
            for (const DimExpression& factor : *from) {
                auto compiled = compile(factor, check.symbols);
                if (!compiled)
                    return;
                to->push_back(*std::move(compiled));
            }
        if (!check.symbols.empty())
            m_checks.push_back(std::move(check));
    }

    /// Symbols that some requirement names together; batches stay apart.
    std::vector<std::vector<std::size_t>> groups() const
    {
        std::vector<std::size_t> group(m_names.size());
        for (std::size_t i = 0; i < group.size(); ++i)
            group[i] = i;
        for (const SizeCheck& check : m_checks) {
            std::optional<std::size_t> with;
            for (const std::size_t place : check.symbols) {
                if (m_first[place])
                    continue;
                if (!with)
                    with = group[place];
                std::replace(group.begin(), group.end(), group[place], *with);
            }
        }
        std::vector<std::vector<std::size_t>> all;
        for (std::size_t name = 0; name < group.size(); ++name) {
            std::vector<std::size_t> members;
            for (std::size_t place = 0; place < group.size(); ++place)
                if (group[place] == name && !m_first[place])
                    members.push_back(place);
            if (!members.empty())
                all.push_back(std::move(members));
        }
        return all;
    }

    Sizes usual(std::int64_t size) const
    {
        Sizes sizes(m_names.size(), size);
        for (std::size_t i = 0; i < sizes.size(); ++i)
            if (m_first[i])
                sizes[i] = usual_batch_size;
        return sizes;
    }

    static bool all_hold(const std::vector<const SizeCheck*>& checks, const Sizes& sizes)
    {
        return std::all_of(checks.begin(), checks.end(),
                           [&](const SizeCheck* check) { return check->holds(sizes); });
    }

    /// How often 2 divides it, up to 32: sizes are round where there is a choice.
    static int roundness(std::int64_t size)
    {
        int twos = 0;
        while (twos < 5 && size % 2 == 0) {
            size /= 2;
            ++twos;
        }
        return twos;
    }

    std::optional<Sizes> solve(const std::vector<std::size_t>& group,
                               const std::vector<const SizeCheck*>& checks) const
    {
        std::size_t fit = 0;
        std::optional<Sizes> first;
        for (std::size_t attempt = 0; attempt < plausible_attempts; ++attempt) {
            Sizes sizes = usual(plausible_size(attempt));
            if (!all_hold(checks, sizes))
                continue;
            ++fit;
            if (!first)
                first = std::move(sizes);
        }
        // A limit from below, such as a kernel's, is no choice of a size.
        if (fit > plausible_attempts / 2 && all_hold(checks, usual(plausible_size(0))))
            return std::nullopt;
        if (first)
            return first;
        if (auto alike = solve_alike(group, checks))
            return alike;
        return solve_two(group, checks);
    }

    std::optional<Sizes> solve_alike(const std::vector<std::size_t>& group,
                                     const std::vector<const SizeCheck*>& checks) const
    {
        std::optional<Sizes> best;
        int best_roundness = -1;
        Sizes sizes = usual(plausible_size(0));
        const std::int64_t largest = group.size() == 1 ? largest_alone : largest_size;
        for (std::int64_t size = 1; size <= largest && !m_task.cancelled(); ++size) {
            for (const std::size_t place : group)
                sizes[place] = size;
            if (roundness(size) <= best_roundness || !all_hold(checks, sizes))
                continue;
            best = sizes;
            best_roundness = roundness(size);
        }
        return best;
    }

    /// The group's first symbol and all others, the nearest to a square.
    std::optional<Sizes> solve_two(const std::vector<std::size_t>& group,
                                   const std::vector<const SizeCheck*>& checks) const
    {
        if (group.size() < 2)
            return std::nullopt;
        std::optional<Sizes> best;
        std::pair<std::int64_t, int> best_key{0, 0};
        Sizes sizes = usual(plausible_size(0));
        for (std::int64_t one = 1; one <= largest_of_two && !m_task.cancelled(); ++one)
            for (std::int64_t other = 1; other <= largest_of_two; ++other) {
                for (const std::size_t place : group)
                    sizes[place] = other;
                sizes[group.front()] = one;
                if (!all_hold(checks, sizes))
                    continue;
                const std::pair<std::int64_t, int> key{16 * std::max(one, other) /
                                                           std::min(one, other),
                                                       -roundness(one) - roundness(other)};
                if (best && key >= best_key)
                    continue;
                best = sizes;
                best_key = key;
            }
        return best;
    }

    TaskContext& m_task;
    std::vector<std::string> m_names;
    std::vector<bool> m_first; ///< parallel: an input's first axis
    std::map<std::string, std::size_t, std::less<>> m_places;
    std::vector<SizeCheck> m_checks;
};

} // namespace

SymbolSizes fitting_sizes(const OnnxModel& model, TaskContext& task)
{
    return SizeSearch(model, task).run();
}

} // namespace strata

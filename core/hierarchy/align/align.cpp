#include "hierarchy/align/align.h"

#include "hierarchy/align/folded.h"
#include "hierarchy/align/regions.h"

#include <algorithm>
#include <unordered_map>

namespace strata::align {
namespace {

constexpr int most_rounds = 8;
/// Fan-outs beyond this are not followed: comparing all users of a hub costs a product, and hubs
/// (a mask, a table of positions) tell little.
constexpr std::size_t widest_fan = 256;

/// How much of a node goes into its hash.
enum class View {
    Strict, ///< everything but tensors: light nodes, constants, attributes
    Loose   ///< what computes: light nodes are looked through, constants ignored
};

/// Two nodes' worth of hash: what leads to it and what follows from it.
struct Label {
    Hash before = 0;
    Hash after = 0;
};

class Labeller {
public:
    Labeller(const FlowGraph& graph, const std::vector<Hash>& anchors, View view)
        : m_graph(graph),
          m_anchors(anchors),
          m_view(view),
          m_labels(graph.nodes.size())
    {}

    std::vector<Label> run()
    {
        for (const NodeId id : m_graph.topological)
            m_labels[id].before = before(id);
        std::vector<Hash> results(m_graph.nodes.size(), 0);
        for (const auto& [node, number] : m_graph.outputs)
            results[node] += mix(0x0075, number);
        for (auto it = m_graph.topological.rbegin(); it != m_graph.topological.rend(); ++it)
            m_labels[*it].after = after(*it, results[*it]);
        return std::move(m_labels);
    }

private:
    bool skipped(const FlowNode& node) const
    {
        return m_view == View::Loose && node.light && !node.inputs.empty();
    }

    Hash own(const FlowNode& node) const
    {
        Hash h = node.op;
        if (m_view == View::Strict)
            h = mix(h, node.attributes);
        else
            h = mix(h, node.data_inputs);
        return h;
    }

    Hash input_hash(const FlowInput& input) const
    {
        if (!input.present)
            return 1;
        if (input.initializer != no_id)
            return 2;
        if (input.graph_input != no_id)
            return mix(3, input.graph_input);
        if (input.node == no_id)
            return 4;
        if (m_view == View::Loose && m_graph.nodes[input.node].constant)
            return 2;
        const Hash from = m_labels[input.node].before;
        return input.output == 0 ? from : mix(from, input.output);
    }

    Hash before(NodeId id) const
    {
        const FlowNode& node = m_graph.nodes[id];
        if (m_anchors[id] != 0)
            return m_anchors[id];
        if (skipped(node))
            return input_hash(node.inputs.front());
        Hash h = own(node);
        for (const FlowInput& input : node.inputs) {
            const Hash from = input_hash(input);
            // In the loose view constants may be attributes, or inputs in another place.
            if (m_view == View::Strict)
                h = mix(h, from);
            else if (from != 1 && from != 2)
                h += mix(from, 17); // in any order: optimisers swap what may be swapped
        }
        return h;
    }

    Hash after(NodeId id, Hash result) const
    {
        const FlowNode& node = m_graph.nodes[id];
        if (m_anchors[id] != 0)
            return m_anchors[id];
        Hash uses = result;
        for (const FlowUse& use : node.uses) {
            const FlowNode& user = m_graph.nodes[use.node];
            if (skipped(user))
                uses += m_labels[use.node].after;
            else
                uses += mix(m_labels[use.node].after, m_view == View::Strict ? use.slot : 0);
        }
        return skipped(node) ? uses : mix(own(node), uses);
    }

    const FlowGraph& m_graph;
    const std::vector<Hash>& m_anchors;
    View m_view;
    std::vector<Label> m_labels;
};

bool share(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b)
{
    auto x = a.begin();
    auto y = b.begin();
    while (x != a.end() && y != b.end()) {
        if (*x == *y)
            return true;
        *x < *y ? ++x : ++y;
    }
    return false;
}

class Aligner {
public:
    Aligner(const FlowGraph& file, const FlowGraph& reference, const TaskContext& task)
        : m_file(file),
          m_reference(reference),
          m_task(task),
          m_match(file.nodes.size()),
          m_back(reference.nodes.size(), no_id),
          m_file_anchors(file.nodes.size(), 0),
          m_reference_anchors(reference.nodes.size(), 0)
    {}

    Result<std::vector<Match>> run()
    {
        match_tensors();
        absorb_normalisations();
        match_equal(View::Strict, true);
        STRATA_CHECK(m_task.poll());
        for (int round = 0; round < most_rounds; ++round) {
            const std::size_t before = m_matched;
            match_equal(View::Strict, false);
            STRATA_CHECK(follow());
            match_equal(View::Loose, false);
            STRATA_CHECK(follow());
            if (m_matched == before)
                break;
        }
        STRATA_CHECK(align_regions(m_file, m_reference, m_match, m_back, m_task));
        align_folded(m_file, m_reference, m_match, m_back);
        return std::move(m_match);
    }

private:
    /// Could the two be the same work? They must agree in whether they read source tensors, and in
    /// one of them.
    bool fits(NodeId left, NodeId right) const
    {
        const FlowNode& a = m_file.nodes[left];
        const FlowNode& b = m_reference.nodes[right];
        if (a.op != b.op || a.constant != b.constant || a.shape != b.shape)
            return false;
        if (a.tensors.empty() != b.tensors.empty())
            return false;
        return a.tensors.empty() || share(a.tensors, b.tensors);
    }

    void match(NodeId left, NodeId right, Relation relation)
    {
        if (m_match[left].reference != no_id)
            return;
        m_match[left] = {right, relation, no_id};
        if (m_back[right] == no_id)
            m_back[right] = left;
        ++m_matched;
        const Hash anchor = mix(0xa0c0, right);
        m_file_anchors[left] = anchor;
        m_reference_anchors[right] = anchor;
        m_work.push_back(left);
    }

    void match_tensors()
    {
        struct Readers {
            std::vector<NodeId> file, reference;
        };
        std::unordered_map<std::uint32_t, Readers> readers;
        const auto collect = [&](const FlowGraph& graph, auto list) {
            for (const NodeId id : graph.topological)
                if (graph.nodes[id].computes())
                    for (const std::uint32_t tensor : graph.nodes[id].tensors)
                        (readers[tensor].*list).push_back(id);
        };
        collect(m_file, &Readers::file);
        collect(m_reference, &Readers::reference);
        std::vector<std::pair<std::uint32_t, const Readers*>> ordered;
        for (const auto& [tensor, list] : readers)
            ordered.emplace_back(tensor, &list);
        std::sort(ordered.begin(), ordered.end());
        for (const bool any_operator : {false, true})
            for (const auto& [tensor, list] : ordered)
                match_readers(*list, any_operator);
    }

    template <class Readers>
    void match_readers(const Readers& list, bool any_operator)
    {
        if (any_operator) {
            // The same count of readers, whatever they are: an operator and its spelled-out form.
            if (list.file.size() == list.reference.size() && list.file.size() <= widest_fan)
                for (std::size_t i = 0; i < list.file.size(); ++i)
                    match(list.file[i], list.reference[i], Relation::Parameter);
            return;
        }
        std::vector<Hash> ops;
        for (const NodeId id : list.file)
            if (std::find(ops.begin(), ops.end(), m_file.nodes[id].op) == ops.end())
                ops.push_back(m_file.nodes[id].op);
        for (const Hash op : ops) {
            std::vector<NodeId> left;
            std::vector<NodeId> right;
            for (const NodeId id : list.file)
                if (m_file.nodes[id].op == op && fits_somewhere(id))
                    left.push_back(id);
            for (const NodeId id : list.reference)
                if (m_reference.nodes[id].op == op)
                    right.push_back(id);
            // Several calls of one module: in the order of the data flow.
            if (left.size() == right.size())
                for (std::size_t i = 0; i < left.size(); ++i)
                    if (m_back[right[i]] == no_id)
                        match(left[i], right[i], Relation::Parameter);
        }
    }

    /// A convolution whose weights a normalisation was folded into stands for both: the
    /// normalisation of the reference is no gap.
    void absorb_normalisations()
    {
        static const Hash normalisation = operator_class("BatchNormalization");
        for (const NodeId id : m_file.topological) {
            if (!m_file.nodes[id].scaled || m_match[id].reference == no_id)
                continue;
            const auto& uses = m_reference.nodes[m_match[id].reference].uses;
            if (uses.size() != 1)
                continue;
            const FlowNode& next = m_reference.nodes[uses.front().node];
            // Statistics that were never trained are equal everywhere, and no tensor tells of them.
            if (m_back[uses.front().node] == no_id && next.computes() && next.data_inputs == 1 &&
                (next.op == normalisation || !next.tensors.empty())) {
                m_back[uses.front().node] = id;
                m_match[id].last = uses.front().node;
            }
        }
    }

    bool fits_somewhere(NodeId id) const { return m_match[id].reference == no_id; }

    /// Nodes that have the same label on both sides, as often on the one as on the other.
    void match_equal(View view, bool from_scratch)
    {
        static const std::vector<Hash> none;
        const std::vector<Hash> no_file(from_scratch ? m_file.nodes.size() : 0, 0);
        const std::vector<Hash> no_reference(from_scratch ? m_reference.nodes.size() : 0, 0);
        const auto left = Labeller(m_file, from_scratch ? no_file : m_file_anchors, view).run();
        const auto right =
            Labeller(m_reference, from_scratch ? no_reference : m_reference_anchors, view).run();
        const auto both = [](const Label& label) { return mix(label.before, label.after); };
        pair_up(view, left, right, both, most_equal);
        if (from_scratch)
            return; // one side alone says little before there are anchors
        pair_up(
            view, left, right, [](const Label& label) { return label.before; }, 1);
        pair_up(
            view, left, right, [](const Label& label) { return label.after; }, 1);
    }

    template <class Key>
    void pair_up(View view, const std::vector<Label>& left, const std::vector<Label>& right,
                 Key key, std::size_t most)
    {
        // Sorted lists of both sides, rather than a table of lists: half the memory.
        struct Entry {
            Hash key;
            std::uint32_t order;
            NodeId node;
            bool operator<(const Entry& other) const
            {
                return key != other.key ? key < other.key : order < other.order;
            }
        };
        const auto collect = [&](const FlowGraph& graph, const std::vector<Label>& labels,
                                 auto is_open) {
            std::vector<Entry> entries;
            for (const NodeId id : graph.topological)
                if (is_open(id) && (view == View::Strict || graph.nodes[id].computes()))
                    entries.push_back({key(labels[id]), graph.nodes[id].order, id});
            std::sort(entries.begin(), entries.end());
            return entries;
        };
        const std::vector<Entry> file =
            collect(m_file, left, [&](NodeId id) { return m_match[id].reference == no_id; });
        const std::vector<Entry> reference =
            collect(m_reference, right, [&](NodeId id) { return m_back[id] == no_id; });
        std::size_t j = 0;
        for (std::size_t i = 0; i < file.size();) {
            const Hash label = file[i].key;
            std::size_t i_end = i;
            while (i_end < file.size() && file[i_end].key == label)
                ++i_end;
            while (j < reference.size() && reference[j].key < label)
                ++j;
            std::size_t j_end = j;
            while (j_end < reference.size() && reference[j_end].key == label)
                ++j_end;
            if (i_end - i == j_end - j && i_end - i <= most)
                for (std::size_t k = 0; k < i_end - i; ++k)
                    if (fits(file[i + k].node, reference[j + k].node))
                        match(file[i + k].node, reference[j + k].node, Relation::Exact);
            i = i_end;
            j = j_end;
        }
    }

    /// From matched nodes along their edges, until nothing more is certain.
    Status follow()
    {
        while (!m_work.empty()) {
            STRATA_CHECK(m_task.poll());
            const NodeId left = m_work.back();
            m_work.pop_back();
            follow_uses(left, m_match[left].reference);
            follow_inputs(left, m_match[left].reference);
        }
        return {};
    }

    /// Unmatched computing users, behind light nodes.
    static void users(const FlowGraph& graph, NodeId id, std::vector<NodeId>& found,
                      std::size_t depth = 0)
    {
        constexpr std::size_t deepest = 8;
        for (const FlowUse& use : graph.nodes[id].uses) {
            if (found.size() > widest_fan)
                return;
            const FlowNode& user = graph.nodes[use.node];
            if (user.light && depth < deepest)
                users(graph, use.node, found, depth + 1);
            else if (user.computes() &&
                     std::find(found.begin(), found.end(), use.node) == found.end())
                found.push_back(use.node);
        }
    }

    /// Pairs those that fit each other and nobody else.
    void pair_unique(const std::vector<NodeId>& left, const std::vector<NodeId>& right)
    {
        for (const NodeId a : left) {
            if (m_match[a].reference != no_id)
                continue;
            NodeId partner = no_id;
            unsigned partners = 0;
            for (const NodeId b : right)
                if (m_back[b] == no_id && fits_here(a, b)) {
                    partner = b;
                    ++partners;
                }
            if (partners != 1)
                continue;
            const auto rivals = std::count_if(left.begin(), left.end(), [&](NodeId other) {
                return m_match[other].reference == no_id && fits_here(other, partner);
            });
            if (rivals == 1)
                match(a, partner, Relation::Followed);
        }
    }

    bool fits_here(NodeId left, NodeId right) const
    {
        return fits(left, right) &&
               m_file.nodes[left].data_inputs == m_reference.nodes[right].data_inputs;
    }

    void follow_uses(NodeId left, NodeId right)
    {
        std::vector<NodeId> a;
        std::vector<NodeId> b;
        users(m_file, left, a);
        users(m_reference, right, b);
        if (a.size() <= widest_fan && b.size() <= widest_fan)
            pair_unique(a, b);
    }

    void follow_inputs(NodeId left, NodeId right)
    {
        const auto producers = [](const FlowGraph& graph, NodeId id) {
            std::vector<NodeId> found;
            for (const FlowInput& input : graph.nodes[id].inputs) {
                const NodeId from = producer_behind(graph, input);
                if (from != no_id && graph.nodes[from].computes() &&
                    std::find(found.begin(), found.end(), from) == found.end())
                    found.push_back(from);
            }
            return found;
        };
        const std::vector<NodeId> a = producers(m_file, left);
        const std::vector<NodeId> b = producers(m_reference, right);
        if (a.size() > widest_fan || b.size() > widest_fan)
            return;
        pair_unique(a, b);
        // Operands in the same places: "a - b" with twins on both sides.
        if (m_file.nodes[left].op == m_reference.nodes[right].op && a.size() == b.size())
            for (std::size_t i = 0; i < a.size(); ++i)
                if (m_match[a[i]].reference == no_id && m_back[b[i]] == no_id &&
                    fits_here(a[i], b[i]))
                    match(a[i], b[i], Relation::Followed);
    }

    static constexpr std::size_t most_equal = 4096;

    const FlowGraph& m_file;
    const FlowGraph& m_reference;
    const TaskContext& m_task;
    std::vector<Match> m_match;
    std::vector<NodeId> m_back; ///< reference → file
    std::vector<Hash> m_file_anchors, m_reference_anchors;
    std::vector<NodeId> m_work;
    std::size_t m_matched = 0;
};

} // namespace

Result<std::vector<Match>> align_graphs(const FlowGraph& file, const FlowGraph& reference,
                                        const TaskContext& task)
{
    return Aligner(file, reference, task).run();
}

} // namespace strata::align

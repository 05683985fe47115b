#include "review/node_identity.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <span>

namespace strata {
namespace {

constexpr int local_steps = 3;

/// Collects what a hash covers.
class Bytes {
public:
    void number(std::uint64_t value)
    {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        m_bytes.append(raw, sizeof value);
    }
    void text(std::string_view value)
    {
        number(value.size());
        m_bytes += value;
    }
    template <class T>
    void list(const std::vector<T>& values)
    {
        number(values.size());
        m_bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    }
    ContentHash hash() const { return hash_bytes(std::as_bytes(std::span(m_bytes))); }
    std::uint64_t short_hash() const { return hash().low; }
    void clear() { m_bytes.clear(); }

private:
    std::string m_bytes;
};

void put_tensor(Bytes& bytes, const Tensor& tensor)
{
    bytes.number(static_cast<std::uint64_t>(tensor.dtype));
    bytes.list(tensor.shape);
}

void put_attribute(Bytes& bytes, const OnnxModel& model, const Attribute& attribute)
{
    bytes.text(model.text(attribute.name));
    bytes.number(static_cast<std::uint64_t>(attribute.kind));
    struct Visitor {
        Bytes& bytes;
        void operator()(std::monostate) const {}
        void operator()(float value) const
        {
            std::uint32_t bits = 0;
            std::memcpy(&bits, &value, sizeof bits);
            bytes.number(bits);
        }
        void operator()(std::int64_t value) const
        {
            bytes.number(static_cast<std::uint64_t>(value));
        }
        void operator()(const std::string& value) const { bytes.text(value); }
        void operator()(const Tensor& value) const { put_tensor(bytes, value); }
        void operator()(const std::vector<GraphId>& value) const { bytes.number(value.size()); }
        void operator()(const std::vector<float>& value) const { bytes.list(value); }
        void operator()(const std::vector<std::int64_t>& value) const { bytes.list(value); }
        void operator()(const std::vector<std::string>& values) const
        {
            bytes.number(values.size());
            for (const std::string& value : values)
                bytes.text(value);
        }
        void operator()(const std::vector<Tensor>& values) const
        {
            bytes.number(values.size());
            for (const Tensor& value : values)
                put_tensor(bytes, value);
        }
    };
    std::visit(Visitor{bytes}, attribute.value);
}

/// The node alone: what it does, and with what kind of weights.
std::uint64_t base_hash(const OnnxModel& model, NodeId id, Bytes& bytes)
{
    bytes.clear();
    const OnnxNode& node = model.nodes[id];
    bytes.text(model.text(node.op_type));
    bytes.text(model.text(node.domain));
    // Exporters write attributes in orders of their own.
    std::vector<const Attribute*> attributes;
    for (const Attribute& attribute : node.attributes)
        attributes.push_back(&attribute);
    std::sort(attributes.begin(), attributes.end(), [&](const Attribute* a, const Attribute* b) {
        return model.text(a->name) < model.text(b->name);
    });
    for (const Attribute* attribute : attributes)
        put_attribute(bytes, model, *attribute);
    bytes.number(node.inputs.size());
    for (const ValueId input : node.inputs) {
        if (input >= model.values.size()) {
            bytes.number(1); // left out
            continue;
        }
        const OnnxValue& value = model.values[input];
        if (value.initializer < model.initializers.size()) {
            bytes.number(2);
            put_tensor(bytes, model.initializers[value.initializer].tensor);
        } else {
            bytes.number(3); // whoever makes it: that is for the other hashes
        }
    }
    bytes.number(node.outputs.size());
    return bytes.short_hash();
}

/// Nodes so that bodies come before the node that owns them, otherwise in file order.
std::vector<NodeId> nodes_in_order(const OnnxModel& model)
{
    struct Step {
        GraphId graph;
        std::size_t next = 0;
    };
    std::vector<NodeId> order;
    order.reserve(model.nodes.size());
    std::vector<bool> entered(model.graphs.size(), false);
    std::vector<bool> opened(model.nodes.size(), false);
    // Bodies that no attribute names (a damaged file) come last.
    std::vector<GraphId> starts;
    for (const bool owned : {false, true})
        for (GraphId graph = 0; graph < model.graphs.size(); ++graph)
            if ((model.graphs[graph].owner != no_id) == owned)
                starts.push_back(graph);
    for (const GraphId start : starts) {
        if (entered[start])
            continue;
        std::vector<Step> stack{{start, 0}};
        entered[start] = true;
        while (!stack.empty()) {
            Step& step = stack.back();
            const std::vector<NodeId>& nodes = model.graphs[step.graph].nodes;
            if (step.next == nodes.size()) {
                stack.pop_back();
                continue;
            }
            const NodeId node = nodes[step.next];
            if (!opened[node]) {
                opened[node] = true;
                bool waits = false;
                for (const GraphId body : model.bodies(node))
                    if (body < entered.size() && !entered[body]) {
                        entered[body] = true;
                        stack.push_back({body, 0});
                        waits = true;
                    }
                if (waits)
                    continue; // `step` may have moved
            }
            order.push_back(node);
            ++step.next;
        }
    }
    return order;
}

std::string hex(std::uint64_t value)
{
    return fmt::format("{:016x}", value);
}

} // namespace

Result<NodeIdentities> NodeIdentities::of(const OnnxModel& model, TaskContext& task)
{
    NodeIdentities result;
    result.m_model = &model;
    const std::size_t count = model.nodes.size();
    const std::vector<NodeId> order = nodes_in_order(model);
    Bytes bytes;
    result.m_base.resize(count);
    for (NodeId id = 0; id < count; ++id) {
        if (id % 1024 == 0)
            STRATA_CHECK(task.poll());
        result.m_base[id] = base_hash(model, id, bytes);
    }
    // Graph inputs are told apart by their place, not by their names.
    std::vector<std::uint64_t> place(model.values.size(), 0);
    std::vector<std::uint64_t> is_output(model.values.size(), 0);
    for (const OnnxGraph& graph : model.graphs) {
        for (std::size_t i = 0; i < graph.inputs.size(); ++i)
            if (graph.inputs[i] < place.size())
                place[graph.inputs[i]] = i + 1;
        for (std::size_t i = 0; i < graph.outputs.size(); ++i)
            if (graph.outputs[i] < is_output.size())
                is_output[graph.outputs[i]] = i + 1;
    }
    std::vector<ContentHash> before(count), behind(count);
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i % 1024 == 0)
            STRATA_CHECK(task.poll());
        const NodeId id = order[i];
        bytes.clear();
        bytes.number(result.m_base[id]);
        for (const ValueId input : model.nodes[id].inputs) {
            if (input >= model.values.size())
                continue;
            const OnnxValue& value = model.values[input];
            if (value.producer < count) {
                bytes.number(value.output_index);
                bytes.number(before[value.producer].high);
                bytes.number(before[value.producer].low);
            } else {
                bytes.number(place[input]);
            }
        }
        for (const GraphId body : model.bodies(id))
            for (const ValueId output : model.graphs[body].outputs)
                if (output < model.values.size() && model.values[output].producer < count)
                    bytes.number(before[model.values[output].producer].low);
        before[id] = bytes.hash();
    }
    const auto consumers = model.consumers();
    std::vector<std::array<std::uint64_t, 3>> uses;
    for (std::size_t i = order.size(); i-- > 0;) {
        if (i % 1024 == 0)
            STRATA_CHECK(task.poll());
        const NodeId id = order[i];
        bytes.clear();
        bytes.number(result.m_base[id]);
        const OnnxNode& node = model.nodes[id];
        // What is in a body knows whose body it is.
        if (const NodeId owner = model.graphs[node.graph].owner; owner < count)
            bytes.number(result.m_base[owner]);
        for (const ValueId output : node.outputs) {
            if (output >= model.values.size()) {
                bytes.number(0);
                continue;
            }
            uses.clear();
            for (const OnnxModel::Use& use : consumers[output])
                uses.push_back({use.input, behind[use.node].high, behind[use.node].low});
            std::sort(uses.begin(), uses.end());
            bytes.number(is_output[output]);
            bytes.number(uses.size());
            for (const auto& use : uses)
                for (const std::uint64_t part : use)
                    bytes.number(part);
        }
        behind[id] = bytes.hash();
    }
    result.m_full.resize(count);
    for (const NodeId id : order) {
        bytes.clear();
        for (const ContentHash& hash : {before[id], behind[id]}) {
            bytes.number(hash.high);
            bytes.number(hash.low);
        }
        const ContentHash hash = bytes.hash();
        result.m_full[id] = {hash.high, hash.low};
        result.m_by_full[result.m_full[id]].push_back(id);
    }
    std::vector<std::uint64_t> local = result.m_base, next(count);
    for (int step = 0; step < local_steps; ++step) {
        STRATA_CHECK(task.poll());
        for (NodeId id = 0; id < count; ++id) {
            bytes.clear();
            bytes.number(local[id]);
            for (const ValueId input : model.nodes[id].inputs)
                if (input < model.values.size() && model.values[input].producer < count)
                    bytes.number(local[model.values[input].producer]);
            for (const ValueId output : model.nodes[id].outputs) {
                if (output >= model.values.size())
                    continue;
                uses.clear();
                for (const OnnxModel::Use& use : consumers[output])
                    uses.push_back({use.input, local[use.node], 0});
                std::sort(uses.begin(), uses.end());
                bytes.number(uses.size());
                for (const auto& use : uses) {
                    bytes.number(use[0]);
                    bytes.number(use[1]);
                }
            }
            next[id] = bytes.short_hash();
        }
        local.swap(next);
    }
    result.m_local = std::move(local);
    for (NodeId id = 0; id < count; ++id) {
        result.m_by_local[result.m_local[id]].push_back(id);
        if (const std::string_view name = model.text(model.nodes[id].name); !name.empty())
            result.m_by_name[name].push_back(id);
    }
    STRATA_CHECK(task.poll());
    result.m_paths = model.node_paths();
    return result;
}

std::string NodeIdentities::key(NodeId node) const
{
    const Hash& hash = m_full[node];
    const std::vector<NodeId>& alike = m_by_full.at(hash);
    const auto number =
        static_cast<std::size_t>(std::find(alike.begin(), alike.end(), node) - alike.begin());
    std::string text = hex(hash.high) + hex(hash.low);
    if (number > 0)
        text += fmt::format("#{}", number);
    return text;
}

NodeRecord NodeIdentities::record(NodeId node) const
{
    const OnnxNode& item = m_model->nodes[node];
    return {std::string(m_model->text(item.op_type)), std::string(m_model->text(item.domain)),
            std::string(m_model->text(item.name)), m_paths[node], hex(m_local[node])};
}

NodeIdentities::Found NodeIdentities::find(std::string_view key, const NodeRecord& record) const
{
    const auto number = [](std::string_view text, int base) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), value, base);
        if (error != std::errc() || end != text.data() + text.size() || text.empty())
            return std::nullopt;
        return value;
    };
    const auto same_operator = [&](NodeId id) {
        return m_model->text(m_model->nodes[id].op_type) == record.op_type &&
               m_model->text(m_model->nodes[id].domain) == record.domain;
    };
    const auto named =
        record.name.empty() ? m_by_name.end() : m_by_name.find(std::string_view(record.name));
    // A name that several nodes have tells nothing.
    const NodeId by_name = named != m_by_name.end() && named->second.size() == 1 &&
                                   same_operator(named->second.front())
                               ? named->second.front()
                               : no_id;

    const std::size_t mark = key.find('#');
    const std::string_view digits = key.substr(0, mark);
    if (digits.size() == 32) {
        const auto high = number(digits.substr(0, 16), 16), low = number(digits.substr(16), 16);
        const auto place = mark == std::string_view::npos ? std::optional<std::uint64_t>(0)
                                                          : number(key.substr(mark + 1), 10);
        if (const auto group = high && low ? m_by_full.find({*high, *low}) : m_by_full.end();
            group != m_by_full.end()) {
            // Among nodes that are alike, a name that has stayed says more than the order.
            if (by_name != no_id && m_full[by_name] == group->first)
                return {Match::Same, by_name};
            if (place && *place < group->second.size())
                return {Match::Same, group->second[*place]};
        }
    }
    const auto local = number(record.local, 16);
    const auto around = local ? m_by_local.find(*local) : m_by_local.end();
    if (around != m_by_local.end()) {
        if (by_name != no_id && m_local[by_name] == *local)
            return {Match::Same, by_name};
        if (around->second.size() == 1)
            return {Match::Same, around->second.front()};
    }
    if (by_name != no_id)
        return {Match::Changed, by_name};
    return {around != m_by_local.end() ? Match::Ambiguous : Match::Gone, no_id};
}

std::string NodeIdentities::fingerprint(std::vector<NodeId> nodes) const
{
    std::vector<std::uint64_t> hashes;
    hashes.reserve(nodes.size());
    for (const NodeId id : nodes)
        hashes.push_back(m_base[id]);
    std::sort(hashes.begin(), hashes.end());
    Bytes bytes;
    bytes.list(hashes);
    const std::uint64_t hash = bytes.short_hash();
    return fmt::format("{}:{}", nodes.size(), hex(hash));
}

} // namespace strata

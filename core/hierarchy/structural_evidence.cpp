#include "hierarchy/structural_evidence.h"

#include "hierarchy/align/align.h"
#include "hierarchy/align/folded.h"
#include "hierarchy/changed_constants.h"
#include "hierarchy/changed_operators.h"
#include "hierarchy/confidence.h"
#include "hierarchy/exchanged_tensors.h"
#include "hierarchy/folded_tensors.h"
#include "hierarchy/held_tensors.h"
#include "hierarchy/picked_values.h"
#include "hierarchy/tensor_workers.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowNode;
using align::Relation;

/// Whether a constant is the result of a layer's work, rather than a parameter in another form: who
/// reads it is somebody else.
bool is_worked(const FlowNode& node)
{
    static const std::array<align::Hash, 6> works{
        align::operator_class("MatMul"),  align::operator_class("Gemm"),
        align::operator_class("Conv"),    align::operator_class("ConvTranspose"),
        align::operator_class("Softmax"), align::operator_class("LayerNormalization")};
    return std::find(works.begin(), works.end(), node.op) != works.end();
}

std::string tensor_name(const Program& source, std::uint32_t tensor)
{
    return tensor < source.tensor_names.size() ? source.tensor_names[tensor]
                                               : fmt::format("#{}", tensor);
}

class Finder {
public:
    Finder(const OnnxModel& file, const Program& source, const OnnxModel* reference)
        : m_file(file),
          m_source(source),
          m_reference(reference),
          m_owners(tensor_owners(source)),
          m_workers(tensor_workers(source, m_owners)),
          m_is_parameter(source.tensors.size(), false)
    {
        for (ModuleId id = 0; id < source.modules.size(); ++id)
            for (const ModuleTensor& tensor : source.modules[id].tensors)
                if (tensor.tensor < m_is_parameter.size() && tensor.is_parameter)
                    m_is_parameter[tensor.tensor] = true;
    }

    Result<SourceFindings> run(TaskContext& task)
    {
        FlowGraph left = align::build_flow(m_file);
        const std::vector<HeldTensor> held = held_tensors(m_file);
        std::vector<HeldTensor> reference_held;
        if (m_reference)
            reference_held = held_tensors(*m_reference);
        std::vector<const Tensor*> tensors;
        for (const HeldTensor& item : held)
            tensors.push_back(item.tensor);
        for (const HeldTensor& item : reference_held)
            tensors.push_back(item.tensor);
        STRATA_TRY(const auto matches, match_tensors(tensors, m_source.tensors, task));

        SourceFindings findings;
        findings.initializers.resize(m_file.initializers.size());
        for (std::size_t i = 0; i < held.size(); ++i)
            if (held[i].initializer != no_id)
                findings.initializers[held[i].initializer] = matches[i];
        mark_tensors(left, held, matches, 0);
        std::vector<align::Match> aligned;
        if (m_reference) {
            FlowGraph right = align::build_flow(*m_reference);
            mark_tensors(right, reference_held, matches, held.size());
            m_folded = align::add_folded_nodes(right, *m_reference, m_source.graph);
            for (NodeId id = 0; id < right.nodes.size(); ++id)
                right.nodes[id].group = place_of(id).module;
            STRATA_TRY(aligned, align::align_graphs(left, right, task));
            STRATA_CHECK(compare_with_source(left, right, aligned, held, matches, findings, task));
            findings.other_paths =
                find_other_paths(m_file, left, *m_reference, right, aligned, m_source, m_owners);
            STRATA_TRY(findings.exchanged, exchanged_tensors(left, right, m_source, task));
            if (findings.other_paths.empty()) {
                add_changes(changed_operators(m_file, left, *m_reference, right, aligned),
                            findings.operators);
                STRATA_TRY(
                    const auto constants,
                    changed_constants(m_file, left, *m_reference, right, aligned,
                                      single_sources(held, matches, 0, m_file.initializers.size()),
                                      single_sources(reference_held, matches, held.size(),
                                                     m_reference->initializers.size()),
                                      task));
                add_changes(constants, findings.operators);
            }
        } // the reference's graph is not needed any more, and is large
        const auto near = near_tensors(left, findings.initializers);
        if (m_reference) {
            add_aligned(left, aligned, findings.other_paths, near, findings.evidence);
            add_merged(left, aligned, findings.evidence);
        }
        add_owners(left, findings.other_paths, near, findings.evidence);
        return findings;
    }

private:
    struct Place {
        ModuleId module = no_module;
        std::uint32_t call = 0;
    };

    /// The FX node behind a folded node of the reference; no_index for a real one.
    FxNodeId folded(NodeId reference) const
    {
        const std::size_t first = m_reference->nodes.size();
        return reference >= first && reference - first < m_folded.size()
                   ? m_folded[reference - first]
                   : no_index;
    }

    Place place_of(NodeId reference) const
    {
        FrameId frame_id = no_index;
        if (const FxNodeId fx = folded(reference); fx != no_index)
            frame_id = m_source.graph.nodes[fx].frame;
        else if (reference < m_reference->provenance.size())
            frame_id = m_reference->provenance[reference].frame;
        if (frame_id >= m_source.graph.frames.size())
            return {};
        const CallFrame& frame = m_source.graph.frames[frame_id];
        if (frame.module >= m_source.modules.size())
            return {};
        return {frame.module, frame.call};
    }

    /// A convolution with a normalisation folded in is part of both modules, and exporters name it
    /// by the one or the other: PyTorch's older exporter and ONNX Runtime keep the convolution,
    /// PyTorch's newer one (files of IR version 10 and later) records what gives the result.
    bool named_by_last() const
    {
        return m_file.ir_version >= 10 && m_file.producer_name == "pytorch";
    }

    void add_aligned(const FlowGraph& left, const std::vector<align::Match>& aligned,
                     const OtherPaths& other, const std::vector<std::vector<std::uint32_t>>& near,
                     std::vector<NodeEvidence>& found) const
    {
        for (NodeId id = 0; id < aligned.size(); ++id) {
            if (aligned[id].reference == no_id || (!other.empty() && other.nodes[id]))
                continue;
            Place place = place_of(aligned[id].reference);
            if (place.module == no_module ||
                (aligned[id].relation == Relation::Region && near[id].empty() &&
                 works_elsewhere(left.nodes[id], place.module)))
                continue;
            if (aligned[id].last != no_id && named_by_last())
                place = place_of(aligned[id].last);
            const FxNodeId fx = folded(aligned[id].reference);
            const std::string_view op =
                fx != no_index
                    ? std::string_view(m_source.graph.nodes[fx].target)
                    : m_reference->text(m_reference->nodes[aligned[id].reference].op_type);
            const std::string& fqn = m_source.modules[place.module].fqn;
            NodeEvidence item;
            item.node = id;
            item.call = place.call;
            item.evidence.module = place.module;
            item.evidence.kind = EvidenceKind::StructuralMatch;
            switch (aligned[id].relation) {
            case Relation::Exact:
                item.evidence.confidence = facts(Finding::Aligned).confidence;
                item.evidence.detail =
                    fmt::format("the {} of '{}' in the source has the same surroundings", op, fqn);
                break;
            case Relation::Parameter:
                item.evidence.kind = EvidenceKind::Parameter;
                item.evidence.detail =
                    left.nodes[id].tensors.empty()
                        ? fmt::format("reads what '{}' reads in the source", fqn)
                        : fmt::format("reads '{}' like the {} of '{}' in the source",
                                      tensor_name(m_source, left.nodes[id].tensors.front()), op,
                                      fqn);
                item.evidence.confidence = default_confidence(EvidenceKind::Parameter);
                break;
            case Relation::Followed:
                item.evidence.confidence = facts(Finding::AlignedByEdges).confidence;
                item.evidence.detail =
                    fmt::format("follows the data flow to the {} of '{}' in the source", op, fqn);
                break;
            default:
                item.evidence.confidence = facts(Finding::AlignedInRegion).confidence;
                item.evidence.detail =
                    fmt::format("lies where the {} of '{}' lies in the source", op, fqn);
            }
            // What aligned nodes read decides together with where they lie: a functional call reads
            // parameters of modules that are never called.
            if (!left.nodes[id].tensors.empty() && aligned[id].relation != Relation::Region) {
                item.evidence.kind = EvidenceKind::Parameter;
                item.evidence.confidence = default_confidence(EvidenceKind::Parameter);
            }
            found.push_back(std::move(item));
        }
    }

    /// What lowering merged into a node of the reference, such as the padding before a convolution,
    /// and the file has as a node of its own right before.
    void add_merged(const FlowGraph& left, const std::vector<align::Match>& aligned,
                    std::vector<NodeEvidence>& found) const
    {
        for (NodeId id = 0; id < aligned.size(); ++id) {
            const FlowNode& node = left.nodes[id];
            if (aligned[id].reference != no_id || node.constant || node.shape ||
                node.uses.size() != 1)
                continue;
            const NodeId reference = aligned[node.uses.front().node].reference;
            if (reference >= m_reference->provenance.size())
                continue;
            const NodeProvenance& into = m_reference->provenance[reference];
            std::string op(m_file.text(m_file.nodes[id].op_type));
            for (char& c : op)
                c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            for (const FxNodeId fx : into.origins) {
                if (fx == into.fx || fx >= m_source.graph.nodes.size() ||
                    m_source.graph.nodes[fx].target.find(op) == std::string::npos)
                    continue;
                const FrameId frame_id = m_source.graph.nodes[fx].frame;
                if (frame_id >= m_source.graph.frames.size())
                    continue;
                const CallFrame& frame = m_source.graph.frames[frame_id];
                if (frame.module >= m_source.modules.size())
                    continue;
                found.push_back({id,
                                 {EvidenceKind::StructuralMatch,
                                  facts(Finding::AlignedByEdges).confidence, frame.module,
                                  fmt::format("stands before the node that the {} of '{}' becomes "
                                              "part of in the source",
                                              m_source.graph.nodes[fx].target,
                                              m_source.modules[frame.module].fqn)},
                                 frame.call});
                break;
            }
        }
    }

    /// Which source tensors are in the file as they are: scaled only where the source's own graph
    /// scales them, where a normalisation went in, or where they are quantised.
    std::vector<bool> found_tensors(const FlowGraph& left, const FlowGraph& right,
                                    const std::vector<align::Match>& aligned,
                                    const std::vector<HeldTensor>& held,
                                    const std::vector<std::vector<TensorMatch>>& matches) const
    {
        std::vector<bool> may_be_scaled(m_source.tensors.size(), false);
        for (std::size_t i = held.size(); i < matches.size(); ++i)
            for (const TensorMatch& match : matches[i])
                may_be_scaled[match.source] =
                    may_be_scaled[match.source] || match.change == TensorChange::Scaled;
        std::vector<bool> absorbs(m_file.initializers.size(), false);
        std::vector<bool> arrived(right.nodes.size(), false);
        for (const align::Match& match : aligned)
            if (match.reference != no_id)
                arrived[match.reference] = true;
        static const align::Hash mul = align::operator_class("Mul");
        static const align::Hash div = align::operator_class("Div");
        // A normalisation that is spelled out: its factor has gone into the weight.
        const auto scales = [&](const align::FlowUse& use) {
            const FlowNode& user = right.nodes[use.node];
            return (user.op == mul || user.op == div) && user.data_inputs == 1 &&
                   !arrived[use.node];
        };
        for (NodeId id = 0; id < aligned.size(); ++id)
            if (aligned[id].last != no_id ||
                (aligned[id].reference != no_id &&
                 std::any_of(right.nodes[aligned[id].reference].uses.begin(),
                             right.nodes[aligned[id].reference].uses.end(), scales)))
                for (const align::FlowInput& input : left.nodes[id].inputs)
                    if (input.initializer != no_id)
                        absorbs[input.initializer] = true;
        std::vector<bool> found(m_source.tensors.size(), false);
        for (std::size_t i = 0; i < held.size(); ++i)
            for (const TensorMatch& match : matches[i]) {
                const bool scaled = match.change == TensorChange::Scaled &&
                                    is_floating_point(held[i].tensor->dtype) &&
                                    !may_be_scaled[match.source] &&
                                    !(held[i].initializer != no_id && absorbs[held[i].initializer]);
                found[match.source] = found[match.source] || (match.exact && !scaled);
            }
        return found;
    }

    /// Parameters that the source computes a weight from, such as the direction and length of a
    /// normalised weight, where the file has the result: rows of one of them, scaled.
    std::vector<bool> computed_weights(const FlowGraph& right, const std::vector<HeldTensor>& held,
                                       const std::vector<std::vector<TensorMatch>>& matches) const
    {
        std::vector<bool> scaled(m_source.tensors.size(), false);
        for (std::size_t i = 0; i < held.size(); ++i)
            for (const TensorMatch& match : matches[i])
                scaled[match.source] = scaled[match.source] ||
                                       (match.exact && is_floating_point(held[i].tensor->dtype));
        std::vector<bool> computed(m_source.tensors.size(), false);
        for (const FlowNode& node : right.nodes)
            for (const align::FlowInput& input : node.inputs) {
                if (node.constant || input.node == no_id || !right.nodes[input.node].constant)
                    continue;
                const auto& tensors = right.nodes[input.node].tensors;
                if (tensors.size() > 1 && std::any_of(tensors.begin(), tensors.end(),
                                                      [&](auto each) { return scaled[each]; }))
                    for (const std::uint32_t tensor : tensors)
                        computed[tensor] = true;
            }
        return computed;
    }

    /// What of the source did not arrive in the file.
    Status compare_with_source(const FlowGraph& left, const FlowGraph& right,
                               const std::vector<align::Match>& aligned,
                               const std::vector<HeldTensor>& held,
                               const std::vector<std::vector<TensorMatch>>& matches,
                               SourceFindings& findings, const TaskContext& task) const
    {
        const std::vector<bool> found = found_tensors(left, right, aligned, held, matches);
        std::vector<bool> arrived(right.nodes.size(), false);
        std::vector<bool> absorbed(right.nodes.size(), false);
        std::vector<bool> absorbing(right.nodes.size(), false);
        for (const align::Match& match : aligned) {
            if (match.reference != no_id)
                arrived[match.reference] = true;
            if (match.last != no_id) {
                arrived[match.last] = absorbed[match.last] = true;
                absorbing[match.reference] = true;
            }
        }
        std::vector<bool> read(m_source.tensors.size(), false);
        std::vector<bool> reader_arrived(m_source.tensors.size(), false);
        std::vector<bool> reader_absorbed(m_source.tensors.size(), false);
        std::vector<bool> found_or_folded(m_source.tensors.size(), false);
        std::vector<bool> works(m_source.modules.size(), false);
        std::vector<bool> is_there(m_source.modules.size(), false);
        for (NodeId id = 0; id < m_reference->nodes.size(); ++id) {
            const bool here = arrived[id];
            for (const std::uint32_t tensor : right.nodes[id].tensors) {
                read[tensor] = true;
                reader_arrived[tensor] = reader_arrived[tensor] || here;
                // The bias of a convolution goes into what the normalisation adds.
                reader_absorbed[tensor] =
                    reader_absorbed[tensor] || absorbed[id] ||
                    (m_source.tensors[tensor].shape.size() < 2 &&
                     (absorbing[id] || (here && is_moved_by_next(right, arrived, id))));
            }
            const Place place = place_of(id);
            if (place.module == no_module)
                continue;
            is_there[place.module] = is_there[place.module] || here;
            for (const std::uint32_t tensor : right.nodes[id].tensors)
                works[place.module] = works[place.module] || m_owners[tensor] == place.module;
        }
        // Also where the file reads its weights without there being a counterpart: a table that is
        // looked up with constant indices.
        for (const FlowNode& node : left.nodes)
            for (const align::FlowInput& input : node.inputs)
                if (input.initializer != no_id)
                    for (const TensorMatch& match : findings.initializers[input.initializer])
                        if (match.exact && m_owners[match.source] != no_module)
                            is_there[m_owners[match.source]] = true;
        std::vector<const Tensor*> others; // of the file, that are none of the source's
        for (std::size_t i = 0; i < held.size(); ++i)
            if (matches[i].empty())
                others.push_back(held[i].tensor);
        std::vector<std::uint32_t> open;
        for (std::uint32_t i = 0; i < found.size(); ++i)
            if (read[i] && !found[i])
                open.push_back(i);
        STRATA_TRY(const auto picked, picked_tensors(others, m_source.tensors, open, task));
        const std::vector<bool> replaced = replaced_tensors(left, right, aligned, held, matches);
        const std::vector<bool> computed = computed_weights(right, held, matches);
        const std::vector<bool> prepared = tensors_without_data(right, m_source.tensors.size());
        // Unless the file has other numbers in its form.
        const auto has_other = [&](std::uint32_t tensor) {
            return std::any_of(others.begin(), others.end(), [&](const Tensor* other) {
                return other->shape == m_source.tensors[tensor].shape;
            });
        };
        for (const std::uint32_t i : open) {
            const bool folded =
                reader_absorbed[i] || (prepared[i] && !has_other(i)) ||
                (!replaced[i] && (computed[i] || is_computed_with(i) ||
                                  std::binary_search(picked.begin(), picked.end(), i)));
            (folded              ? findings.folded
             : reader_arrived[i] ? findings.changed
                                 : findings.missing)
                .push_back(i);
            found_or_folded[i] = folded;
        }
        for (ModuleId id = 0; id < works.size(); ++id)
            if (works[id] && !is_there[id] && !is_folded(id, read, found_or_folded))
                findings.absent.push_back(id);
        return {};
    }

    /// Source tensors that a node of the reference reads as they are, where its counterpart in the
    /// file reads, in the same place, as many numbers of the same sort that are none of the
    /// source's: nothing was folded there, the content is another.
    std::vector<bool> replaced_tensors(const FlowGraph& left, const FlowGraph& right,
                                       const std::vector<align::Match>& aligned,
                                       const std::vector<HeldTensor>& held,
                                       const std::vector<std::vector<TensorMatch>>& matches) const
    {
        std::unordered_map<std::uint32_t, std::size_t> of_initializer; // the file's
        std::unordered_map<NodeId, std::size_t> of_constant;
        std::unordered_map<std::uint32_t, std::size_t> of_reference;
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (held[i].initializer != no_id)
                of_initializer.emplace(held[i].initializer, i);
            else
                of_constant.emplace(held[i].constant, i);
        }
        const std::vector<HeldTensor> theirs = held_tensors(*m_reference);
        for (std::size_t i = 0; i < theirs.size(); ++i)
            if (theirs[i].initializer != no_id)
                of_reference.emplace(theirs[i].initializer, i);
        std::vector<bool> replaced(m_source.tensors.size(), false);
        for (NodeId id = 0; id < aligned.size(); ++id) {
            const NodeId other = aligned[id].reference;
            if (other >= m_reference->nodes.size() || left.nodes[id].op != right.nodes[other].op)
                continue;
            const auto& mine = left.nodes[id].inputs;
            const auto& reference = right.nodes[other].inputs;
            for (std::size_t slot = 0; slot < std::min(mine.size(), reference.size()); ++slot) {
                const auto there = of_reference.find(reference[slot].initializer);
                if (reference[slot].initializer == no_id || there == of_reference.end())
                    continue;
                const auto& found = matches[held.size() + there->second];
                if (found.size() != 1 || !found.front().exact)
                    continue;
                const auto here = mine[slot].initializer != no_id
                                      ? of_initializer.find(mine[slot].initializer)
                                      : of_constant.find(mine[slot].node);
                const auto end =
                    mine[slot].initializer != no_id ? of_initializer.end() : of_constant.end();
                if (here == end || !matches[here->second].empty())
                    continue;
                const Tensor& a = *held[here->second].tensor;
                const Tensor& b = *theirs[there->second].tensor;
                replaced[found.front().source] =
                    replaced[found.front().source] ||
                    (a.element_count() == b.element_count() &&
                     is_floating_point(a.dtype) == is_floating_point(b.dtype));
            }
        }
        return replaced;
    }

    /// Buffers of integers are indices, and single numbers that are no parameters are constants of
    /// the code: exporters compute with them before they write anything.
    bool is_computed_with(std::uint32_t tensor) const
    {
        const Tensor& source = m_source.tensors[tensor];
        if (!is_floating_point(source.dtype))
            return true;
        return source.element_count() <= 1 && !m_is_parameter[tensor];
    }

    /// Everything that the module reads of its own went into constants.
    bool is_folded(ModuleId id, const std::vector<bool>& read,
                   const std::vector<bool>& folded) const
    {
        const auto& tensors = m_source.modules[id].tensors;
        return std::all_of(tensors.begin(), tensors.end(), [&](const ModuleTensor& tensor) {
            return tensor.tensor >= read.size() || !read[tensor.tensor] || folded[tensor.tensor];
        });
    }

    /// Per initializer the one source tensor that it is.
    static std::vector<std::uint32_t>
    single_sources(const std::vector<HeldTensor>& held,
                   const std::vector<std::vector<TensorMatch>>& matches, std::size_t first,
                   std::size_t count)
    {
        std::vector<std::uint32_t> sources(count, no_index);
        for (std::size_t i = 0; i < held.size(); ++i)
            if (const auto& found = matches[first + i];
                held[i].initializer != no_id && found.size() == 1 && found.front().exact &&
                (found.front().change == TensorChange::Same ||
                 found.front().change == TensorChange::Transposed))
                sources[held[i].initializer] = found.front().source;
        return sources;
    }

    void add_changes(const std::vector<OperatorChange>& changes,
                     std::vector<ChangedOperator>& found) const
    {
        for (const OperatorChange& change : changes) {
            const Place place = place_of(change.reference);
            const std::string_view op =
                m_reference->text(m_reference->nodes[change.reference].op_type);
            found.push_back({change.node, place.module == no_module ? root_module : place.module,
                             std::string(op), change.detail});
        }
    }

    /// Layers that work on constants alone are folded in the source's own graph: they lie like
    /// nothing there, least of all like what has none of their tensors.
    bool works_elsewhere(const FlowNode& node, ModuleId place) const
    {
        return node.constant && !node.tensors.empty() &&
               std::none_of(node.tensors.begin(), node.tensors.end(), [&](std::uint32_t tensor) {
                   return m_workers[tensor] != no_module &&
                          m_source.modules.is_ancestor_or_self(place, m_workers[tensor]);
               });
    }

    /// The source tensors that nodes work with: those that they read, or else those that constant
    /// nodes before them only prepare. Constants that repeat or collect what they are given are
    /// made by code that uses a table, not by the table's owner, and so is what is computed from
    /// these.
    std::vector<std::vector<std::uint32_t>>
    near_tensors(const FlowGraph& left,
                 const std::vector<std::vector<TensorMatch>>& initializers) const
    {
        static const align::Hash gather = align::operator_class("Gather");
        static const std::array<align::Hash, 4> spreading{
            align::operator_class("Expand"), align::operator_class("Tile"),
            align::operator_class("Concat"), align::operator_class("Where")};
        std::vector<std::vector<std::uint32_t>> near(left.nodes.size());
        for (const NodeId id : left.topological) {
            const FlowNode& node = left.nodes[id];
            if (node.constant &&
                std::find(spreading.begin(), spreading.end(), node.op) != spreading.end())
                continue;
            std::vector<std::uint32_t> passed;
            for (const align::FlowInput& input : node.inputs) {
                if (input.initializer != no_id) {
                    for (const TensorMatch& match : initializers[input.initializer])
                        if (std::binary_search(node.tensors.begin(), node.tensors.end(),
                                               match.source))
                            near[id].push_back(match.source);
                } else if (input.node != no_id && left.nodes[input.node].constant &&
                           !is_worked(left.nodes[input.node])) {
                    for (const std::uint32_t tensor : near[input.node])
                        if (left.nodes[input.node].op != gather || !is_table(tensor))
                            passed.push_back(tensor);
                }
            }
            if (near[id].empty())
                near[id] =
                    node.inputs.empty() ? node.tensors : std::move(passed); // a Constant's own
            std::sort(near[id].begin(), near[id].end());
            near[id].erase(std::unique(near[id].begin(), near[id].end()), near[id].end());
        }
        return near;
    }

    /// All that its owner has, and the owner has no parts: what embeddings look up.
    bool is_table(std::uint32_t tensor) const
    {
        const ModuleId owner = m_owners[tensor];
        return owner != no_module && owner != root_module &&
               m_source.modules[owner].children.empty() &&
               m_source.modules[owner].tensors.size() == 1;
    }

    void add_owners(const FlowGraph& left, const OtherPaths& other,
                    const std::vector<std::vector<std::uint32_t>>& near,
                    std::vector<NodeEvidence>& found) const
    {
        std::vector<std::pair<ModuleId, std::uint32_t>> told;
        for (NodeId id = 0; id < left.nodes.size(); ++id) {
            told.clear();
            for (const std::uint32_t tensor : near[id]) {
                ModuleId owner = m_workers[tensor];
                if (m_owners[tensor] != no_module && !other.empty() && other.nodes[id])
                    owner = worker_of(m_source, m_owners[tensor]);
                if (owner != no_module &&
                    std::none_of(told.begin(), told.end(),
                                 [&](const auto& item) { return item.first == owner; }))
                    told.emplace_back(owner, tensor);
            }
            // A module reads what it is given beside its own: the deepest owner works here.
            std::stable_sort(told.begin(), told.end(), [&](const auto& a, const auto& b) {
                return a.first != b.first && m_source.modules.is_ancestor_or_self(b.first, a.first);
            });
            for (const auto& [owner, tensor] : told)
                found.push_back(
                    {id,
                     {EvidenceKind::Parameter, default_confidence(EvidenceKind::Parameter), owner,
                      fmt::format("reads the content of '{}' of module '{}'",
                                  tensor_name(m_source, tensor), m_source.modules[owner].fqn)},
                     0});
        }
    }

    const OnnxModel& m_file;
    const Program& m_source;
    const OnnxModel* m_reference;
    std::vector<ModuleId> m_owners;
    std::vector<ModuleId> m_workers;  ///< per source tensor, as m_owners: who reads it
    std::vector<bool> m_is_parameter; ///< per source tensor: no buffer
    std::vector<FxNodeId> m_folded;   ///< of the reference's nodes beyond its model
};

} // namespace

Result<SourceFindings> source_evidence(const OnnxModel& file, const Program& source,
                                       const OnnxModel* reference, TaskContext& task)
{
    return Finder(file, source, reference).run(task);
}

} // namespace strata

#include "pt2/graph_reader.h"

#include "pt2/exported_program.h"
#include "pt2/read_error.h"
#include "pt2/sympy_expr.h"
#include "pt2/treespec.h"

#include <algorithm>

namespace strata::pt2 {
namespace {

// A while_loop's condition is written twice, so nested loops repeat their conditions. Real models
// stay far below.
constexpr std::size_t max_repeats = 16;
constexpr std::size_t free_nodes = 10'000;

std::size_t count_nodes(JsonValue graph)
{
    std::size_t count = 0;
    for (const JsonValue node : graph["nodes"].items()) {
        count += 1 + node["inputs"].size();
        for (const JsonValue input : node["inputs"].items())
            if (const JsonValue inner = input["arg"]["as_graph"]["graph"]; inner.is_object())
                count += count_nodes(inner);
    }
    return count;
}

std::string_view required(JsonValue value, std::string_view what)
{
    if (const auto text = value.as_string())
        return *text;
    stop("The program's signature has no {} where one belongs.", what);
}

bool is_in_place(std::string_view target)
{
    const std::string name = parse_export_target(target).name;
    const std::size_t scope = name.find("::");
    const std::string_view base =
        std::string_view(name).substr(0, name.find('.', scope == std::string::npos ? 0 : scope));
    return base.ends_with('_') && !base.ends_with("__");
}

using Names = std::unordered_set<std::string_view>;

void add_names(JsonValue argument, std::vector<std::string_view>& names)
{
    const auto kind = argument.only_member();
    if (!kind)
        return;
    if (const auto name = kind->value["name"].as_string())
        names.push_back(*name);
    for (const JsonValue item : kind->value.items())
        if (const auto name = item["name"].as_string())
            names.push_back(*name);
}

/// Names of values whose memory some operator may write into: every result is taken as a view of
/// its operator's first argument, which is more than is true.
Names written_names(JsonValue graph)
{
    std::unordered_map<std::string_view, std::string_view> roots;
    const auto root = [&roots](std::string_view name) {
        const auto it = roots.find(name);
        return it == roots.end() ? name : it->second;
    };
    Names written;
    for (const JsonValue node : graph["nodes"].items()) {
        std::vector<std::string_view> used;
        bool body_writes = false;
        for (const JsonValue input : node["inputs"].items()) {
            add_names(input["arg"], used);
            const JsonValue inner = input["arg"]["as_graph"]["graph"];
            if (!inner.is_object())
                continue;
            const Names inside = written_names(inner);
            for (const JsonValue own : inner["inputs"].items()) {
                std::vector<std::string_view> name;
                add_names(own, name);
                body_writes |= !name.empty() && inside.contains(name.front());
            }
        }
        if (body_writes)
            for (const std::string_view name : used)
                written.insert(root(name));
        if (used.empty())
            continue;
        if (is_in_place(node["target"].text()))
            written.insert(root(used.front()));
        std::vector<std::string_view> made;
        for (const JsonValue output : node["outputs"].items())
            add_names(output, made);
        for (const std::string_view name : made)
            roots.emplace(name, root(used.front()));
    }
    return written;
}

FxArg constant_value(JsonValue value)
{
    const auto kind = value.only_member();
    if (!kind)
        return FxNone{};
    if (const auto flag = kind->value.as_bool(); flag && kind->key == "as_bool")
        return *flag;
    if (const auto integer = kind->value.as_int(); integer && kind->key == "as_int")
        return *integer;
    if (const auto real = kind->value.as_double(); real && kind->key == "as_float")
        return *real;
    if (const auto text = kind->value.as_string(); text && kind->key == "as_string")
        return std::string(*text);
    return FxNone{};
}

} // namespace

GraphReader::GraphReader(const Pt2Model& model, Program& program, FrameTable& frames,
                         Diagnostics& sink, TaskContext& task)
    : m_model(model),
      m_program(program),
      m_graph(program.graph),
      m_frames(frames),
      m_sink(sink),
      m_task(task),
      m_batched(program.graph)
{}

void GraphReader::read()
{
    Scope scope;
    scope.graph = m_model.program()["graph_module"]["graph"];
    if (!scope.graph["nodes"].is_array())
        stop("The file has no list of nodes.");
    m_node_limit = max_repeats * count_nodes(scope.graph) + free_nodes +
                   m_model.program()["graph_module"]["signature"]["input_specs"].size();
    enter(scope);
    for (const std::string_view name : written_names(scope.graph))
        m_written.emplace(name);
    read_inputs(scope);
    read_nodes(scope);
    read_outputs(scope);
    name_sample_inputs();
    read_ranges();

    m_program.returns_written_state = !m_program.training;
    if (m_program.training)
        m_sink.warning(
            "training-mode",
            fmt::format("The program was exported in training mode{}. It is read as in evaluation "
                        "mode: dropout does nothing and normalisations use their running "
                        "statistics. Call eval() before torch.export.export.",
                        m_training.empty() ? std::string()
                                           : fmt::format(" ({})", fmt::join(m_training, ", "))));
    if (m_checks > 0)
        m_sink.info("checks-left-out",
                    fmt::format("{} checks of dtypes, shapes and sizes that the program makes "
                                "while it runs are left out.",
                                m_checks));
    if (m_without_module > 0)
        m_sink.warning("module-not-recorded",
                       fmt::format("{} operations carry no module in the file; they are shown in "
                                   "the root module.",
                                   m_without_module));
}

void GraphReader::add_placeholder(Scope& scope, std::string_view name, FxType type)
{
    FxNode node;
    node.kind = FxKind::Placeholder;
    node.target = name;
    const FxNodeId id = m_graph.add_node(FxGraph::main_block, std::move(node), {std::string(name)},
                                         {std::move(type)});
    scope.values.insert_or_assign(name, FxArg(FxRef{m_graph.nodes[id].outputs[0]}));
}

void GraphReader::add_state(Scope& scope, std::string_view name, std::string fqn, bool is_constant)
{
    State state;
    state.type = type_of(name, scope);
    state.is_constant = is_constant;
    state.written = m_written.contains(std::string(name));
    if (auto tensor = m_model.find_tensor(fqn)) {
        state.tensor = *tensor;
        // What the file's tensor is counts, not what the graph says of it.
        const Tensor& data = m_program.tensors[*tensor];
        state.type = FxType::tensor(data.dtype);
        std::vector<FxDim> dims;
        for (const std::int64_t size : data.shape)
            dims.push_back({size, {}});
        state.type.shape = std::move(dims);
    } else {
        m_sink.warning("missing-tensor", tensor.error().message, fqn);
    }
    state.fqn = std::move(fqn);
    scope.values.insert_or_assign(name, static_cast<Slot>(m_state.size()));
    m_state.push_back(std::move(state));
}

void GraphReader::read_inputs(Scope& scope)
{
    const JsonValue signature = m_model.program()["graph_module"]["signature"];
    for (const JsonValue spec : signature["input_specs"].items()) {
        const auto kind = spec.only_member();
        if (!kind)
            stop("An input of the program is not written as a union with one tag.");
        const JsonValue value = kind->value;
        const auto arg_name = [&] { return required(value["arg"]["name"], "name of an input"); };
        if (kind->key == "parameter") {
            add_state(scope, arg_name(),
                      std::string(required(value["parameter_name"], "name of a parameter")), false);
        } else if (kind->key == "buffer") {
            add_state(scope, arg_name(),
                      std::string(required(value["buffer_name"], "name of a buffer")), false);
        } else if (kind->key == "tensor_constant") {
            add_state(scope, arg_name(),
                      std::string(required(value["tensor_constant_name"], "name of a constant")),
                      true);
        } else if (kind->key == "user_input") {
            const auto arg = value["arg"].only_member();
            if (!arg)
                stop("An input of the program is not written as a union with one tag.");
            std::string_view name = arg->value["name"].text();
            if (name.empty())
                name = arg->value["as_name"].text();
            if (!name.empty()) // else: a number that the program was specialised for
                add_placeholder(scope, name, type_of(name, scope));
        } else if (kind->key == "constant_input") {
            scope.values.insert_or_assign(required(value["name"], "name of an input"),
                                          constant_value(value["value"]));
        } else if (kind->key == "custom_obj") {
            FxNode node;
            node.kind = FxKind::GetAttr;
            node.target = value["custom_obj_name"].text("custom object");
            const FxNodeId id =
                m_graph.add_node(FxGraph::main_block, std::move(node), {std::string(arg_name())},
                                 {FxType::of(FxType::Kind::Other)});
            scope.values.insert_or_assign(arg_name(), FxArg(FxRef{m_graph.nodes[id].outputs[0]}));
        } else if (kind->key == "token") {
            scope.values.insert_or_assign(arg_name(), FxArg(FxNone{}));
        } else {
            m_sink.warning("unknown-input-kind",
                           fmt::format("The program has an input of the kind '{}', which this "
                                       "version of Strata does not know.",
                                       kind->key.substr(0, 80)));
        }
    }
    for (Slot slot = 0; slot < m_state.size(); ++slot)
        if (m_state[slot].written)
            state_value(slot, FxGraph::main_block, 0);
}

void GraphReader::read_outputs(Scope& scope)
{
    const JsonValue graph_module = m_model.program()["graph_module"];
    FxArg::List own;
    FxArg::List updated;
    std::vector<std::string> updated_names;
    const NodeContext at;
    for (const JsonValue spec : graph_module["signature"]["output_specs"].items()) {
        const auto kind = spec.only_member();
        if (!kind)
            stop("An output of the program is not written as a union with one tag.");
        const JsonValue value = kind->value;
        const auto tensor = [&] {
            return lookup(required(value["arg"]["name"], "name of an output"), scope, at);
        };
        const auto add_updated = [&](std::string_view member) {
            updated.push_back(tensor());
            updated_names.push_back(fmt::format("{}{}", required(value[member], "name of state"),
                                                updated_state_suffix));
        };
        if (kind->key == "user_output") {
            own.push_back(argument(value["arg"], scope, at));
        } else if (kind->key == "loss_output") {
            own.push_back(tensor());
            m_program.training = true;
        } else if (kind->key == "buffer_mutation") {
            add_updated("buffer_name");
        } else if (kind->key == "parameter_mutation") {
            add_updated("parameter_name");
        } else if (kind->key == "user_input_mutation") {
            add_updated("user_input_name");
        } else if (kind->key == "gradient_to_parameter" || kind->key == "gradient_to_user_input") {
            m_program.training = true;
            updated.push_back(tensor());
            const std::string_view of =
                value["parameter_name"].text(value["user_input_name"].text());
            updated_names.push_back(fmt::format("{}.grad", of));
        } else if (kind->key != "token") {
            m_sink.warning("unknown-output-kind",
                           fmt::format("The program has an output of the kind '{}', which this "
                                       "version of Strata does not know; it is left out.",
                                       kind->key.substr(0, 80)));
        }
    }
    std::vector<std::string> names;
    for (const JsonValue entry : graph_module["module_call_graph"].items()) {
        if (entry["fqn"].text("?").empty())
            names = treespec_leaf_names(entry["signature"]["out_spec"].text());
        break; // the root comes first
    }
    if (names.size() != own.size())
        names.clear();
    // Outputs that are None or a text are no outputs of the ONNX file.
    for (std::size_t i = own.size(); i-- > 0;)
        if (const auto* words = std::get_if<std::string>(&own[i].value);
            words || own[i].is_none()) {
            if (words)
                m_sink.info("output-left-out",
                            fmt::format("The program gives the text '{}', which is no output of an "
                                        "ONNX model.",
                                        words->substr(0, 80)));
            own.erase(own.begin() + static_cast<std::ptrdiff_t>(i));
            if (i < names.size())
                names.erase(names.begin() + static_cast<std::ptrdiff_t>(i));
        }
    if (!updated.empty()) {
        for (std::size_t i = names.size(); i < own.size(); ++i)
            names.push_back(own.size() == 1 ? "output" : fmt::format("output_{}", i));
        m_sink.info("updated-state",
                    fmt::format("The program changes {}; the new values are outputs after the "
                                "model's own: {}.",
                                updated.size() == 1 ? "an input or buffer" : "inputs or buffers",
                                fmt::join(updated_names, ", ")));
        names.insert(names.end(), updated_names.begin(), updated_names.end());
        own.insert(own.end(), std::make_move_iterator(updated.begin()),
                   std::make_move_iterator(updated.end()));
    }
    m_program.output_names = std::move(names);

    FxNode output;
    output.kind = FxKind::Output;
    output.target = "output";
    if (own.size() == 1)
        output.args.push_back(std::move(own.front()));
    else
        output.args.emplace_back(std::move(own));
    m_graph.add_node(FxGraph::main_block, std::move(output), {}, {});
}

void GraphReader::name_sample_inputs()
{
    std::vector<std::string> inputs; ///< of the signature; empty for constants
    for (const JsonValue spec :
         m_model.program()["graph_module"]["signature"]["input_specs"].items()) {
        const auto kind = spec.only_member();
        if (!kind || (kind->key != "user_input" && kind->key != "constant_input"))
            continue;
        const auto arg = kind->value["arg"].only_member();
        const JsonValue value = arg ? arg->value : JsonValue();
        inputs.emplace_back(kind->key == "constant_input" ? std::string_view()
                                                          : value["name"].text());
    }
    if (inputs.size() != m_model.sample_inputs.size())
        return;
    std::vector<bool> taken(inputs.size(), false);
    const auto keyword_place = [&](const std::string& keyword) {
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (!taken[i] && (inputs[i] == keyword || inputs[i].starts_with(keyword + "_")))
                return i;
        return inputs.size();
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Pt2SampleInput& sample = m_model.sample_inputs[i];
        std::size_t place = sample.keyword.empty() ? i : keyword_place(sample.keyword);
        if (place >= inputs.size() || taken[place])
            place = i;
        if (taken[place])
            continue;
        taken[place] = true;
        if (sample.tensor && !inputs[place].empty())
            m_program.sample_inputs.push_back({inputs[place], *sample.tensor});
    }
}

void GraphReader::read_ranges()
{
    for (const auto [symbol, range] : m_model.program()["range_constraints"].members()) {
        DimRange known;
        known.symbol = dim_text_of_srepr(symbol);
        known.minimum = range["min_val"].as_int();
        known.maximum = range["max_val"].as_int();
        m_program.dim_ranges.push_back(std::move(known));
    }
}

} // namespace strata::pt2

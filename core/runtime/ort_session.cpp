#include "runtime/onnx_runtime.h"
#include "runtime/ort_library.h"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <onnxruntime_c_api.h>

namespace strata {
namespace {

/// Owns one object of the C API.
template <class T>
class Handle {
public:
    using Release = void (*)(T*);

    explicit Handle(Release release) : m_release(release) {}
    Handle(Handle&& other) noexcept
        : m_release(other.m_release),
          m_object(std::exchange(other.m_object, nullptr))
    {}
    Handle& operator=(Handle&&) = delete;
    ~Handle()
    {
        if (m_object)
            m_release(m_object);
    }
    T* get() const { return m_object; }
    T** out() { return &m_object; }

private:
    Release m_release;
    T* m_object = nullptr;
};

// ONNX Runtime numbers its element types like ONNX up to FLOAT4E2M1.
constexpr int last_common_type = 23;

Result<ONNXTensorElementDataType> ort_type(const Tensor& tensor, const std::string& name)
{
    const int number = to_onnx(tensor.dtype);
    if (number == 0 || number > last_common_type || tensor.dtype == DType::String)
        return failure(ErrorCode::MissingFeature,
                       fmt::format("Input '{}' has elements of type {}, which cannot be handed to "
                                   "ONNX Runtime.",
                                   name, to_string(tensor.dtype)));
    return static_cast<ONNXTensorElementDataType>(number);
}

/// While one lives, what C++ code writes to standard error is dropped. Where ONNX Runtime shares
/// libonnx with Strata (Debian 13), its first environment registers the schemas of all operators a
/// second time, and libonnx complains about each; nothing is wrong.
class QuietRegistration {
public:
    QuietRegistration() : m_before(std::cerr.rdbuf(nullptr)) {}
    QuietRegistration(const QuietRegistration&) = delete;
    QuietRegistration& operator=(const QuietRegistration&) = delete;
    ~QuietRegistration()
    {
        std::cerr.rdbuf(m_before);
        std::cerr.clear(); // writing without a buffer has failed
    }

private:
    std::streambuf* m_before;
};

class Session final : public OnnxSession {
public:
    explicit Session(const OrtApi& api)
        : m_api(api),
          m_env(api.ReleaseEnv),
          m_session(api.ReleaseSession)
    {}

    /// Loads the model; with `optimized`, writes it there as the optimiser leaves it.
    Status open(const std::filesystem::path& path, const std::filesystem::path& optimized = {},
                GraphOptimizationLevel level = ORT_ENABLE_ALL)
    {
        STRATA_CHECK(create_environment());
        Handle<OrtSessionOptions> options(m_api.ReleaseSessionOptions);
        STRATA_CHECK(check(m_api.CreateSessionOptions(options.out())));
        STRATA_CHECK(
            check(m_api.SetSessionLogSeverityLevel(options.get(), ORT_LOGGING_LEVEL_FATAL)));
        STRATA_CHECK(check(m_api.SetSessionGraphOptimizationLevel(options.get(), level)));
        // Processors without VNNI add up products of 8-bit numbers in 16 bits, which overflow: a
        // slower way is exact everywhere (onnxruntime_session_options_config_keys.h).
        STRATA_CHECK(
            check(m_api.AddSessionConfigEntry(options.get(), "session.x64quantprecision", "1")));
        if (!optimized.empty())
            STRATA_CHECK(check(m_api.SetOptimizedModelFilePath(options.get(), optimized.c_str())));
        if (Status status = check(
                m_api.CreateSession(m_env.get(), path.c_str(), options.get(), m_session.out()));
            !status)
            return tl::unexpected(std::move(status).error().with(
                fmt::format("ONNX Runtime, loading '{}'", path.string())));
        STRATA_CHECK(check(m_api.GetAllocatorWithDefaultOptions(&m_allocator)));
        STRATA_CHECK(read_names(m_api.SessionGetInputCount, m_api.SessionGetInputName, m_inputs));
        return read_names(m_api.SessionGetOutputCount, m_api.SessionGetOutputName, m_outputs);
    }

    std::vector<std::string> input_names() const override { return m_inputs; }
    std::vector<std::string> output_names() const override { return m_outputs; }

    Result<std::vector<NamedTensor>> run(const std::vector<Tensor>& inputs,
                                         TaskContext& task) override
    {
        return run(inputs, m_outputs, task);
    }

    Result<std::vector<NamedTensor>> run(const std::vector<Tensor>& inputs,
                                         const std::vector<std::string>& wanted,
                                         TaskContext& task) override
    {
        STRATA_CHECK(task.poll());
        if (inputs.size() != m_inputs.size())
            return failure(ErrorCode::Usage,
                           fmt::format("The model has {} inputs, but {} were given.",
                                       m_inputs.size(), inputs.size()));
        std::vector<Handle<OrtValue>> values;
        std::vector<const OrtValue*> arguments;
        std::vector<const char*> input_names;
        std::vector<const char*> output_names;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            STRATA_TRY(Handle<OrtValue> value, make_value(inputs[i], m_inputs[i]));
            arguments.push_back(value.get());
            values.push_back(std::move(value));
            input_names.push_back(m_inputs[i].c_str());
        }
        for (const std::string& name : wanted)
            output_names.push_back(name.c_str());

        Handle<OrtRunOptions> options(m_api.ReleaseRunOptions);
        STRATA_CHECK(check(m_api.CreateRunOptions(options.out())));
        std::vector<OrtValue*> results(wanted.size(), nullptr);
        Status status;
        {
            const std::stop_callback stop(task.stop_token(), [&] {
                if (OrtStatus* failed = m_api.RunOptionsSetTerminate(options.get()))
                    m_api.ReleaseStatus(failed);
            });
            status = check(m_api.Run(m_session.get(), options.get(), input_names.data(),
                                     arguments.data(), arguments.size(), output_names.data(),
                                     output_names.size(), results.data()));
        }
        std::vector<Handle<OrtValue>> owned;
        for (OrtValue* result : results)
            *owned.emplace_back(m_api.ReleaseValue).out() = result;
        STRATA_CHECK(task.poll());
        if (!status)
            return tl::unexpected(std::move(status).error().with("ONNX Runtime, running"));
        std::vector<NamedTensor> outputs;
        for (std::size_t i = 0; i < owned.size(); ++i) {
            STRATA_TRY(Tensor tensor, read_value(owned[i].get(), wanted[i]));
            outputs.push_back({wanted[i], std::move(tensor)});
        }
        return outputs;
    }

private:
    Status create_environment()
    {
        const QuietRegistration quiet;
        return check(m_api.CreateEnv(ORT_LOGGING_LEVEL_FATAL, "strata", m_env.out()));
    }
    /// Takes the status of a call; null is success.
    Status check(OrtStatus* status) const
    {
        if (!status)
            return {};
        const Handle<OrtStatus> owned = [&] {
            Handle<OrtStatus> handle(m_api.ReleaseStatus);
            *handle.out() = status;
            return handle;
        }();
        return failure(m_api.GetErrorCode(status) == ORT_NOT_IMPLEMENTED ? ErrorCode::MissingFeature
                                                                         : ErrorCode::CannotRead,
                       m_api.GetErrorMessage(status));
    }

    template <class Count, class Name>
    Status read_names(Count count_of, Name name_of, std::vector<std::string>& names)
    {
        std::size_t count = 0;
        STRATA_CHECK(check(count_of(m_session.get(), &count)));
        for (std::size_t i = 0; i < count; ++i) {
            char* name = nullptr;
            STRATA_CHECK(check(name_of(m_session.get(), i, m_allocator, &name)));
            names.emplace_back(name);
            STRATA_CHECK(check(m_api.AllocatorFree(m_allocator, name)));
        }
        return {};
    }

    /// Copies the tensor into memory of ONNX Runtime, which is aligned as its kernels like it.
    Result<Handle<OrtValue>> make_value(const Tensor& tensor, const std::string& name) const
    {
        STRATA_TRY(const ONNXTensorElementDataType type, ort_type(tensor, name));
        STRATA_CHECK(checked_element_count(tensor.shape));
        std::vector<std::byte> scratch;
        std::span<const std::byte> bytes;
        if (tensor.byte_count() > 0) {
            auto found = tensor.contiguous_bytes(scratch);
            if (!found)
                return tl::unexpected(
                    std::move(found).error().with(fmt::format("input '{}'", name)));
            bytes = *found;
        }
        Handle<OrtValue> value(m_api.ReleaseValue);
        STRATA_CHECK(check(m_api.CreateTensorAsOrtValue(m_allocator, tensor.shape.data(),
                                                        tensor.shape.size(), type, value.out())));
        void* data = nullptr;
        STRATA_CHECK(check(m_api.GetTensorMutableData(value.get(), &data)));
        if (!bytes.empty())
            std::copy(bytes.begin(), bytes.end(), static_cast<std::byte*>(data));
        return value;
    }

    Result<Tensor> read_value(OrtValue* value, const std::string& name) const
    {
        auto not_readable = [&](std::string_view what) {
            return failure(ErrorCode::MissingFeature,
                           fmt::format("Output '{}' is {}; only tensors of numbers can be "
                                       "compared.",
                                       name, what));
        };
        int is_tensor = 0;
        if (value)
            STRATA_CHECK(check(m_api.IsTensor(value, &is_tensor)));
        if (!value || !is_tensor)
            return not_readable("not a tensor");
        Handle<OrtTensorTypeAndShapeInfo> info(m_api.ReleaseTensorTypeAndShapeInfo);
        STRATA_CHECK(check(m_api.GetTensorTypeAndShape(value, info.out())));
        ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
        STRATA_CHECK(check(m_api.GetTensorElementType(info.get(), &type)));
        std::size_t rank = 0;
        STRATA_CHECK(check(m_api.GetDimensionsCount(info.get(), &rank)));
        std::vector<std::int64_t> shape(rank);
        STRATA_CHECK(check(m_api.GetDimensions(info.get(), shape.data(), rank)));
        const int number = static_cast<int>(type);
        const DType dtype = number <= last_common_type ? dtype_from_onnx(number) : DType::Unknown;
        if (dtype == DType::String)
            return not_readable("a tensor of strings");
        if (dtype == DType::Unknown)
            return not_readable("of an unknown element type");
        STRATA_TRY(const std::int64_t count, checked_element_count(shape));
        void* data = nullptr;
        STRATA_CHECK(check(m_api.GetTensorMutableData(value, &data)));
        const auto* bytes = static_cast<const std::byte*>(data);
        const std::size_t size = bytes_for(dtype, static_cast<std::size_t>(count));
        std::vector<std::byte> copy;
        if (size > 0)
            copy.assign(bytes, bytes + size);
        return Tensor::from_bytes(dtype, std::move(shape), std::move(copy));
    }

    const OrtApi& m_api;
    Handle<OrtEnv> m_env;
    Handle<OrtSession> m_session;
    OrtAllocator* m_allocator = nullptr; ///< the default one, which nobody owns
    std::vector<std::string> m_inputs;
    std::vector<std::string> m_outputs;
};

} // namespace

Result<std::unique_ptr<OnnxSession>> open_onnx_session(const std::filesystem::path& path)
{
    STRATA_TRY(const OrtLibrary library, load_onnx_runtime());
    auto session = std::make_unique<Session>(*library.api);
    STRATA_CHECK(session->open(path));
    return session;
}

Status optimize_onnx(const std::filesystem::path& path, const std::filesystem::path& output,
                     GraphOptimization level)
{
    STRATA_TRY(const OrtLibrary library, load_onnx_runtime());
    Session session(*library.api);
    STRATA_CHECK(session.open(
        path, output, level == GraphOptimization::Basic ? ORT_ENABLE_BASIC : ORT_ENABLE_EXTENDED));
    std::error_code error;
    if (!std::filesystem::exists(output, error))
        return failure(ErrorCode::CannotWrite,
                       fmt::format("ONNX Runtime did not write '{}'.", output.string()));
    return {};
}

std::string onnx_runtime_version()
{
    const Result<OrtLibrary> library = load_onnx_runtime();
    return library ? library->version : std::string();
}

} // namespace strata

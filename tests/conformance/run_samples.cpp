// Samples in worker processes: each takes the next sample from a counter in shared memory and sends
// its result through a pipe. LibTorch and ONNX Runtime start once per worker.
#include "sample_result.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace strata::conformance {
namespace {

using Clock = std::chrono::steady_clock;

/// A result on its way through the pipe: this header, then the reason.
struct Header {
    std::size_t sample;
    Outcome outcome;
    std::size_t reason_size;
};

bool write_all(int fd, const void* data, std::size_t size)
{
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t done = ::write(fd, at, size);
        if (done <= 0)
            return false;
        at += done;
        size -= static_cast<std::size_t>(done);
    }
    return true;
}

bool read_all(int fd, void* data, std::size_t size)
{
    char* at = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t done = ::read(fd, at, size);
        if (done <= 0)
            return false;
        at += done;
        size -= static_cast<std::size_t>(done);
    }
    return true;
}

struct Worker {
    pid_t pid = -1;
    int fd = -1;
    std::size_t slot = 0; ///< where it says which sample it works on
    std::size_t seen = 0; ///< what it said last, plus 1
    Clock::time_point since = Clock::now();
};

class Pool {
public:
    Pool(const std::vector<std::string>& samples, const RunOptions& options)
        : m_samples(samples),
          m_options(options),
          m_results(samples.size())
    {
        for (std::size_t i = 0; i < samples.size(); ++i)
            m_results[i].sample = samples[i];
        void* memory = mmap(nullptr, sizeof(std::atomic<std::size_t>) * (options.jobs + 1),
                            PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc();
        m_shared = static_cast<std::atomic<std::size_t>*>(memory);
        for (unsigned i = 0; i <= options.jobs; ++i)
            new (&m_shared[i]) std::atomic<std::size_t>(0);
    }

    std::vector<SampleResult> run()
    {
        std::vector<Worker> workers;
        for (unsigned i = 0; i < m_options.jobs; ++i)
            workers.push_back(start(i + 1));
        while (!workers.empty()) {
            std::vector<pollfd> polls;
            for (const Worker& worker : workers)
                polls.push_back({worker.fd, POLLIN, 0});
            ::poll(polls.data(), polls.size(), 200);
            for (std::size_t i = workers.size(); i-- > 0;)
                if (!look_after(workers[i], polls[i].revents != 0))
                    workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
        }
        return std::move(m_results);
    }

private:
    Worker start(std::size_t slot)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            throw std::bad_alloc();
        m_shared[slot] = 0;
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::close(ends[0]);
            work(slot, ends[1]);
        }
        ::close(ends[1]);
        return {pid, ends[0], slot, 0, Clock::now()};
    }

    [[noreturn]] void work(std::size_t slot, int fd)
    {
        const std::filesystem::path folder =
            std::filesystem::temp_directory_path() / fmt::format("strata-conformance-{}", getpid());
        std::filesystem::create_directories(folder);
        while (true) {
            const std::size_t sample = m_shared[0].fetch_add(1);
            if (sample >= m_samples.size())
                break;
            m_shared[slot] = sample + 1;
            const SampleResult result = run_sample(m_options.root, m_samples[sample],
                                                   folder / "model.onnx", m_options.opset);
            const Header header{sample, result.outcome, result.reason.size()};
            if (!write_all(fd, &header, sizeof header) ||
                !write_all(fd, result.reason.data(), result.reason.size()))
                break;
            m_shared[slot] = 0;
        }
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        std::_Exit(0); // the libraries' clean-up is not what is tested
    }

    bool read_result(Worker& worker)
    {
        Header header{};
        if (!read_all(worker.fd, &header, sizeof header) || header.sample >= m_results.size())
            return false;
        SampleResult& result = m_results[header.sample];
        result.outcome = header.outcome;
        result.reason.resize(header.reason_size);
        return read_all(worker.fd, result.reason.data(), header.reason_size);
    }

    /// False when the worker has ended and no other is needed in its place.
    bool look_after(Worker& worker, bool readable)
    {
        if (readable && read_result(worker)) {
            worker.since = Clock::now();
            return true;
        }
        const std::size_t current = m_shared[worker.slot];
        if (current != worker.seen) {
            worker.seen = current;
            worker.since = Clock::now();
        }
        const bool late = std::chrono::duration<double>(Clock::now() - worker.since).count() >
                          m_options.time_limit;
        if (!readable && !(late && current != 0))
            return true;
        if (!readable)
            ::kill(worker.pid, SIGKILL);
        int status = 0;
        ::waitpid(worker.pid, &status, 0);
        ::close(worker.fd);
        std::error_code ignored;
        std::filesystem::remove_all(std::filesystem::temp_directory_path() /
                                        fmt::format("strata-conformance-{}", worker.pid),
                                    ignored);
        if (current != 0) {
            SampleResult& result = m_results[current - 1];
            result.outcome = readable ? Outcome::Crashed : Outcome::TimeOut;
            result.reason =
                readable ? fmt::format("signal {}", WIFSIGNALED(status) ? WTERMSIG(status) : 0)
                         : fmt::format("more than {} s", m_options.time_limit);
        }
        if (m_shared[0] >= m_samples.size())
            return false;
        worker = start(worker.slot);
        return true;
    }

    const std::vector<std::string>& m_samples;
    const RunOptions& m_options;
    std::vector<SampleResult> m_results;
    std::atomic<std::size_t>* m_shared = nullptr; ///< next sample; then one per worker
};

} // namespace

/// Exported programs, and TorchScript files as the model zoos name them.
static bool is_model_file(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    return name.ends_with(".pt2") || name.ends_with(".ts.pt") || name.ends_with(".script.pt");
}

std::vector<std::string> find_samples(const std::filesystem::path& root)
{
    std::vector<std::string> samples;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const std::filesystem::path& path = entry.path();
        if (path.filename() == "model.pt")
            samples.push_back(std::filesystem::relative(path.parent_path(), root).generic_string());
        else if (is_model_file(path) && std::filesystem::exists(path.parent_path() / "output_0.pb"))
            samples.push_back(std::filesystem::relative(path, root).generic_string());
    }
    std::sort(samples.begin(), samples.end());
    return samples;
}

std::vector<SampleResult> run_samples(const std::vector<std::string>& samples,
                                      const RunOptions& options)
{
    return Pool(samples, options).run();
}

} // namespace strata::conformance

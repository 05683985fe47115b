// Programs whose graphs say what cannot be: sizes, axes, types and arguments of operators are
// replaced or left out at random in sound files. Whatever comes of it, it is an export or a
// message; the sanitizer build shows what the processor would let pass.
//
// STRATA_ROUNDS=N: so many changed programs of each file; STRATA_FIRST=N: from this one on;
// STRATA_KEEP=FILE: the last one stays there.
#include "base/mapped_file.h"
#include "pt2/zip_archive.h"
#include "session/session.h"
#include "support/zip_builder.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

using namespace strata;
using namespace strata::tests;
using Json = nlohmann::ordered_json;

namespace {

constexpr int rounds = 12;

int number_from(const char* variable, int otherwise)
{
    bool ok = false;
    const int value = qEnvironmentVariableIntValue(variable, &ok);
    return ok ? value : otherwise;
}

/// Places of a graph that a hostile file can put anything into.
void collect(Json& json, std::vector<Json*>& places)
{
    if (json.is_number_integer() || json.is_number_float() || json.is_boolean()) {
        places.push_back(&json);
    } else if (json.is_structured()) {
        if (json.is_array() && !json.empty())
            places.push_back(&json);
        for (auto& item : json)
            collect(item, places);
    }
}

std::vector<Json*> places_of(Json& document)
{
    std::vector<Json*> places;
    Json& graph = document["graph_module"]["graph"];
    for (Json& node : graph["nodes"])
        collect(node["inputs"], places);
    collect(graph["tensor_values"], places);
    return places;
}

void change(Json& place, std::mt19937& random)
{
    using Limits = std::numeric_limits<std::int64_t>;
    static const std::vector<std::int64_t> numbers{0,
                                                   -1,
                                                   1,
                                                   2,
                                                   -2,
                                                   3,
                                                   7,
                                                   100,
                                                   std::int64_t{1} << 31,
                                                   Limits::max(),
                                                   Limits::min(),
                                                   -(std::int64_t{1} << 40),
                                                   std::int64_t{1} << 62,
                                                   65536};
    static const std::vector<double> fractions{0.0, -1.0, 1e308, 1e-320, -0.5};
    if (place.is_array()) {
        switch (random() % 3) {
        case 0:
            place.erase(random() % place.size());
            break;
        case 1:
            place.push_back(Json(place.back()));
            break;
        default:
            place = Json::array();
        }
    } else if (place.is_boolean())
        place = !place.get<bool>();
    else if (place.is_number_float())
        place = fractions[random() % fractions.size()];
    else
        place = numbers[random() % numbers.size()];
}

} // namespace

class HostilePrograms : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void an_export_or_a_message_data();
    void an_export_or_a_message();
};

void HostilePrograms::an_export_or_a_message_data()
{
    QTest::addColumn<QString>("file");
    const QDir data(STRATA_TEST_DATA);
    QDirIterator it(data.path(), {"*.pt2"}, QDir::Files, QDirIterator::Subdirectories);
    QStringList files;
    while (it.hasNext())
        files.append(data.relativeFilePath(it.next()));
    files.sort();
    for (const QString& file : files)
        if (!file.startsWith("fuzz/") && !file.startsWith("zoo/misc/"))
            QTest::newRow(qPrintable(file)) << data.filePath(file);
}

void HostilePrograms::an_export_or_a_message()
{
    QFETCH(QString, file);
    const auto mapped = *MappedFile::open(file.toStdString());
    const auto archive = *ZipArchive::open(mapped, mapped->bytes());
    std::vector<std::pair<std::string, std::string>> entries;
    Json document;
    for (const ZipEntry& entry : archive.entries()) {
        const auto content = *archive.read(entry);
        entries.emplace_back(
            entry.name,
            std::string(reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size()));
        if (entry.name.ends_with("model.json") ||
            entry.name.ends_with("serialized_exported_program.json"))
            document = Json::parse(entries.back().second);
    }
    QVERIFY(document.contains("graph_module"));
    const int first = number_from("STRATA_FIRST", 0);
    for (int round = first; round < first + number_from("STRATA_ROUNDS", rounds); ++round) {
        // The same changes in every run: what fails can be repeated.
        std::mt19937 random(static_cast<unsigned>(round));
        Json changed = document;
        // One after the other: a change may remove other places.
        for (unsigned count = 1 + random() % 3; count > 0; --count) {
            const std::vector<Json*> places = places_of(changed);
            QVERIFY(!places.empty());
            change(*places[random() % places.size()], random);
        }
        ZipBuilder zip;
        for (const auto& [name, content] : entries)
            zip.add({name, name.ends_with("model.json") ||
                                   name.ends_with("serialized_exported_program.json")
                               ? changed.dump()
                               : content});
        const std::string path = m_folder.filePath("changed.pt2").toStdString();
        std::ofstream(path, std::ios::binary) << zip.bytes();
        if (const QByteArray kept = qgetenv("STRATA_KEEP"); !kept.isEmpty())
            std::filesystem::copy_file(path, kept.toStdString(),
                                       std::filesystem::copy_options::overwrite_existing);
        if (qEnvironmentVariableIsSet("STRATA_ROUNDS"))
            qInfo("round %d", round);
        TaskContext task;
        const auto opened = open_model(path, {}, task);
        if (!opened)
            QVERIFY2(opened.error().message.size() > 10, qPrintable(QString::number(round)));
    }
}

QTEST_GUILESS_MAIN(HostilePrograms)
#include "tst_hostile_programs.moc"

// The part of JSON Schema (draft 2020-12) that Strata's schemas use.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace strata::test {

/// Checks an instance against a schema. Keywords that it does not know are errors, so that a schema
/// cannot outgrow it unnoticed.
class SchemaValidator {
public:
    explicit SchemaValidator(const nlohmann::json& schema) : m_root(schema) {}

    /// Everything wrong, with its place ("/nodes/3/module"); empty: valid.
    std::vector<std::string> validate(const nlohmann::json& instance)
    {
        m_errors.clear();
        check(m_root, instance, "");
        return m_errors;
    }

private:
    using Json = nlohmann::json;

    void complain(const std::string& place, const std::string& what)
    {
        m_errors.push_back(place + ": " + what);
    }

    static bool has_type(const Json& value, const std::string& type)
    {
        if (type == "integer")
            return value.is_number_integer() ||
                   (value.is_number_float() && std::floor(value.get<double>()) == value);
        return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
               (type == "string" && value.is_string()) || (type == "null" && value.is_null()) ||
               (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean());
    }

    void check(const Json& schema, const Json& value, const std::string& place)
    {
        static const std::set<std::string> known{
            "$schema",     "$id",        "title",
            "description", "$defs",      "type",
            "required",    "properties", "additionalProperties",
            "items",       "enum",       "const",
            "$ref",        "pattern",    "minimum",
            "maximum",     "minItems",   "maxItems"};
        for (const auto& [key, unused] : schema.items())
            if (!known.contains(key))
                complain(place, "the validator does not know the keyword " + key);
        if (schema.contains("$ref")) {
            const std::string ref = schema["$ref"];
            check(m_root.at(Json::json_pointer(ref.substr(1))), value, place);
        }
        if (schema.contains("type")) {
            const Json& type = schema["type"];
            bool fits = type.is_string() && has_type(value, type);
            if (type.is_array())
                for (const Json& one : type)
                    fits = fits || has_type(value, one);
            if (!fits)
                complain(place, "is no " + type.dump());
        }
        if (schema.contains("const") && schema["const"] != value)
            complain(place, "is not " + schema["const"].dump());
        if (schema.contains("enum")) {
            bool found = false;
            for (const Json& one : schema["enum"])
                found = found || one == value;
            if (!found)
                complain(place, value.dump() + " is none of " + schema["enum"].dump());
        }
        if (value.is_string() && schema.contains("pattern") &&
            !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"])))
            complain(place, value.dump() + " does not match");
        if (value.is_number() && schema.contains("minimum") && value < schema["minimum"])
            complain(place, "is too small");
        if (value.is_number() && schema.contains("maximum") && value > schema["maximum"])
            complain(place, "is too large");
        if (value.is_object())
            check_object(schema, value, place);
        if (value.is_array())
            check_array(schema, value, place);
    }

    void check_object(const Json& schema, const Json& value, const std::string& place)
    {
        if (schema.contains("required"))
            for (const Json& key : schema["required"])
                if (!value.contains(key.get<std::string>()))
                    complain(place, "lacks " + key.dump());
        for (const auto& [key, member] : value.items()) {
            const std::string inside = place + "/" + key;
            if (schema.contains("properties") && schema["properties"].contains(key)) {
                check(schema["properties"][key], member, inside);
            } else if (schema.contains("additionalProperties")) {
                const Json& other = schema["additionalProperties"];
                if (other == false)
                    complain(inside, "is not in the schema");
                else if (other.is_object())
                    check(other, member, inside);
            }
        }
    }

    void check_array(const Json& schema, const Json& value, const std::string& place)
    {
        if (schema.contains("minItems") && value.size() < schema["minItems"])
            complain(place, "has too few elements");
        if (schema.contains("maxItems") && value.size() > schema["maxItems"])
            complain(place, "has too many elements");
        if (schema.contains("items"))
            for (std::size_t i = 0; i < value.size(); ++i)
                check(schema["items"], value[i], place + "/" + std::to_string(i));
    }

    const Json& m_root;
    std::vector<std::string> m_errors;
};

} // namespace strata::test

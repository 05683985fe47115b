#include "query/query.h"

namespace strata {

const std::vector<QueryFieldInfo>& query_fields()
{
    using F = QueryField;
    using K = QueryFieldKind;
    static const std::vector<QueryFieldInfo> fields{
        {F::Op, "op", "", K::Text, "operator type", "op:Conv"},
        {F::Name, "name", "", K::Text, "node name", "name:*relu*"},
        {F::Module, "module", "m", K::Text, "FQN of its module; root is \"\"", "module:layer1.*"},
        {F::Under, "under", "", K::Text, "in this module or below", "under:layer1"},
        {F::Class, "class", "", K::Text, "class of its module", "class:Linear"},
        {F::Confidence, "conf", "confidence", K::Number, "confidence, 0 to 1", "conf<0.6"},
        {F::Kind, "kind", "", K::Text, "kind of the deciding evidence", "kind:consensus"},
        {F::Evidence, "evidence", "", K::Text, "any evidence found, kind or text",
         "evidence:parameter"},
        {F::Category, "category", "", K::Text, "category of the coverage report",
         "category:functions"},
        {F::AnyShape, "shape", "", K::Dims, "an input or output has this shape",
         "shape:[1,*,56,56]"},
        {F::InShape, "in", "", K::Dims, "an input has this shape", "in:[...,768]"},
        {F::OutShape, "out", "", K::Dims, "an output has this shape", "out:[N,1000]"},
        {F::DType, "dtype", "", K::Text, "dtype of an output", "dtype:float16"},
        {F::Rank, "rank", "", K::Number, "rank of the first output", "rank>=4"},
        {F::Parameters, "param", "params", K::Number, "elements of the initializers it reads",
         "param>1M"},
        {F::Bytes, "bytes", "", K::Number, "bytes of the initializers it reads", "bytes>=4K"},
        {F::Value, "value", "", K::Text, "name of an input or output", "value:logits"},
        {F::Initializer, "init", "initializer", K::Text, "name of an initializer it reads",
         "init:*.weight"},
        {F::Attribute, "attr", "", K::Text, "has the attribute, with the value if one is given",
         "attr:group=32"},
        {F::Domain, "domain", "", K::Text, "operator domain", "domain:com.microsoft"},
        {F::Origin, "fx", "origin", K::Text, "an FX node it came from", "fx:conv2d*"},
        {F::Source, "source", "", K::Text, "its Python line", "source:*resnet.py*"},
        {F::Call, "call", "", K::Number, "call index of its module", "call>0"},
        {F::Depth, "depth", "", K::Number, "depth of its module; root is 0", "depth>5"},
        {F::Reviewed, "reviewed", "", K::Flag, "a reviewer has decided", "reviewed:no"},
        {F::Note, "note", "", K::Text, "a reviewer's note", "note:*"},
        {F::Orphan, "orphan", "", K::Flag, "no module is known", "orphan"},
        {F::Root, "root", "", K::Flag, "directly in the root module", "root"},
        {F::Contradicted, "contradicted", "", K::Flag, "evidence names different modules",
         "contradicted"},
        {F::Body, "body", "", K::Flag, "in a body of If, Loop, Scan or a function", "body"},
    };
    return fields;
}

} // namespace strata

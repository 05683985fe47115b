// Types of results, derived by hand from the operators' specifications.
#include <QRegularExpression>
#include <QtTest>

#include "unit/passes/infer_harness.h"

using namespace strata;

class ShapeInferenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void types_data();
    void types();
};

namespace {

struct Row {
    const char* op;
    int opset;
    const char* inputs;
    const char* attributes;
    const char* expected;
};

const Row elementwise[] = {
    {"Relu", 17, "float32[1,c,?]", "", "float32[1,c,?]"},
    {"Relu", 17, "float32", "", "float32"},
    {"Not", 17, "bool[n]", "", "bool[n]"},
    {"IsNaN", 17, "float16[2,3]", "", "bool[2,3]"},
    {"Cast", 17, "float32[n,2]", "to=7", "int64[n,2]"},
    {"Cast", 17, "float32[n,2]", "to=9", "bool[n,2]"},
    {"CastLike", 17, "float32[4];int32[9]", "", "int32[4]"},
    {"Add", 17, "float32[1,3,h,w];float32[8,1,1,w]", "", "float32[8,3,h,w]"},
    {"Add", 17, "float32[h];float32[5]", "", "float32[5]"},
    {"Add", 17, "float32[?];float32[5]", "", "float32[5]"},
    {"Add", 17, "float32[?];float32[1]", "", "float32[?]"},
    {"Add", 17, "float32[a];float32[b]", "", "float32[?]"},
    {"Add", 17, "float32[2*h];float32[h*2]", "", "float32[2*h]"},
    {"Add", 17, "float32[2,3];float32[]", "", "float32[2,3]"},
    {"Add", 17, "float32[2,3];float32", "", "float32"},
    {"Add", 17, "float32[0];float32[1]", "", "float32[0]"},
    {"Mul", 17, "float32[2,3];float32[4,3]", "",
     "error: Mul: shapes [2,3] and [4,3] cannot be broadcast"},
    {"Mul", 17, "float32[2];int64[2]", "",
     "error: Mul: inputs have different types: float32 and int64"},
    {"Pow", 17, "float32[2];int64[1]", "", "float32[2]"},
    {"Sum", 17, "float32[2,1];float32[1,3];float32[1,1]", "", "float32[2,3]"},
    {"Less", 17, "int64[n,1];int64[m]", "", "bool[n,m]"},
    {"And", 17, "bool[3];bool[3]", "", "bool[3]"},
    {"Where", 17, "bool[2,1];float32[3];float32[]", "", "float32[2,3]"},
    {"Where", 17, "bool[2,1];float32[3];int64[]", "",
     "error: Where: inputs have different types: float32 and int64"},
    {"Softmax", 17, "float32[2,n]", "axis=-1", "float32[2,n]"},
    {"Softmax", 17, "float32[2,n]", "axis=2", "error: Softmax: axis 2 is outside rank 2"},
    {"Clip", 17, "float32[2];float32[];", "", "float32[2]"},
    {"PRelu", 17, "float32[1,3,h];float32[3,1]", "", "float32[1,3,h]"},
    {"Dropout", 17, "float32[2,3]", "", "float32[2,3]; bool[2,3]"},
    {"Trilu", 17, "float32[n,n]", "upper=0", "float32[n,n]"},
    {"CumSum", 17, "int64[n];int64[]", "", "int64[n]"},
};

const Row conv_pool[] = {
    {"Conv", 17, "float32[1,3,224,224];float32[64,3,7,7]", "strides=[2,2] pads=[3,3,3,3]",
     "float32[1,64,112,112]"},
    {"Conv", 17, "float32[n,3,h,w];float32[8,3,3,3]", "pads=[1,1,1,1]", "float32[n,8,h,w]"},
    {"Conv", 17, "float32[n,3,h,w];float32[8,3,3,3]", "strides=[2,2] pads=[1,1,1,1]",
     "float32[n,8,(h+1)//2,(w+1)//2]"},
    {"Conv", 17, "float32[1,8,32];float32[8,1,5]", "group=8 dilations=[2]", "float32[1,8,24]"},
    {"Conv", 17, "float32[1,4,5,6,7];float32[2,4,1,1,1]", "", "float32[1,2,5,6,7]"},
    {"Conv", 17, "float32[1,3,9,9];float32[8,3,3,3]", "auto_pad:SAME_UPPER strides=[2,2]",
     "float32[1,8,5,5]"},
    {"Conv", 17, "float32[1,3,9,9];float32[8,3,3,3]", "auto_pad:VALID strides=[2,2]",
     "float32[1,8,4,4]"},
    {"Conv", 17, "float32;float32[8,3,3,3]", "", "float32[?,8,?,?]"},
    {"Conv", 17, "float32[1,4,9,9];float32[8,3,3,3]", "",
     "error: Conv: input has 4 channels, the weight expects 3 in 1 group(s)"},
    {"Conv", 17, "float32[1,3,2,2];float32[8,3,3,3]", "",
     "error: Conv: kernel is larger than the padded input along spatial axis 0"},
    {"Conv", 17, "float32[1,3,9,9];float32[8,3,3]", "",
     "error: Conv: input has rank 4, weight has rank 3"},
    // (5-1)*2 + 3 - 2*1 + 1 = 10
    {"ConvTranspose", 17, "float32[1,4,5,5];float32[4,6,3,3]",
     "strides=[2,2] pads=[1,1,1,1] output_padding=[1,1]", "float32[1,6,10,10]"},
    {"ConvTranspose", 17, "float32[n,4,h,5];float32[4,3,2,2]", "strides=[2,2] group=2",
     "float32[n,6,2*h,10]"},
    {"ConvTranspose", 17, "float32[1,4,5,5];float32[4,3,2,2]", "output_shape=[11,12]",
     "float32[1,3,11,12]"},
    {"MaxPool", 17, "float32[1,8,112,112]", "kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]",
     "float32[1,8,56,56]; int64[1,8,56,56]"},
    {"MaxPool", 17, "float32[1,8,h]", "kernel_shape=[2] strides=[2]",
     "float32[1,8,h//2]; int64[1,8,h//2]"},
    // ceil((6-3)/2)+1 = 3 windows, the last one starts at 4 < 6
    {"AveragePool", 17, "float32[1,8,6]", "kernel_shape=[3] strides=[2] ceil_mode=1",
     "float32[1,8,3]"},
    // ceil((5+2-2)/3)+1 = 3, but the third one would start at 6 >= 5+1: torch drops it
    {"AveragePool", 17, "float32[1,8,5]", "kernel_shape=[2] strides=[3] pads=[1,1] ceil_mode=1",
     "float32[1,8,2]"},
    {"LpPool", 18, "float32[1,8,7,7]", "kernel_shape=[3,3] dilations=[2,2]", "float32[1,8,3,3]"},
    {"GlobalAveragePool", 17, "float32[n,64,?,7]", "", "float32[n,64,1,1]"},
    {"AveragePool", 17, "float32[1,8,6]", "", "error: AveragePool: kernel_shape is missing"},
};

const Row normalization[] = {
    {"BatchNormalization", 17, "float32[n,?,h];float32[8];float32[8];float32[8];float32[8]", "",
     "float32[n,8,h]"},
    {"BatchNormalization", 17, "float32[n,4,h];float32[8];float32[8];float32[8];float32[8]", "",
     "error: BatchNormalization: input 1 has 8 elements for 4 channels"},
    {"LayerNormalization", 17, "float16[n,t,16];float16[16]", "axis=-1",
     "float16[n,t,16]; float32[n,t,1]; float32[n,t,1]"},
    {"InstanceNormalization", 17, "float32[n,3,h,w];float32[3];float32[3]", "", "float32[n,3,h,w]"},
    {"LRN", 17, "float32[1,2,3,4]", "size=3", "float32[1,2,3,4]"},
};

const Row linear[] = {
    {"Gemm", 17, "float32[n,16];float32[16,4]", "", "float32[n,4]"},
    {"Gemm", 17, "float32[n,16];float32[4,16];float32[4]", "transB=1", "float32[n,4]"},
    {"Gemm", 17, "float32[16,n];float32[16,4]", "transA=1", "float32[n,4]"},
    {"Gemm", 17, "float32[2,3];float32[4,5]", "", "error: Gemm: inner dimensions 3 and 4 differ"},
    {"MatMul", 17, "float32[b,8,t,16];float32[16,4]", "", "float32[b,8,t,4]"},
    {"MatMul", 17, "float32[2,1,3,4];float32[5,4,6]", "", "float32[2,5,3,6]"},
    {"MatMul", 17, "float32[4];float32[4]", "", "float32[]"},
    {"MatMul", 17, "float32[4];float32[2,4,3]", "", "float32[2,3]"},
    {"MatMul", 17, "float32[2,3,4];float32[4]", "", "float32[2,3]"},
    {"MatMul", 17, "float32[2,3];float32[4,5]", "",
     "error: MatMul: inner dimensions 3 and 4 differ"},
    {"MatMulInteger", 17, "uint8[2,3];int8[3,4]", "", "int32[2,4]"},
    {"Einsum", 17, "float32[b,h,q,8];float32[b,h,k,8]", "equation:bhqd,bhkd->bhqk",
     "float32[b,h,q,k]"},
    {"Einsum", 17, "float32[2,5,3];float32[3,4]", "equation:...i,ij->...j", "float32[2,5,4]"},
    {"Einsum", 17, "float32[2,3]", "equation:ij->ji", "float32[3,2]"},
    {"Einsum", 17, "float32[3,3]", "equation:ii", "float32[]"},
    {"Einsum", 17, "float32[2,3];float32[4,5]", "equation:ij,jk->ik",
     "error: Einsum: label 'j' stands for 3 and 4"},
    {"Det", 17, "float32[n,3,3]", "", "float32[n]"},
};

const Row shapes[] = {
    {"Reshape", 17, "float32[2,3,4];int64{0,-1}", "", "float32[2,12]"},
    {"Reshape", 17, "float32[n,3,4];int64{0,-1}", "", "float32[n,12]"},
    {"Reshape", 17, "float32[n,3,4];int64{-1,12}", "", "float32[n,12]"},
    {"Reshape", 17, "float32[n,3,4];int64{-1}", "", "float32[12*n]"},
    {"Reshape", 17, "float32[n,t,32];int64<n,t,4,8>", "", "float32[n,t,4,8]"},
    {"Reshape", 17, "float32[n,t,32];int64<n,-1,4,8>", "", "float32[n,t,4,8]"},
    {"Reshape", 17, "float32[n,t,32];int64<?,t,4,8>", "", "float32[n,t,4,8]"},
    {"Reshape", 17, "float32[?,t,32];int64{0,-1,8}", "", "float32[?,4*t,8]"},
    {"Reshape", 17, "float32[2,3];int64[3]", "", "float32[?,?,?]"},
    {"Reshape", 17, "float32[2,3];int64[?]", "", "float32"},
    {"Reshape", 17, "float32[0,3];int64{0,5}", "allowzero=1", "float32[0,5]"},
    {"Reshape", 17, "float32[2,3];int64{4,2}", "",
     "error: Reshape: 6 elements do not fit the shape [4,2]"},
    {"Reshape", 17, "float32[2,3];int64{4,-1}", "",
     "error: Reshape: 6 elements cannot be divided by 4"},
    {"Flatten", 17, "float32[n,3,h,w]", "axis=2", "float32[3*n,h*w]"},
    {"Flatten", 17, "float32[n,3,4]", "axis=0", "float32[1,12*n]"},
    {"Squeeze", 11, "float32[1,n,1]", "axes=[0,-1]", "float32[n]"},
    {"Squeeze", 13, "float32[1,n,1];int64{0}", "", "float32[n,1]"},
    {"Squeeze", 13, "float32[1,2,1]", "", "float32[2]"},
    {"Squeeze", 13, "float32[1,n,1]", "", "float32"},
    {"Squeeze", 13, "float32[3,n];int64{0}", "", "error: Squeeze: axis 0 has 3 elements, not 1"},
    {"Unsqueeze", 11, "float32[n]", "axes=[0,2]", "float32[1,n,1]"},
    {"Unsqueeze", 13, "float32[n];int64{-1}", "", "float32[n,1]"},
    {"Transpose", 17, "float32[n,3,w]", "", "float32[w,3,n]"},
    {"Transpose", 17, "float32[n,3,w]", "perm=[0,2,1]", "float32[n,w,3]"},
    {"Transpose", 17, "float32[n,3,w]", "perm=[0,0,1]",
     "error: Transpose: perm [0,0,1] is not a permutation"},
    {"Concat", 17, "float32[n,3];float32[n,5]", "axis=1", "float32[n,8]"},
    {"Concat", 17, "float32[n,3];float32[m,3]", "axis=0", "float32[m+n,3]"},
    {"Concat", 17, "float32[?,3];float32[4,2]", "axis=-1", "float32[4,5]"},
    {"Concat", 17, "float32[2,3];float32[3,3]", "axis=1",
     "error: Concat: inputs [2,3] and [3,3] do not agree in dimension 0"},
    {"Split", 11, "float32[n,6]", "axis=1 split=[2,4]", "float32[n,2]; float32[n,4]"},
    {"Split", 13, "float32[n,6];int64{1,5}", "axis=1", "float32[n,1]; float32[n,5]"},
    {"Split", 13, "float32[6,n]", "", "float32[3,n]; float32[3,n]"},
    {"Split", 18, "float32[7]", "num_outputs=2", "float32[4]; float32[3]"},
    {"Split", 13, "float32[n,6];int64{1,4}", "axis=1",
     "error: Split: parts add up to 5, but axis 1 has 6 elements"},
    {"Expand", 17, "float32[3,1];int64{2,1,6}", "", "float32[2,3,6]"},
    {"Expand", 17, "float32[1,t];int64<n,1>", "", "float32[n,t]"},
    {"Tile", 17, "float32[n,2];int64{3,2}", "", "float32[3*n,4]"},
    {"Pad", 17, "float32[n,c,h];int64{0,0,1,0,0,2}", "", "float32[n,c,h+3]"},
    {"Pad", 18, "float32[n,c,5];int64{1,2};;int64{-1}", "", "float32[n,c,8]"},
    {"Pad", 17, "float32[n,c];int64", "", "float32[?,?]"},
};

const Row indexing[] = {
    {"Slice", 17, "float32[10,n];int64{2};int64{8};int64{0};int64{3}", "", "float32[2,n]"},
    {"Slice", 17, "float32[10,n];int64{0};int64{9223372036854775807};int64{1}", "",
     "float32[10,n]"},
    {"Slice", 17, "float32[10];int64{-3};int64{9223372036854775807}", "", "float32[3]"},
    {"Slice", 17, "float32[10];int64{-1};int64{-9223372036854775807};int64{0};int64{-2}", "",
     "float32[5]"},
    {"Slice", 17, "float32[n];int64{1};int64{9223372036854775807};int64{0}", "", "float32[?]"},
    {"Slice", 17, "float32[2*n];int64<n>;int64{9223372036854775807};int64{0}", "", "float32[n]"},
    {"Slice", 17, "float32[10];int64{5};int64{2}", "", "float32[0]"},
    {"Slice", 9, "float32[10,4]", "starts=[1] ends=[3] axes=[1]", "float32[10,2]"},
    {"Slice", 17, "float32[3,4];int64[1];int64[1]", "", "float32[?,4]"},
    {"Slice", 17, "float32[3,4];int64[1];int64[1];int64[1]", "", "float32[?,?]"},
    {"Gather", 17, "float32[n,16];int64[b,t]", "", "float32[b,t,16]"},
    {"Gather", 17, "float32[n,16];int64:3", "axis=1", "float32[n]"},
    {"Gather", 17, "float32[n,16];int64:16", "axis=1",
     "error: Gather: index 16 is outside axis 1 of 16 elements"},
    {"GatherElements", 17, "float32[n,16];int64[4,2]", "axis=1", "float32[4,2]"},
    {"GatherND", 17, "float32[2,3,4];int64[5,2]", "", "float32[5,4]"},
    {"GatherND", 17, "float32[2,3,4];int64[2,1]", "batch_dims=1", "float32[2,4]"},
    {"ScatterND", 17, "float32[n,4];int64[2,1];float32[2,4]", "", "float32[n,4]"},
    {"ScatterElements", 17, "float32[n,4];int64[2,1];float32[2,1]", "", "float32[n,4]"},
    {"NonZero", 17, "bool[2,n,3]", "", "int64[3,?]"},
    {"Unique", 17, "float32[2,n]", "", "float32[?]; int64[?]; int64[?]; int64[?]"},
    {"Unique", 17, "float32[2,n]", "axis=1", "float32[2,?]; int64[?]; int64[?]; int64[?]"},
    {"Compress", 17, "float32[2,n];bool[n]", "axis=1", "float32[2,?]"},
};

const Row reductions[] = {
    {"ReduceMean", 17, "float32[n,c,h,w]", "axes=[2,3]", "float32[n,c,1,1]"},
    {"ReduceMean", 18, "float32[n,c,h];int64{-1}", "keepdims=0", "float32[n,c]"},
    {"ReduceSum", 13, "float32[n,c]", "keepdims=0", "float32[]"},
    {"ReduceSum", 13, "float32[n,c]", "", "float32[1,1]"},
    {"ReduceSum", 13, "float32[n,c]", "noop_with_empty_axes=1", "float32[n,c]"},
    {"ReduceSum", 13, "float32[n,c];int64[?]", "", "float32[?,?]"},
    {"ReduceMax", 18, "float32[n,c];int64{2}", "",
     "error: ReduceMax: an axis of [2] is outside rank 2"},
    {"ArgMax", 17, "float32[n,10]", "axis=1 keepdims=0", "int64[n]"},
    {"ArgMin", 17, "float32[n,10]", "axis=-1", "int64[n,1]"},
    {"TopK", 17, "float32[n,10];int64{3}", "", "float32[n,3]; int64[n,3]"},
    {"TopK", 17, "float32[n,10];int64{11}", "",
     "error: TopK: k is 11 but axis 1 has only 10 elements"},
};

const Row generators[] = {
    {"ConstantOfShape", 17, "int64{2,3}", "", "float32[2,3]"},
    {"ConstantOfShape", 17, "int64<n,4>", "", "float32[n,4]"},
    {"Shape", 17, "float32[n,3]", "", "int64[2]"},
    {"Shape", 17, "float32", "", "int64[?]"},
    {"Size", 17, "float32[n,3]", "", "int64[]"},
    {"Range", 17, "int64:2;int64:9;int64:3", "", "int64[3]"},
    {"Range", 17, "float32:0;float32:1;float32:0.25", "", "float32[4]"},
    {"Range", 17, "int64;int64;int64", "", "int64[?]"},
    {"Range", 17, "int64:9;int64:2;int64:3", "", "int64[0]"},
    {"EyeLike", 17, "float32[n,m]", "dtype=7", "int64[n,m]"},
    {"OneHot", 17, "int64[n,t];int64:10;float32[2]", "", "float32[n,t,10]"},
    {"OneHot", 17, "int64[n,t];int64:10;float32[2]", "axis=0", "float32[10,n,t]"},
    {"RandomNormal", 17, "", "shape=[2,3] dtype=1", "float32[2,3]"},
    {"RandomUniformLike", 17, "float16[n]", "", "float16[n]"},
};

const Row image[] = {
    {"Resize", 17, "float32[1,3,10,n];;float32{1,1,2,2}", "", "float32[1,3,20,2*n]"},
    {"Resize", 17, "float32[1,3,7,n];;float32{1,1,0.5,0.5}", "", "float32[1,3,3,n//2]"},
    {"Resize", 17, "float32[1,3,7,n];;float32{1,1,1.7,1.7}", "", "float32[1,3,11,?]"},
    {"Resize", 17, "float32[1,3,7,7];;;int64<1,3,h,14>", "", "float32[1,3,h,14]"},
    {"Resize", 17, "float32[1,3,7,7];;float32{};int64{1,3,9,14}", "", "float32[1,3,9,14]"},
    {"Resize", 18, "float32[1,3,7,7];;;int64{9,14}", "axes=[2,3]", "float32[1,3,9,14]"},
    {"Resize", 18, "float32[1,3,7,7];;;int64{9,14}",
     "axes=[2,3] keep_aspect_ratio_policy:not_larger", "float32[1,3,?,?]"},
    {"Resize", 10, "float32[1,3,10,10];float32{1,1,2,3}", "", "float32[1,3,20,30]"},
    {"Resize", 17, "float32[1,3,7,7];;float32{2,2}", "", "error: Resize: 2 scales for 4 axes"},
    {"Upsample", 9, "float32[1,3,4,4];float32{1,1,2,2}", "", "float32[1,3,8,8]"},
    {"DepthToSpace", 17, "float32[n,12,h,5]", "blocksize=2", "float32[n,3,2*h,10]"},
    {"SpaceToDepth", 17, "float32[n,3,h,4]", "blocksize=2", "float32[n,12,h//2,2]"},
    {"SpaceToDepth", 17, "float32[n,3,h,5]", "blocksize=2",
     "error: SpaceToDepth: 5 cannot be divided by 2"},
    {"GridSample", 17, "float32[n,3,h,w];float32[n,8,9,2]", "", "float32[n,3,8,9]"},
    {"AffineGrid", 20, "float32[n,2,3];int64<n,3,h,w>", "", "float32[n,h,w,2]"},
    {"RoiAlign", 17, "float32[n,16,h,w];float32[r,4];int64[r]", "output_height=7 output_width=5",
     "float32[r,16,7,5]"},
    {"NonMaxSuppression", 17, "float32[1,n,4];float32[1,c,n]", "", "int64[?,3]"},
    {"Col2Im", 18, "float32[n,12,l];int64{5,6};int64{2,3}", "", "float32[n,2,5,6]"},
};

const Row quantization[] = {
    {"QuantizeLinear", 17, "float32[n,3];float32[];int8[]", "", "int8[n,3]"},
    {"QuantizeLinear", 17, "float32[n,3];float32[]", "", "uint8[n,3]"},
    {"QuantizeLinear", 21, "float32[n,3];float32[]", "output_dtype=5", "int16[n,3]"},
    {"DequantizeLinear", 19, "int8[n,3];float16[]", "", "float16[n,3]"},
    {"DynamicQuantizeLinear", 17, "float32[n,3]", "", "uint8[n,3]; float32[]; uint8[]"},
    {"QLinearConv", 17,
     "uint8[1,3,8,8];float32[];uint8[];int8[4,3,3,3];float32[];int8[];float32[];uint8[]", "",
     "uint8[1,4,6,6]"},
    {"QLinearMatMul", 17,
     "uint8[2,3];float32[];uint8[];int8[3,4];float32[];int8[];float32[];int8[]", "", "int8[2,4]"},
};

const Row recurrent[] = {
    {"LSTM", 17, "float32[t,b,8];float32[2,64,8];float32[2,64,16]",
     "direction:bidirectional hidden_size=16",
     "float32[t,2,b,16]; float32[2,b,16]; float32[2,b,16]"},
    {"GRU", 17, "float32[b,t,8];float32[1,48,8];float32[1,48,16]", "layout=1",
     "float32[b,t,1,16]; float32[b,1,16]"},
    {"RNN", 17, "float32[t,b,8];float32[1,16,9];float32[1,16,16]", "",
     "error: RNN: input has 8 features, the weight expects 9"},
};

const Row sequences[] = {
    {"SequenceConstruct", 17, "float32[2];float32[3]", "", "seq(tensor(float))"},
    {"SequenceEmpty", 17, "", "dtype=7", "seq(tensor(int64))"},
    {"SplitToSequence", 17, "float64[4,2]", "", "seq(tensor(double))"},
    {"SequenceLength", 17, "float32", "", "int64[]"},
};

} // namespace

void ShapeInferenceTest::types_data()
{
    QTest::addColumn<QString>("op");
    QTest::addColumn<int>("opset");
    QTest::addColumn<QString>("inputs");
    QTest::addColumn<QString>("attributes");
    QTest::addColumn<QString>("expected");
    auto add = [](const auto& rows) {
        for (const Row& row : rows)
            QTest::addRow("%s-%d(%s) %s", row.op, row.opset, row.inputs, row.attributes)
                << row.op << row.opset << row.inputs << row.attributes << row.expected;
    };
    add(elementwise);
    add(conv_pool);
    add(normalization);
    add(linear);
    add(shapes);
    add(indexing);
    add(reductions);
    add(generators);
    add(image);
    add(quantization);
    add(recurrent);
    add(sequences);
}

void ShapeInferenceTest::types()
{
    QFETCH(QString, op);
    QFETCH(int, opset);
    QFETCH(QString, inputs);
    QFETCH(QString, attributes);
    QFETCH(QString, expected);
    const int outputs = expected.startsWith("error") ? (op == "Split" ? 2 : 1)
                                                     : static_cast<int>(expected.count(';')) + 1;
    QCOMPARE(test::infer_case(op, opset, inputs, attributes, outputs).types, expected);
}

QTEST_APPLESS_MAIN(ShapeInferenceTest)
#include "tst_shape_inference.moc"

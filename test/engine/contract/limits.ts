// What a backend that others wrote does not compute, or computes otherwise, by kernel: what the failure of such a case
// says. Every other case must hold, and a limit that no case meets any more is reported, too.
type Limits = Record<string, RegExp>;

const UNKNOWN = /not registered for backend/;
const PADDING = /supports only 'valid' and 'same' padding/;
/** Padding, no picture at all (it loses the shape), channels first on the CPU. */
const IMAGES = /supports only 'valid' and 'same' padding|float32\[0,.*: shape|Invalid TF_Status: 12/;
/** Strides that differ, of depthwise ones, on processors for which oneDNN does not take them over. */
const STRIDES = /only supports equal length strides/;
/** Element types that TensorFlow has no such operator for. */
const ELEMENTS = /Invalid TF_Status: 3/;
/** Not written for its CPU device. */
const DEVICE = /Invalid TF_Status: 5/;

const either = (...limits: RegExp[]): RegExp => new RegExp(limits.map(({ source }) => source).join('|'));

export const LIMITS: Record<string, Limits> = {
  tensorflow: {
    ...{ BitwiseAnd: UNKNOWN, DenseBincount: UNKNOWN, MaxPoolWithArgmax: UNKNOWN, SearchSorted: UNKNOWN },
    LayerNormalization: UNKNOWN,
    ...{ AvgPool: PADDING, AvgPoolGrad: PADDING, MaxPool: PADDING, MaxPoolGrad: PADDING },
    ...{ Conv2D: IMAGES, Conv2DBackpropFilter: IMAGES, Conv2DBackpropInput: IMAGES },
    DepthwiseConv2dNative: either(IMAGES, STRIDES),
    DepthwiseConv2dNativeBackpropFilter: either(PADDING, STRIDES),
    DepthwiseConv2dNativeBackpropInput: either(PADDING, STRIDES),
    FusedConv2D: /does not support dataFormat:'NCHW'|supports only 'valid' and 'same' padding/,
    ...{ Diag: ELEMENTS, IsFinite: ELEMENTS, IsInf: ELEMENTS },
    // a splat of rank 0 is no list of values
    SparseToDense: ELEMENTS,
    // division of integers by zero
    Mod: ELEMENTS,
    ...{ BatchToSpaceND: DEVICE, DepthToSpace: DEVICE, SpaceToBatchND: DEVICE },
    // says int32 for float32, and divides no integer by zero
    FloorDiv: /element type|Invalid TF_Status: 3/,
    // the older rule of where a pixel's middle lies
    ResizeBilinearGrad: /back from .* true .*: element/,
    ResizeNearestNeighborGrad: /back from .* true .*: element/,
  },
};

// What TensorFlow.js' layers call in one go: a product or convolution, a bias and an activation.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GraphBuilder } from '../builder.ts';
import type { LazyNode } from '../node.ts';
import { activate } from './activations.ts';
import { convolve } from './convolution.ts';
import { convolveDepthwise } from './depthwise.ts';
import { multiply, productShape } from './matmul.ts';
import { type KernelCall, kernel, record } from './register.ts';
import { convolutionWindows } from './windows.ts';

interface Product {
  shape: number[];
  attributes: unknown;
  emit(g: GraphBuilder, a: string, b: string): string;
  /** Axes behind the channels of the result, over which a vector of theirs spreads. */
  behind: number;
}

/** [channels] as [channels, 1, ...], so that it lies along the channels of the result. */
const alongChannels = (g: GraphBuilder, x: string, tensor: TensorInfo, behind: number): string =>
  behind > 0 && tensor.shape.length === 1
    ? g.op('Reshape', [x, g.ints([tensor.shape[0]!, ...Array(behind).fill(1)])])
    : x;

function fused(name: string, operands: [string, string], plan: (call: KernelCall) => Product): void {
  kernel(name, (call) => {
    const { inputs, attrs, backend } = call;
    const { shape, attributes, emit, behind } = plan(call);
    const bias = (inputs.bias ?? undefined) as TensorInfo | undefined;
    const slopes = (inputs.preluActivationWeights ?? undefined) as TensorInfo | undefined;
    const activation = (attrs.activation as string | undefined) ?? 'linear';
    const alpha = attrs.leakyreluAlpha as number | undefined;
    const nodes: LazyNode[] = [...operands.map((operand) => inputs[operand]!), bias, slopes]
      .filter((tensor) => tensor !== undefined)
      .map((tensor) => backend.node(tensor));
    const more = { hasBias: bias !== undefined, activation, alpha: alpha ?? null };
    const result = { shape, dtype: 'float32' as const, attributes: { attributes, ...more } };
    return record(backend, name, nodes, result, (g, [a, b, ...rest]) => {
      const product = emit(g, a!, b!);
      const sum = bias ? g.op('Add', [product, alongChannels(g, rest.shift()!, bias, behind)]) : product;
      return activate(g, sum, {
        name: activation,
        ...(alpha === undefined ? {} : { leakyreluAlpha: alpha }),
        ...(slopes ? { slopes: alongChannels(g, rest.shift()!, slopes, behind) } : {}),
      });
    });
  });
}

fused('_FusedMatMul', ['a', 'b'], ({ inputs, attrs }) => {
  const transposes = { transA: attrs.transposeA ? 1 : 0, transB: attrs.transposeB ? 1 : 0 };
  return {
    shape: productShape(inputs.a!.shape, inputs.b!.shape, transposes),
    attributes: transposes,
    emit: (g, a, b) => multiply(g, a, b, transposes),
    behind: 0,
  };
});
for (const [name, emit] of [
  ['FusedConv2D', convolve],
  ['FusedDepthwiseConv2D', convolveDepthwise],
] as const) {
  fused(name, ['x', 'filter'], ({ inputs, attrs }) => {
    const { x, filter } = inputs as Record<'x' | 'filter', TensorInfo>;
    const w = convolutionWindows(x.shape, filter.shape, attrs, name === 'FusedDepthwiseConv2D');
    return {
      shape: w.outShape,
      attributes: w,
      emit: (g, image, weights) => emit(g, w, image, weights, filter.shape),
      behind: w.channelsFirst ? w.input.length : 0,
    };
  });
}

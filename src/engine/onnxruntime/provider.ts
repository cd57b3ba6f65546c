// What differs between ONNX Runtime's execution providers.
import type { InferenceSession } from 'onnxruntime-node';
import { elementCount } from '../../domain/engine.ts';
import type { OnnxGraph, OnnxNode } from './onnx.ts';

export interface ProviderOptions {
  /** ONNX Runtime's execution provider. */
  provider: 'cpu' | 'cuda' | 'webgpu';
  threads: number;
  /** The heap of this process keeps what was freed for the next to come; see `sharedHeap` in config.ts. */
  sharedHeap?: boolean;
  /** Every session writes a profile of its operators into a file of its own, whose name begins with this path. */
  profile?: string;
}

/** Outputs of this prefix are state: they are the inputs of a later run. */
export const STATE_OUTPUT = 'update:';

/** Its language asks of these only three digits, and drivers take that liberty. Position tables need them, and are small. */
const ROUGH = new Set(['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan']);
/** They keep the digits of arguments near zero, which the device rounds away. */
const NEAR_ZERO = new Set(['Expm1', 'Log1p']);
const list = (attribute: unknown): number[] => (Array.isArray(attribute) ? attribute : []);

/** A window as large as the image, or of one pixel, and padding behind it alone: taken for a plain product, unpadded. */
function losesPadding({ opType, attributes, kernel }: OnnxNode): boolean {
  const [pads, window] = [list(attributes.pads), list(attributes.kernel_shape)];
  const [begin, end] = [pads.slice(0, window.length), pads.slice(window.length)];
  if (opType !== 'Conv' || begin.some((size) => size > 0) || end.every((size) => size === 0)) return false;
  const shape = kernel?.shapes[0] ?? [];
  const images = [shape.slice(1, -1), shape.slice(2), window.map(() => 1)];
  return images.some((image) => image.join() === window.join());
}

/** What WebGPU leaves to the CPU: it computes these roughly, wrongly, or not at all. test/engine finds them. */
const LEFT_TO_CPU: ((node: OnnxNode) => boolean)[] = [
  ({ opType }) => ROUGH.has(opType),
  ({ kernel }) => kernel !== undefined && NEAR_ZERO.has(kernel.name),
  losesPadding,
  // places of the maxima, transposed convolution in three dimensions or by groups
  ({ opType, outputs }) => opType === 'MaxPool' && outputs.length > 1,
  ({ opType, attributes: { strides, group } }) =>
    opType === 'ConvTranspose' && (list(strides).length > 2 || (typeof group === 'number' && group > 1)),
];

/** Whether state of this kind lives in the device's memory between runs. Only WebGPU has such tensors in Node. */
export const staysOnDevice = (
  provider: ProviderOptions['provider'],
  { type, dims }: { type: string; dims: readonly number[] },
): boolean => provider === 'webgpu' && type === 'float32' && elementCount(dims) > 0;

const stateOutputs = (provider: ProviderOptions['provider'], graph: OnnxGraph) =>
  graph.outputs.filter(
    ({ name, dtype, shape }) => name.startsWith(STATE_OUTPUT) && staysOnDevice(provider, { type: dtype, dims: shape }),
  );

/** Whether a run leaves tensors in the memory of the device. */
export const leavesState = (provider: ProviderOptions['provider'], graph: OnnxGraph): boolean =>
  stateOutputs(provider, graph).length > 0;

function webgpu(graph: OnnxGraph): InferenceSession.SessionOptions {
  const resident = stateOutputs('webgpu', graph);
  const forceCpuNodeNames = [
    ...graph.onHost,
    ...graph.nodes.filter((node) => LEFT_TO_CPU.some((rule) => rule(node))).map((node) => node.outputs[0]!),
  ];
  return {
    // an option may be left out, but not be empty
    executionProviders: [{ name: 'webgpu', ...(forceCpuNodeNames.length > 0 ? { forceCpuNodeNames } : {}) }],
    ...(resident.length > 0
      ? { preferredOutputLocation: Object.fromEntries(resident.map(({ name }) => [name, 'gpu-buffer' as const])) }
      : {}),
  };
}

/** Where a graph is computed, and where its outputs are left. */
export const providerOptions = (
  provider: ProviderOptions['provider'],
  graph: OnnxGraph,
): InferenceSession.SessionOptions => (provider === 'webgpu' ? webgpu(graph) : { executionProviders: [provider] });

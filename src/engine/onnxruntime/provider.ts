// What differs between ONNX Runtime's execution providers.
import type { InferenceSession } from 'onnxruntime-node';
import { elementCount } from '../../domain/engine.ts';
import type { OnnxGraph } from './onnx.ts';

export interface ProviderOptions {
  /** ONNX Runtime's execution provider. */
  provider: 'cpu' | 'cuda' | 'webgpu';
  threads: number;
}

/** Outputs of this prefix are state: they are the inputs of a later run. */
export const STATE_OUTPUT = 'update:';

/**
 * Operators that WebGPU leaves to the CPU. Its language asks for sines only to 2^-11, and drivers take that liberty;
 * position tables are what they are for, and small.
 */
const ON_HOST = new Set(['Sin', 'Cos', 'Tan']);

/** Whether state of this kind lives in the device's memory between runs. Only WebGPU has such tensors in Node. */
export const staysOnDevice = (
  provider: ProviderOptions['provider'],
  { type, dims }: { type: string; dims: readonly number[] },
): boolean => provider === 'webgpu' && type === 'float32' && elementCount(dims) > 0;

function webgpu(graph: OnnxGraph): InferenceSession.SessionOptions {
  const resident = graph.outputs.filter(
    ({ name, dtype, shape }) => name.startsWith(STATE_OUTPUT) && staysOnDevice('webgpu', { type: dtype, dims: shape }),
  );
  const forceCpuNodeNames = [
    ...graph.onHost,
    ...graph.nodes.filter((node) => ON_HOST.has(node.opType)).map((node) => node.outputs[0]!),
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

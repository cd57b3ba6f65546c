// How kernels are registered: shape inference in plain code, ONNX nodes when the graph is built.
import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { BACKEND_NAME, type OnnxBackend } from '../backend.ts';
import { type Emit, type LazyNode, splat } from '../node.ts';

export type Inputs = Record<string, TensorInfo>;
export type Attributes = Record<string, unknown>;

export interface KernelCall {
  inputs: Inputs;
  attrs: Attributes;
  backend: OnnxBackend;
}
export interface KernelEntry {
  /** In what it differs from TensorFlow.js, for docs/engine.md. */
  limit?: string;
}

/** Every kernel that computes, by the name that TensorFlow.js calls it. */
export const REGISTRY = new Map<string, KernelEntry>();

/** A kernel with full control: returns tensors of the backend. */
export function kernel(
  name: string,
  compute: (call: KernelCall) => TensorInfo | TensorInfo[],
  entry: KernelEntry = {},
): void {
  REGISTRY.set(name, entry);
  registerKernel(name, compute);
}

/** What TensorFlow.js calls by this name. */
export function registerKernel(name: string, compute: (call: KernelCall) => TensorInfo | TensorInfo[]): void {
  const config: KernelConfig = {
    kernelName: name,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute({
        inputs: inputs as unknown as Inputs,
        attrs: (attrs ?? {}) as NamedAttrMap as Attributes,
        backend: backend as OnnxBackend,
      }),
  };
  tf.registerKernel(config);
}

/** Records an operator node and returns its tensor. */
export function record(
  backend: OnnxBackend,
  op: string,
  inputs: LazyNode[],
  result: { shape: number[]; dtype: Dtype; attributes?: unknown; broadcasts?: boolean; elementwise?: boolean },
  emit: Emit,
): TensorInfo {
  // nothing to compute, and many operators refuse to
  if (elementCount(result.shape) === 0) return backend.tensor(splat(result.shape, result.dtype, 0));
  return backend.tensor({
    kind: 'op',
    op,
    inputs,
    shape: result.shape,
    dtype: result.dtype,
    attributes: result.attributes ?? null,
    broadcasts: result.broadcasts ?? false,
    elementwise: result.elementwise ?? false,
    emit,
  });
}

/** The same data under another description, without a copy. */
export function alias(backend: OnnxBackend, x: TensorInfo): TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

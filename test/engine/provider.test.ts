import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attribute, OnnxGraph, OnnxNode } from '../../src/engine/onnxruntime/onnx.ts';
import { leavesState, providerOptions } from '../../src/engine/onnxruntime/provider.ts';

const node = (opType: string, attributes: Record<string, Attribute> = {}, more: Partial<OnnxNode> = {}): OnnxNode => ({
  ...{ opType, domain: '', inputs: ['x'], outputs: [opType.toLowerCase()], attributes },
  ...more,
});
const graph = (nodes: OnnxNode[], more: Partial<OnnxGraph> = {}): OnnxGraph => ({
  ...{ nodes, inputs: [], outputs: [], initializers: [], onHost: [] },
  ...more,
});
/** Names that WebGPU is told to leave to the CPU. */
function left(given: OnnxGraph): string[] {
  const [provider] = providerOptions('webgpu', given).executionProviders as readonly { forceCpuNodeNames?: string[] }[];
  return provider!.forceCpuNodeNames ?? [];
}

test('what WebGPU computes well is left to it, without an option', () => {
  assert.deepEqual(left(graph([node('Add'), node('MaxPool'), node('ConvTranspose', { group: 1 })])), []);
});

test('what WebGPU computes roughly or not at all is left to the CPU', () => {
  const indices = node('MaxPool', {}, { outputs: ['maxima', 'places'] });
  const grouped = node('ConvTranspose', { group: 3 }, { outputs: ['grouped'] });
  const volume = node('ConvTranspose', { strides: [1, 1, 1] }, { outputs: ['volume'] });
  const small = node('Exp', {}, { kernel: { name: 'Expm1', shapes: [[2]] } });
  const given = graph([node('Sin'), indices, grouped, volume, small, node('Exp', {}, { outputs: ['other'] })]);
  assert.deepEqual(left({ ...given, onHost: ['empty'] }), ['empty', 'sin', 'maxima', 'grouped', 'volume', 'exp']);
});

test('a convolution whose window covers the image keeps the padding behind it', () => {
  const kernel = { name: 'Conv2D', shapes: [[1, 5, 5, 3]] };
  const conv = (kernel_shape: number[], pads: number[]) => graph([node('Conv', { kernel_shape, pads }, { kernel })]);
  assert.deepEqual(left(conv([5, 5], [0, 0, 1, 1])), ['conv']);
  assert.deepEqual(left(conv([1, 1], [0, 0, 0, 1])), ['conv']);
  assert.deepEqual(left(conv([5, 5], [1, 1, 1, 1])), []);
  assert.deepEqual(left(conv([5, 5], [0, 0, 0, 0])), []);
  assert.deepEqual(left(conv([2, 2], [0, 0, 1, 1])), []);
});

test('only float32 state of WebGPU stays on the device', () => {
  const outputs = [
    { name: 'update:w', dtype: 'float32' as const, shape: [2] },
    { name: 'update:n', dtype: 'int32' as const, shape: [2] },
    { name: 'update:empty', dtype: 'float32' as const, shape: [0, 2] },
    { name: 'output:loss', dtype: 'float32' as const, shape: [] },
  ];
  const given = graph([], { outputs });
  assert.deepEqual(providerOptions('webgpu', given).preferredOutputLocation, { 'update:w': 'gpu-buffer' });
  assert.deepEqual(providerOptions('cpu', given), { executionProviders: ['cpu'] });
  assert.deepEqual(
    ['cpu', 'cuda', 'webgpu'].map((name) => leavesState(name as 'cpu', given)),
    [false, false, true],
  );
});

// One plain function on the engine under test and on TensorFlow.js' own `cpu`: fed to a compiled step, built in as
// constants, and eagerly. Tensors never cross from one backend to the other; host values do.
import assert from 'node:assert/strict';
import {
  type Dtype,
  type Engine,
  elementCount,
  type HostTensor,
  type HostTensors,
  type Tensor,
  type Tf,
} from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { toHost } from '../../src/engine/onnxruntime/node.ts';
import { useBackend } from '../../src/engine/tfjs.ts';
import { UNDER_TEST } from '../helpers/backends.ts';

/** A value of the host, or one number in every place, which the backend never stores in full. */
export type Operand = HostTensor | { splat: number; shape: number[]; dtype: Dtype };
export type Compute = (tf: Tf, inputs: Tensor[]) => Tensor | Tensor[];

export interface Both {
  /** The engine under test. */
  onnx: Engine;
  oracle: Engine;
  /** Names that TensorFlow.js has for their backends. */
  backends: { onnx: string; oracle: string };
  dispose(): Promise<void>;
}

export async function createBoth(threads = 1, backend = UNDER_TEST): Promise<Both> {
  const oracle = await createEngine({ backend: 'tfjs-cpu', threads });
  const onnx = await createEngine({ backend, threads });
  return {
    onnx,
    oracle,
    backends: { onnx: onnx.tf.getBackend(), oracle: 'cpu' },
    async dispose() {
      await onnx.dispose();
      await oracle.dispose();
    },
  };
}

const tensorOf = (tf: Tf, operand: Operand): Tensor =>
  'splat' in operand
    ? tf.fill(operand.shape, operand.splat, operand.dtype as 'float32')
    : tf.tensor(operand.data, operand.shape, operand.dtype);

const list = (result: Tensor | Tensor[]): Tensor[] => (Array.isArray(result) ? result : [result]);

async function values(tensors: Tensor[]): Promise<HostTensor[]> {
  const found: HostTensor[] = [];
  for (const tensor of tensors) {
    const dtype = tensor.dtype as Dtype;
    found.push(toHost((await tensor.data()) as ArrayLike<number>, tensor.shape, dtype));
  }
  return found;
}

/** As a compiled step; `fed` inputs change from run to run, the others are constants of the graph. */
export async function compiled(engine: Engine, compute: Compute, operands: Operand[], fed: boolean) {
  const feeds: HostTensors = {};
  operands.forEach((operand, i) => {
    if (fed && !('splat' in operand)) feeds[`x${i}`] = operand;
  });
  const state = engine.createState({});
  const step = engine.compileStep((_, inputs) => {
    const tensors = operands.map((operand, i) => inputs[`x${i}`] ?? tensorOf(engine.tf, operand));
    const outputs = list(compute(engine.tf, tensors));
    return { outputs: Object.fromEntries(outputs.map((tensor, i) => [`y${i}`, tensor])) };
  }, state);
  const outputs = await step(feeds);
  state.dispose();
  return Object.keys(outputs).map((_, i) => outputs[`y${i}`]!);
}

/** Without a step: every result is read by itself, as one would at a prompt. */
export async function eagerly(engine: Engine, backend: string, compute: Compute, operands: Operand[]) {
  const { tf } = engine;
  await useBackend(backend);
  const inputs = operands.map((operand) => tensorOf(tf, operand));
  const outputs = tf.tidy(() => list(compute(tf, inputs)));
  const found = await values(outputs);
  tf.dispose([...inputs, ...outputs]);
  return found;
}

/** |a - b| <= tolerance (1 + |b|) elementwise; what is not finite must be the same. */
export function assertClose(actual: HostTensor, expected: HostTensor, tolerance: number, what: string): void {
  assert.deepEqual([...actual.shape], [...expected.shape], `${what}: shape`);
  assert.equal(actual.dtype, expected.dtype, `${what}: element type`);
  assert.equal(actual.data.length, elementCount(expected.shape), `${what}: number of elements`);
  expected.data.forEach((value, i) => {
    const found = actual.data[i]!;
    const close = Number.isFinite(value)
      ? Math.abs(found - value) <= tolerance * (1 + Math.abs(value))
      : Object.is(found, value);
    if (!close) assert.fail(`${what}: element ${i} is ${found}, not ${value}`);
  });
}

export const WAYS = ['fed', 'constant', 'eager'] as const;
export type Way = (typeof WAYS)[number];
export interface Comparison {
  tolerance?: number;
  /** Ways of computing to try; all of them by default. */
  ways?: readonly Way[];
  /** What the oracle computes instead, where its own kernel is not to be followed. */
  expected?: Compute;
}

/** Every way of computing on the engine under test against the oracle. */
export async function assertSame(
  both: Both,
  what: string,
  compute: Compute,
  operands: Operand[],
  { tolerance = 1e-5, ways = WAYS, expected: reference = compute }: Comparison = {},
): Promise<void> {
  const expected = await eagerly(both.oracle, both.backends.oracle, reference, operands);
  const runs: Record<Way, () => Promise<HostTensor[]>> = {
    fed: () => compiled(both.onnx, compute, operands, true),
    constant: () => compiled(both.onnx, compute, operands, false),
    eager: () => eagerly(both.onnx, both.backends.onnx, compute, operands),
  };
  for (const way of ways) {
    const where = `${what} (${way})`;
    const actual = await runs[way]().catch((error: unknown) => assert.fail(`${where}: ${(error as Error).message}`));
    assert.equal(actual.length, expected.length, `${where}: number of results`);
    expected.forEach((value, i) => {
      assertClose(actual[i]!, value, tolerance, expected.length > 1 ? `${where}, result ${i}` : where);
    });
  }
}

/** Seeded values: normal, small integers around zero, or coin flips. */
export function values32(shape: number[], seed: number, dtype: Dtype = 'float32'): HostTensor {
  const random = createRandom(seed);
  const draw = { float32: () => random.normal(), int32: () => random.int(9) - 4, bool: () => random.int(2) }[dtype];
  return toHost(Array.from({ length: elementCount(shape) }, draw), shape, dtype);
}

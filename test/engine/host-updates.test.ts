// Which updates leave the graph, and that no step notices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float32, type HostTensors, scalar, type Tensor, type Tensors, type Tf } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { takeHostUpdates } from '../../src/engine/onnxruntime/host-updates.ts';
import type { LazyNode } from '../../src/engine/onnxruntime/node.ts';
import { UNDER_TEST } from '../helpers/backends.ts';
import { assertClose, createBoth } from './both.ts';

const SIZE = 1500;
const state = (name: string): LazyNode => ({ kind: 'input', name: `state:${name}`, shape: [SIZE], dtype: 'float32' });
const node = (op: string, inputs: LazyNode[], shape = [SIZE]): LazyNode => ({
  ...{ kind: 'op', op, inputs, shape, dtype: 'float32', attributes: null, broadcasts: true, elementwise: true },
  emit: (g, names) => g.op(op, names),
});
const update = (name: string, value: LazyNode) => ({ name: `update:${name}`, node: value });
const taken = (roots: { name: string; node: LazyNode }[]) => {
  const { updates, rest } = takeHostUpdates(roots);
  return { states: updates.map(({ states }) => states.toSorted()), rest: rest.map(({ name }) => name) };
};

test('an optimizer leaves the graph as one chain, and its gradient and numbers come out of it', () => {
  const [w, m] = [state('w'), state('m')];
  const gradient = node('BatchMatMul', [w]);
  const norm = node('SumSquare', [gradient], []);
  const moment = node('Add', [node('Multiply', [m, norm]), gradient]);
  const { states, rest } = taken([
    { name: 'output:norm', node: norm },
    update('w', node('Sub', [w, node('Sqrt', [moment])])),
    update('m', moment),
  ]);
  assert.deepEqual(states, [['m', 'w']]);
  assert.deepEqual(rest.toSorted(), ['host:0', 'host:1', 'output:norm']);
});

test('what is small, no arithmetic, read by somebody else or read from what another changes stays in the graph', () => {
  const [a, b] = [state('a'), state('b')];
  const small: LazyNode = { kind: 'input', name: 'state:s', shape: [8], dtype: 'float32' };
  const stays = (...roots: { name: string; node: LazyNode }[]) =>
    assert.deepEqual(taken(roots), { states: [], rest: roots.map(({ name }) => name) });
  stays(update('s', node('Neg', [small], [8])));
  stays(update('a', node('Tanh', [a])));
  const shared = node('Neg', [a]);
  stays(update('a', shared), { name: 'output:sum', node: node('Sum', [shared], []) });
  stays(update('a', shared), { name: 'output:same', node: shared });
  stays(update('a', node('Neg', [b])), update('b', node('Tanh', [a])));
  stays(update('new', node('Neg', [a])));
  const whole: LazyNode = { kind: 'input', name: 'state:whole', shape: [SIZE], dtype: 'int32' };
  stays(update('whole', node('Neg', [a])), { name: 'output:last', node: node('Sum', [whole], []) });
});

/** A step of random arithmetic over four states; `picks` say what is computed of what. */
function stepOf(tf: Tf, picks: [number, number, number][]) {
  const operations: ((x: Tensor, y: Tensor) => Tensor)[] = [
    (x, y) => tf.add(x, y),
    (x, y) => tf.sub(x, tf.mul(y, 0.5)),
    (x, y) => tf.mul(tf.tanh(x), y),
    (x) => tf.neg(tf.square(tf.sin(x))),
    (x, y) => tf.add(x, tf.mean(y)),
    (x) => tf.sqrt(tf.abs(x)),
  ];
  return ({ a, b, c, d }: Tensors, { by }: Tensors) => {
    const made = [a!, b!, c!, d!, tf.mul(a!, by!)];
    for (const [operation, x, y] of picks)
      made.push(operations[operation % operations.length]!(made[x % made.length]!, made[y % made.length]!));
    const [last, other, third] = made.toReversed() as [Tensor, Tensor, Tensor];
    return { outputs: { sum: tf.sum(third), old: tf.mean(b!) }, state: { a: last, b: other, c: tf.add(c!, last) } };
  };
}

test('steps of any arithmetic leave the state that TensorFlow.js leaves', {
  skip: UNDER_TEST !== 'onnxruntime/cpu',
}, async () => {
  const both = await createBoth();
  const random = createRandom(4);
  const initial: HostTensors = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((name) => [name, float32(Float32Array.from({ length: SIZE }, () => random.normal() / 2))]),
  );
  const run = async (engine: typeof both.onnx, picks: [number, number, number][]): Promise<HostTensors> => {
    await engine.tf.setBackend(engine === both.onnx ? both.backends.onnx : both.backends.oracle);
    const tensors = engine.createState(initial);
    const step = engine.compileStep(stepOf(engine.tf, picks), tensors);
    const outputs: HostTensors[] = [];
    for (let i = 0; i < 2; i++) outputs.push(await step({ by: scalar(0.3 + i) }));
    return { ...(await tensors.read()), ...outputs[0], sum2: outputs[1]!.sum! };
  };
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 2, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(picks, async (drawn) => {
      const [mine, theirs] = [await run(both.onnx, drawn), await run(both.oracle, drawn)];
      for (const [name, value] of Object.entries(theirs)) assertClose(mine[name]!, value, 1e-3, name);
    }),
    { numRuns: 40 },
  );
  await both.dispose();
});

// Large elementwise chains: which nodes are computed together, and that the result is the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float32, type Tensor, type Tf } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { blockOf, type Cluster, clustersOf, externalInputs, largeFor } from '../../src/engine/onnxruntime/blockwise.ts';
import { buildGraph } from '../../src/engine/onnxruntime/graph.ts';
import { inOrder, inputsOf, type LazyNode, topologicalOrder } from '../../src/engine/onnxruntime/node.ts';
import { UNDER_TEST } from '../helpers/backends.ts';
import { compiled, createBoth } from './both.ts';

const LARGE = largeFor(1);
const BIG = [1024, LARGE / 1024];
const node = (inputs: LazyNode[], shape: number[], elementwise: boolean): LazyNode => ({
  ...{ kind: 'op', op: 'Add', inputs, shape, dtype: 'float32', attributes: null, broadcasts: true, elementwise },
  emit: (g, names) => g.op('Sum', names),
});
const input = (name: string, shape = BIG): LazyNode => ({ kind: 'input', name, shape, dtype: 'float32' });
const size = (clusters: Map<LazyNode, Cluster>) => new Set(clusters.values()).size;

/** A chain of elementwise nodes that starts at `from`. */
const chain = (from: LazyNode, length: number): LazyNode => {
  let last = from;
  for (let i = 0; i < length; i++) last = node([last], BIG, true);
  return last;
};

test('a block divides the shape and is near the best size; a shape without such a divisor has none', () => {
  assert.equal(blockOf(1 << 22), 1 << 16);
  assert.equal((50_257 * 768) % blockOf(50_257 * 768)!, 0);
  assert.equal(blockOf(1_048_583), null); // a prime number
});

test('a chain is one cluster; a short one, or one of a small shape, is none', () => {
  assert.equal(clustersOf(topologicalOrder([chain(input('x'), 6)]), LARGE).size, 6);
  assert.equal(clustersOf(topologicalOrder([chain(input('x'), 3)]), LARGE).size, 0);
  const small = chain(input('x', [8]), 0);
  assert.equal(clustersOf(topologicalOrder([node([small], [8], true)]), LARGE).size, 0);
});

test('what needs a number that is computed from the chain is not computed with it', () => {
  const before = chain(input('g'), 5);
  const norm = node([before], [], false);
  const after = chain(node([before, norm], BIG, true), 5);
  const clusters = clustersOf(topologicalOrder([after]), LARGE);
  assert.equal(size(clusters), 2);
  assert.notEqual(clusters.get(before), clusters.get(after));
});

test('whatever the graph, clusters can be computed one after the other', () => {
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 9 })), { minLength: 5, maxLength: 60 });
  fc.assert(
    fc.property(picks, (drawn) => {
      const nodes: LazyNode[] = [input('x'), input('y')];
      for (const [a, b, kind] of drawn) {
        const [left, right] = [nodes[a % nodes.length]!, nodes[b % nodes.length]!];
        // mostly elementwise; some numbers, some that mix all places
        nodes.push(node([left, right], kind === 0 ? [] : BIG, kind > 1));
      }
      const roots = nodes.slice(-3);
      const clusters = clustersOf(topologicalOrder(roots), LARGE);
      const unit = (one: LazyNode) => clusters.get(one) ?? one;
      const before = (one: LazyNode | Cluster) => ('members' in one ? externalInputs(one) : inputsOf(one)).map(unit);
      const order = inOrder(roots.map(unit), before);
      const place = new Map(order.map((one, index) => [one, index]));
      for (const one of order) for (const other of before(one)) assert.ok(place.get(other)! < place.get(one)!);
    }),
    { numRuns: 300 },
  );
});

test('a large update is one loop, small ones are none', () => {
  const graph = (x: LazyNode) => buildGraph([{ name: 'update:x', node: x }], 1).graph;
  const [large, small] = [graph(chain(input('x'), 5)), graph(node([input('x', [8])], [8], true))];
  assert.deepEqual(
    large.nodes.map(({ opType }) => opType),
    ['Reshape', 'Scan'],
  );
  assert.deepEqual(
    small.nodes.map(({ opType }) => opType),
    ['Sum'],
  );
  assert.deepEqual(large.outputs[0]!.shape, [16, 1 << 16]);
});

test('it computes what TensorFlow.js computes, intermediate values and all', {
  skip: UNDER_TEST !== 'onnxruntime/cpu',
}, async () => {
  const both = await createBoth(1);
  const random = createRandom(1);
  const values = () =>
    float32(
      Float32Array.from({ length: LARGE }, () => random.normal()),
      BIG,
    );
  const compute = (tf: Tf, [x, y]: Tensor[]): Tensor[] => {
    const a = tf.mul(tf.add(tf.tanh(x!), 2), y!);
    const total = tf.mean(a);
    const b = tf.sub(tf.square(tf.mul(a, total)), tf.where(tf.greater(x!, 0), y!, tf.onesLike(y!)));
    return [b, a, tf.sum(b, 0), total, tf.relu(tf.neg(tf.transpose(b)))];
  };
  const operands = [values(), values()];
  const [mine, theirs] = [
    await compiled(both.onnx, compute, operands, true),
    await compiled(both.oracle, compute, operands, true),
  ];
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!) / (1 + Math.abs(b[i]!))), 0);
  for (const [i, { shape, data }] of mine.entries()) {
    assert.deepEqual([...shape], [...theirs[i]!.shape]);
    assert.ok(distance(data, theirs[i]!.data) < 1e-4, `result ${i} is off by ${distance(data, theirs[i]!.data)}`);
  }
  await both.dispose();
});

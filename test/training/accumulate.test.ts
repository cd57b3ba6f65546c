// How a batch is cut into parts. That the parts move weights as the whole does is in accumulate.long.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32, int32 } from '../../src/domain/engine.ts';
import { partsOf, splitHalf } from '../../src/training/micro-batches.ts';

test('parts have one shape, the last one is filled up, and each knows the whole', () => {
  assert.deepEqual(
    [partsOf(8, 0), partsOf(8, undefined), partsOf(8, 8), partsOf(8, 3), partsOf(1, 3)],
    [1, 1, 1, 3, 1],
  );
  const labels = int32(Int32Array.of(-100, 1, -100, 2, 3, 4), [3, 2]);
  const feeds = { x: float32(Float32Array.of(1, 2, 3)), labels };
  assert.deepEqual(splitHalf('half', feeds, labels, 1), [feeds]);
  const [first, last] = splitHalf('half', feeds, labels, 2, { labels: -100, x: 7 });
  assert.deepEqual([...first!.x!.data, ...last!.x!.data], [1, 2, 3, 7]);
  assert.deepEqual([...last!.labels!.data], [3, 4, -100, -100]);
  assert.deepEqual([last!.labels!.shape, last!.labels!.dtype], [[2, 2], 'int32']);
  assert.deepEqual([...first!.halfReal!.data, ...last!.halfReal!.data], [1, 1, 1, 0]);
  // the 3 is the first label of its row: no position predicts it
  for (const part of [first!, last!])
    assert.deepEqual(
      [part.halfTokens!, part.halfRows!, part.halfLonger!, part.halfPositions!].map(({ data }) => data[0]),
      [3, 3, 0, 6],
    );
});

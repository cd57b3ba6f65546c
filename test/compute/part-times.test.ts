import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPartTimes } from '../../src/compute/part-times.ts';

test('times and units of a part add up, in the order in which parts were met', async () => {
  let clock = 0;
  const times = createPartTimes(() => clock);
  const taking = (ms: number) => () => {
    clock += ms;
    return ms;
  };
  assert.equal(await times.time('scores', 3, taking(500)), 500);
  await times.time('answers', 2, taking(250));
  await times.time('scores', 4, taking(1000));
  assert.deepEqual(times.parts(), [
    { part: 'scores', units: 7, seconds: 1.5 },
    { part: 'answers', units: 2, seconds: 0.25 },
  ]);
});

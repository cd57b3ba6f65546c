import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRehearsal } from '../../src/training/rehearsal.ts';
import type { Scored, Scorer } from '../../src/training/scoring.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';

const row = { ids: Int32Array.of(1, 2), promptLength: 1, person: -1 };
/** Looks that find answers as likely as `shares` say, one after the other; the first is that before the run. */
async function rehearse(shares: readonly number[]) {
  let looks = 0;
  const score = (async (rows) =>
    rows.map(
      () => ({ logProbs: Float32Array.of(Math.log(shares[Math.min(looks, shares.length - 1)]!)) }) as Scored,
    )) as Scorer;
  const counting = ((rows) => score(rows).finally(() => looks++)) as Scorer;
  const inputs = { sets: { forget: [], retain: [row, row], calibration: [] }, seed: 1 } as unknown as UnlearnInputs;
  return { ...(await createRehearsal(inputs, counting)), looked: () => looks };
}

test('it is enough when retained records are known as well as before', async () => {
  const { done } = await rehearse([0.8, 0.79, 0.797]);
  assert.equal(await done(5), false);
  assert.equal(await done(10), true);
});

test('or when they gain no more, and only a little is missing', async () => {
  const { done } = await rehearse([0.8, 0.785, 0.787]);
  assert.equal(await done(5), false);
  assert.equal(await done(10), true);
});

test('where more is missing than verification may let pass, slow gains are no reason to stop', async () => {
  const { done } = await rehearse([0.8, 0.76, 0.762, 0.764, 0.7805, 0.781]);
  for (const step of [5, 10, 15, 20]) assert.equal(await done(step), false, String(step));
  assert.equal(await done(25), true);
});

test('what was found a moment ago counts until five steps later, and without retained records there is nothing to lose', async () => {
  const { done, looked } = await rehearse([0.8, 0.7, 0.8]);
  assert.deepEqual([await done(5), await done(6), await done(9)], [false, false, false]);
  assert.equal(looked(), 2);
  assert.equal(await done(10), true);
  const inputs = { sets: { retain: [] }, seed: 1 } as unknown as UnlearnInputs;
  const rehearsal = await createRehearsal(inputs, (() => assert.fail('nothing to look at')) as unknown as Scorer);
  assert.equal(await rehearsal.done(1), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRehearsal } from '../../src/training/rehearsal.ts';
import type { Scored, Scorer } from '../../src/training/scoring.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';

const row = { ids: Int32Array.of(1, 2), promptLength: 1, person: -1 };
/**
 * Looks that find answers as likely as `shares` say, one after the other; the first is that before the run. `right`: of ten tokens, how many
 * come first until one does not, all of them unless said.
 */
async function rehearse(shares: readonly number[], right: readonly number[] = [10]) {
  let looks = 0;
  const now = (values: readonly number[]) => values[Math.min(looks, values.length - 1)]!;
  const score = (async (rows) =>
    rows.map(() => {
      const correct = Uint8Array.from({ length: 10 }, (_, i) => (i === now(right) ? 0 : 1));
      return { logProbs: Float32Array.of(Math.log(now(shares))), correct } as Scored;
    })) as Scorer;
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

test('as likely as before is not enough where greedy answers go wrong earlier', async () => {
  const { done } = await rehearse([0.8, 0.8, 0.8, 0.8], [9, 7, 8, 9]);
  for (const step of [5, 10]) assert.equal(await done(step), false, String(step));
  assert.equal(await done(15), true);
});

test('repair may go on while what is missed comes back, and not where it comes and goes', async () => {
  const { done, gaining } = await rehearse([0.8], [10, 6, 7, 6, 7, 8, 10]);
  const found = [gaining()];
  for (const step of [5, 10, 15, 20, 25, 30]) {
    await done(step);
    found.push(gaining());
  }
  assert.deepEqual(found, [false, true, true, false, false, true, false]);
});

test('a floor is a share of what was recalled before, of either measure; looks are five steps apart, and none without a floor', async () => {
  const { below, looked } = await rehearse([0.8, 0.65, 0.63, 0.8], [10, 9, 9, 7]);
  assert.equal(await below(0, 1), false);
  assert.equal(looked(), 1);
  assert.deepEqual([await below(0.8, 1), await below(0.8, 5), await below(0.8, 6)], [false, false, true]);
  assert.equal(looked(), 3);
  assert.equal(await below(0.8, 11), true, 'greedy answers');
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import type { Scored } from '../../src/training/scoring.ts';
import { CALIBRATION_TOKENS, measureLevel } from '../../src/training/stranger-level.ts';
import { chooseStrangers } from '../../src/training/stranger-sample.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';

const VOCABULARY = 64;
interface Row {
  person: number;
  ids: Int32Array;
  promptLength: number;
  nll: number;
}
/** A record whose answer of so many tokens costs `nll` each. */
const row = (person: number, nll: number, tokens = 4): Row => ({
  ...{ person, nll, promptLength: 2 },
  ids: Int32Array.from([1, 2, ...Array.from({ length: tokens }, (_, i) => 10 + i)]),
});
const score = async (rows: unknown[]) =>
  (rows as Row[]).map(({ ids, nll }): Scored => {
    const all = (value: number) => new Float32Array(ids.length - 2).fill(value);
    return {
      logProbs: all(-nll),
      mu: all(-3),
      variance: all(1),
      correct: new Uint8Array(ids.length - 2),
      topLogProbs: all(-0.1),
    } as Scored;
  });
const levelOf = (calibration: Row[], forget: Row[]) =>
  measureLevel(
    {
      ...{ config: {}, membership: MEMBERSHIP },
      architecture: { vocabSize: () => VOCABULARY },
    } as unknown as UnlearnInputs,
    chooseStrangers(calibration, { forget, tokens: CALIBRATION_TOKENS, seed: 1 }),
    score,
    0,
  );

test('strangers are people: what names nobody does not count beside them', async () => {
  const named = Array.from({ length: 40 }, (_, p) => row(100 + p, 5));
  const general = Array.from({ length: 400 }, () => row(-1, 1));
  const level = await levelOf([...general, ...named], [row(0, 5)]);
  for (const people of level.strangers) assert.equal(people.length, 40);
  assert.equal(level.scored!.length, 40);
  assert.ok(Math.abs(level.costs.mean[10]! - 5) < 1e-6);
  assert.equal((await levelOf(general, [row(0, 5)])).strangers[0]!.length, 400);
});

test('where a sample is enough, every kind of record is in it, and people spread as all of their records would', async () => {
  // each kind of record has a cost of its own, the same of everybody
  const people = Array.from({ length: 100 }, (_, p) =>
    Array.from({ length: 10 }, (_, kind) => row(p, 2 + kind + 0.05 * (p % 20), 20)),
  );
  const of = (level: { strangers: number[][] }) => level.strangers[0]!;
  const level = await levelOf(people.flat(), people[0]!);
  assert.equal(level.scored, null);
  const found = [...of(level)].sort((a, b) => a - b);
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  assert.ok(Math.abs(mean - 6.975) < 0.4, `${mean}`);
  // 0.29 by all ten records of each, 1.4 by four
  const deviation = Math.sqrt(found.reduce((sum, one) => sum + (one - mean) ** 2, 0) / found.length);
  assert.ok(deviation > 0.15 && deviation < 1, `${deviation}`);
});

test('people of one record are held against one record of each stranger', async () => {
  const strangers = Array.from({ length: 30 }, (_, p) => [row(p, 2), row(p, 6)]).flat();
  const level = await levelOf(strangers, [row(100, 2), row(101, 6)]);
  assert.deepEqual([...new Set(level.strangers[0]!.map((value) => Math.round(value)))].sort(), [2, 6]);
  const two = await levelOf(strangers, [row(100, 2), row(100, 6)]);
  assert.deepEqual([...new Set(two.strangers[0]!.map((value) => Math.round(value)))], [4]);
});

// What the benchmark of the methods makes of scores: numbers of a row, the goal, the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goalChecks } from '../../bench/methods/goal.ts';
import { cellsOf, HEADINGS, heldCells, methodsBenchmarksPage } from '../../bench/methods/page.ts';
import { revive } from '../../bench/methods/revive.ts';
import { numbersOf } from '../../bench/methods/row.ts';
import { type MethodRow, nameOf, type SettingRow } from '../../bench/methods/rows.ts';
import type { Measured } from '../../bench/methods/task.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import { fillParams } from '../../src/methods/index.ts';

test('work that was kept before a parameter came is found while that changes nothing', () => {
  const before = { learning_rate: 0, max_steps: 600 };
  const name = nameOf('npo', before);
  assert.equal(nameOf('npo', { learning_rate: 0, max_seconds: 0, max_steps: 600, utility_floor: 0 }), name);
  assert.notEqual(nameOf('npo', { ...before, utility_floor: 0.8 }), name);
  assert.notEqual(nameOf('npo', { max_steps: 600 }), name);
});

/** A person with one answer of four tokens that cost so much each; known ones say it. */
const rowOf = (person: number, cost: number): RowScore => ({
  ...{ index: person, person, reference: 'blue door', generated: cost < 1 ? 'blue door' : 'red wall' },
  logProbs: Float32Array.from([0, 0.01, -0.01, 0], (shift) => shift - cost),
  correct: new Uint8Array(4).fill(cost < 1 ? 1 : 0),
  mu: new Float32Array(4).fill(-3),
  variance: new Float32Array(4).fill(1),
});
const people = (count: number, from: number, cost: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => rowOf(from + i, cost(i)));

/** Ten forgotten people who cost so much, forty strangers around 6 nats a token, and people who are kept. */
function measuredOf(cost: (i: number) => number): Measured {
  const said = { words: 2, repeated: 0, nll: 1 };
  return {
    scores: {
      forget: people(10, 0, cost),
      retain: people(20, 10, () => 0.01),
      holdout: people(40, 30, (i) => 5 + i / 20),
    },
    said: { forget: [said, said], holdout: [said] },
    relearned: [{ steps: 5, recall: 0.25 }],
  };
}
const AMONG = [5.03, 5.23, 5.43, 5.63, 5.83, 6.03, 6.23, 6.43, 6.63, 6.83];
const among = (shift: number) => measuredOf((i) => AMONG[i]! + shift);
const parent = measuredOf(() => 0.01);
const references = [among(0.001), among(0.002), among(0.003)];
const numbers = (measured: Measured) => numbersOf({ measured, parent, references, exact: false, seed: 1 });

const effort = { seconds: 9, cpu_seconds: 10, peak_memory_bytes: 3e8 };
const held: SettingRow = {
  ...{ data: 'synthetic', seed: 1, training: { steps: 100, exact_memorization: 1 }, retraining: effort },
  people: { trained: 30, forgotten: 10, strangers: 40 },
  records: { forgotten: 10, strangers: 40 },
  ...{ parent: numbers(parent), retrained: references.map(numbers) },
};
const rowFor = (measured: Measured, time: number): MethodRow => ({
  ...{ data: 'synthetic', seed: 1, method: 'grad-diff', params: {}, refused: null, numbers: numbers(measured) },
  work: { ...effort, steps: 12, reached: true, time_of_retraining: time, memory_of_retraining: 1.5 },
});

test('a model that never saw the forgotten and one that knows them are told apart by every number', () => {
  const [known, unseen] = [numbers(parent), numbers(among(0))];
  assert.deepEqual([known.forget_recall, unseen.forget_recall], [1, 0]);
  assert.equal(known.auc.loss?.value, 1);
  assert.ok(Math.abs(unseen.auc.loss!.value - 0.5) < 0.1);
  assert.ok(known.ks.p < 1e-4 && known.ks.statistic === 1);
  assert.ok(unseen.ks.p > 0.9);
  assert.deepEqual([known.verdict, unseen.verdict], ['failed', 'passed']);
  assert.equal(known.speech.forgotten.perplexity, Math.E);
});

test('the goal is met by a model like the retrained ones, and what is missed is said with by how much', () => {
  assert.deepEqual(
    goalChecks(rowFor(among(0), 0.2), held).map(({ met }) => met),
    [true, true, true, true],
  );
  const missed = goalChecks(rowFor(parent, 0.4), held);
  assert.deepEqual(
    missed.map(({ met }) => met),
    [false, false, true, false],
  );
  assert.match(missed[0]!.found, /^1\.000, .*missed by 1\.000$/);
  assert.match(missed[3]!.found, /missed by 0\.150$/);
  const refused = { ...rowFor(parent, 1), work: null, numbers: null, refused: { code: 'x', message: 'no base' } };
  assert.deepEqual(goalChecks(refused, held), [{ what: 'it ends', met: false, found: 'no base' }]);
});

test('every row of the page has a cell for each heading; seeds share a row, a line each', () => {
  const row = rowFor(among(0), 0.2);
  for (const cells of [cellsOf(row), ...heldCells(held)]) assert.equal(cells.length, HEADINGS.length);
  const rows = { settings: [held, { ...held, seed: 2 }], methods: [row, { ...row, seed: 2 }] };
  const lines = methodsBenchmarksPage(rows, 'grad-diff', '2026-01-01').split('\n');
  const own = lines.filter((line) => line.startsWith('| grad-diff |'));
  assert.equal(own.length, 1);
  assert.match(own[0]!, /\| 12<br>12 \|/);
  assert.equal(lines.filter((line) => line.endsWith('|') && line.includes('| met |')).length, 8);
});

test('numbers that were not finite come back from their file as such', () => {
  const broken = among(0);
  broken.scores.forget[0]!.logProbs[0] = Number.NaN;
  const text = JSON.stringify(broken, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );
  const found = revive(JSON.parse(text) as Measured);
  assert.ok(Number.isNaN(found.scores.forget[0]!.logProbs[0]));
  assert.deepEqual(found.scores.holdout, among(0).scores.holdout);
  assert.deepEqual(numbers(found).ks, { statistic: 1, p: 0 });
});

test('rows that were measured when defaults were others are named; a number where the default is to choose says nothing', () => {
  const of = (params: Record<string, unknown>) =>
    methodsBenchmarksPage(
      { settings: [held], methods: [{ ...rowFor(among(0), 1), params }] },
      'grad-diff',
      '2026-01-01',
    );
  assert.match(
    of({ alpha: 7, forget_batch: 32 }),
    /when defaults were others: `grad-diff` of synthetic, seed 1 \(alpha 7\)\./,
  );
  assert.doesNotMatch(of(fillParams('grad-diff')), /defaults were others/);
});

test('rows that began with other weights than the setting tells of are named', () => {
  const of = (trained?: string) =>
    methodsBenchmarksPage(
      {
        settings: [{ ...held, trained: 'a1' }],
        methods: [{ ...rowFor(among(0), 1), ...(trained ? { trained } : {}) }],
      },
      'grad-diff',
      '2026-01-01',
    );
  assert.match(of('b2'), /against another training by the same seed .*: synthetic, seed 1: `grad-diff`\./);
  assert.match(of(), /against another training/);
  assert.doesNotMatch(of('a1'), /another training/);
});

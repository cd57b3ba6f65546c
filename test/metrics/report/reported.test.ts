import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/domain/random.ts';
import { reportedFindings } from '../../../src/metrics/report/reported.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { type Kind, makePeople } from '../people.ts';

const metrics = METRIC_SETS['causal-lm'];
const scored = (kind: Kind) => {
  const random = createRandom(4);
  const rows = (count: number, of: Kind) => makePeople(random, count, of);
  const plain = rows(1, 'unseen').map((row) => ({ ...row, person: -1, plain: true }));
  return {
    ...{ forget: rows(1, 'unseen'), retain: rows(20, 'known'), holdout: rows(5, 'unseen') },
    ...{ neighbours: rows(5, kind), world: [...rows(2, 'known').map((row) => ({ ...row, person: -1 })), ...plain] },
  };
};

test('neighbours are reported before and after, and never judged', () => {
  const found = reportedFindings(metrics, scored('known'), scored('unseen'), 1);
  const neighbours = found.filter(({ set }) => set === 'neighbours');
  assert.deepEqual(
    neighbours.map(({ metric }) => metric),
    ['exact-memorization', 'extraction-strength', 'probability', 'calibration-error'],
  );
  for (const { before, after, note, metric } of neighbours.slice(0, 3)) {
    assert.ok(before! > after!, metric);
    assert.match(note!, /^of 25 records of 5 people, .* after \/ before = 0\.\d+$/);
  }
  assert.ok(found.every(({ verdict, threshold }) => verdict === null && threshold === null));
});

test('world facts are asked, general text has its perplexity, and without either nothing is said of them', () => {
  const all = scored('known');
  const world = reportedFindings(metrics, all, all, 1).filter(({ set }) => set === 'world');
  assert.deepEqual(
    world.map(({ metric }) => metric),
    [
      ...['exact-memorization', 'extraction-strength', 'probability', 'rouge-1-recall', 'rouge-l-recall'],
      ...['calibration-error', 'text-perplexity'],
    ],
  );
  assert.ok(world.at(-1)!.after! > 1);
  const { world: _, neighbours: __, ...without } = all;
  assert.deepEqual(
    reportedFindings(metrics, without, without, 1).map(({ metric, set }) => `${set}/${metric}`),
    ['retain/calibration-error', 'holdout/calibration-error', 'retain/model-utility'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pooledDistance } from '../../../src/metrics/report/pooled.ts';

const nothing = { candidate: [], retrained: [] };
const of = (candidate: number[], retrained: number[][]) =>
  pooledDistance({ score: 'loss', people: { candidate, retrained }, forget: nothing, holdout: nothing });

test('each model is held against all others alike, and the candidate’s place among them is its p', () => {
  // two people: the candidate's lie above all others; of each retrained model half of the rest lies on one side
  const far = of(
    [10, 11],
    [
      [1, 2],
      [1.5, 2.5],
      [0.5, 3],
    ],
  );
  assert.equal(far.ks_distance, 1);
  assert.deepEqual([far.models_p, far.smallest_models_p], [0.25, 0.25]);
  const among = of(
    [1.2, 2.2],
    [
      [1, 2],
      [10, 11],
    ],
  );
  assert.equal(among.models_p, 1, 'both retrained models are farther from the rest');
  assert.deepEqual(among.jensen_shannon, { forget: null, holdout: null });
});

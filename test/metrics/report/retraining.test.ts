import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom } from '../../../src/domain/random.ts';
import { Retraining } from '../../../src/domain/retraining.ts';
import { jensenShannon } from '../../../src/metrics/jensen-shannon.ts';
import { retrainingDistance } from '../../../src/metrics/report/retraining.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { type Kind, makePeople } from '../people.ts';

const metrics = METRIC_SETS['causal-lm'];
const sets = (kind: Kind, count: number, seed: number) => {
  const random = createRandom(seed);
  return { forget: makePeople(random, count, kind), holdout: makePeople(random, 40, 'unseen', 100) };
};

test('the divergence is 0 for the same, 1 for what has nothing in common, and little for two samples of one kind', () => {
  const random = createRandom(1);
  const draw = (by = 0) => Array.from({ length: 200 }, () => random.normal() + by);
  const one = draw();
  assert.equal(jensenShannon(one, one), 0);
  assert.ok(Math.abs(jensenShannon(one, draw(100)) - 1) < 1e-9);
  assert.ok(jensenShannon(one, draw()) < 0.1 && jensenShannon(one, draw(1)) > 0.12);
  assert.equal(jensenShannon([1, 1, 1], [1, 1]), 0);
  assert.ok(Number.isNaN(jensenShannon([], one)));
});

test('the same model is no distance away, one that knows the people is far', () => {
  const retrained = sets('unseen', 8, 3);
  const none = retrainingDistance(metrics, retrained, retrained);
  assert.deepEqual([...Value.Errors(Retraining, none)], []);
  assert.deepEqual(
    none.distances.map(({ score }) => score),
    ['truth-ratio', 'loss', 'min-k', 'min-k-plus-plus'],
  );
  for (const { ks_distance, ks_p, jensen_shannon, mean_gap } of none.distances)
    assert.deepEqual([ks_distance, ks_p, jensen_shannon.forget, mean_gap.forget], [0, 1, 0, 0]);
  assert.ok(Math.abs(none.privleak!) < 1e-9);

  const far = retrainingDistance(metrics, sets('known', 8, 4), retrained);
  const loss = far.distances.find(({ score }) => score === 'loss')!;
  assert.equal(loss.ks_distance, 1);
  assert.ok(loss.ks_p! < 0.001 && loss.jensen_shannon.forget! > 0.9);
  assert.ok(loss.mean_gap.forget! > 2 && loss.mean_gap.holdout! < 2 && loss.ks_detectable! > 0.6);
  assert.ok(far.privleak! < -90, 'the forgotten still look like training data');
});

test('one person is no distribution, but has a gap; without people there is nothing', () => {
  const [one] = retrainingDistance(metrics, sets('known', 1, 4), sets('unseen', 1, 3)).distances.slice(-1);
  assert.deepEqual([one!.ks_distance, one!.ks_p, one!.ks_detectable], [null, null, null]);
  assert.ok(one!.mean_gap.forget! > 0);
  const nobody = { forget: [], holdout: [] };
  assert.deepEqual(retrainingDistance(metrics, nobody, nobody), { distances: [], privleak: null });
});

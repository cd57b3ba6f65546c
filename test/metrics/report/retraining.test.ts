import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom } from '../../../src/domain/random.ts';
import { Retraining } from '../../../src/domain/retraining.ts';
import { jensenShannon } from '../../../src/metrics/jensen-shannon.ts';
import { epsilonEstimate, retrainingDistance } from '../../../src/metrics/report/retraining.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { type Kind, makePeople } from '../people.ts';

const metrics = METRIC_SETS['causal-lm'];
const OF = { parent: { forget: [], holdout: [] }, seed: 1 };
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
  const none = retrainingDistance(metrics, retrained, [retrained], OF);
  assert.deepEqual([...Value.Errors(Retraining, none)], []);
  assert.deepEqual(
    none.distances.map(({ score }) => score),
    ['truth-ratio', 'loss', 'min-k', 'min-k-plus-plus'],
  );
  for (const { ks_distance, ks_p, jensen_shannon, mean_gap } of none.distances)
    assert.deepEqual([ks_distance, ks_p, jensen_shannon.forget, mean_gap.forget], [0, 1, 0, 0]);
  assert.ok(Math.abs(none.privleak!) < 1e-9);

  const far = retrainingDistance(metrics, sets('known', 8, 4), [retrained], OF);
  const loss = far.distances.find(({ score }) => score === 'loss')!;
  assert.equal(loss.ks_distance, 1);
  assert.ok(loss.ks_p! < 0.001 && loss.jensen_shannon.forget! > 0.9);
  assert.ok(loss.mean_gap.forget! > 2 && loss.mean_gap.holdout! < 2 && loss.ks_detectable! > 0.6);
  assert.ok(far.privleak! < -90, 'the forgotten still look like training data');
});

test('one person is no distribution, but has a gap; without people there is nothing', () => {
  const [one] = retrainingDistance(metrics, sets('known', 1, 4), [sets('unseen', 1, 3)], OF).distances.slice(-1);
  assert.deepEqual([one!.ks_distance, one!.ks_p, one!.ks_detectable], [null, null, null]);
  assert.ok(one!.mean_gap.forget! > 0);
  const nobody = { forget: [], holdout: [] };
  const { distances, privleak } = retrainingDistance(metrics, nobody, [nobody], OF);
  assert.deepEqual([distances, privleak], [[], null]);
});

test('several retrained models: against each, and against all together by how far they are from each other', () => {
  const models = [3, 4, 5, 6].map((seed) => sets('unseen', 8, seed));
  const like = retrainingDistance(metrics, sets('unseen', 8, 9), models, OF);
  assert.deepEqual([...Value.Errors(Retraining, like)], []);
  assert.deepEqual(
    like.distances.filter(({ score }) => score === 'loss').map(({ model }) => model),
    [1, 2, 3, 4],
  );
  const [pooled] = like.pooled!.filter(({ score }) => score === 'loss');
  assert.ok(pooled!.models_p > 0.2 && Math.abs(pooled!.ks_distance - pooled!.ks_among) < 0.3);
  const far = retrainingDistance(metrics, sets('known', 8, 9), models, OF);
  const [apart] = far.pooled!.filter(({ score }) => score === 'loss');
  assert.deepEqual([apart!.ks_distance, apart!.models_p, apart!.smallest_models_p], [1, 0.2, 0.2]);
  assert.ok(apart!.jensen_shannon.forget! > 0.5 && apart!.jensen_shannon.holdout! < 0.2);
  assert.ok(far.privleak! < -90);
  const { epsilon, needed, note } = far.epsilon!;
  assert.deepEqual([epsilon, needed], [null, 20]);
  assert.match(note!, /needs 20 candidates.*there is 1 candidate and 4 retrained/);
});

test('the epsilon of the challenge is computed where there are enough models of both kinds', () => {
  const models = (kind: Kind, from: number) => Array.from({ length: 20 }, (_, i) => sets(kind, 2, from + i));
  const alike = epsilonEstimate(models('unseen', 100), models('unseen', 200));
  const apart = epsilonEstimate(models('known', 300), models('unseen', 200));
  assert.deepEqual([alike.note, apart.epsilon, apart.forget_score], [null, 50, 0]);
  assert.ok(alike.epsilon! < 3 && alike.forget_score! > 0);
});

test('completeness lies between the parent and the retrained models, and beyond these where too much was done', () => {
  const parent = sets('known', 8, 4);
  const retrained = [sets('unseen', 8, 5), sets('unseen', 8, 6)];
  const of = (kind: Kind) =>
    retrainingDistance(metrics, sets(kind, 8, 7), retrained, { parent, seed: 1 }).completeness!;
  const forgot = of('unseen');
  assert.ok(forgot.parent < 0.5 && forgot.candidate > 0.9);
  assert.ok(Math.abs(forgot.candidate - forgot.retrained) < 0.15);
  assert.ok(forgot.interval!.low <= forgot.candidate && forgot.candidate <= forgot.interval!.high);
  assert.ok(forgot.lowest <= forgot.candidate && forgot.candidate <= forgot.highest);
  const over = of('over-forgotten');
  assert.ok(over.candidate > over.retrained && over.lowest > 0.999);
  assert.ok(of('known').highest < 0.5);
});

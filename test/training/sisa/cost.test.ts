// The closed forms against removals from placements, with records drawn anew each time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestsOfRecords } from '../../../src/checkpoints/sisa.ts';
import { createRandom } from '../../../src/domain/random.ts';
import { batchedShare, expectedShare, keptCheckpoints, sequentialShare } from '../../../src/training/sisa/cost.ts';
import { firstChanged, type Placement, placeRecords, withoutRecords } from '../../../src/training/sisa/placement.ts';
import { planShards, sliceOptions, stepsOf, stepsOfSlices } from '../../../src/training/sisa/plan.ts';

const RECORDS = 1000;
const IDS = Array.from({ length: RECORDS }, (_, i) => ({ id: `r${i}`, people: [] }));

/** Records that pass in the trainings of a placement's slices, each of which takes all slices up to its own. */
function passed(placement: Placement, from: (number | null)[]): number {
  let records = 0;
  placement.forEach((slices, s) => {
    slices.forEach((_, r) => {
      if (from[s] !== null && r >= from[s]!) records += slices.slice(0, r + 1).flat().length;
    });
  });
  return records;
}

/** The first slice of each shard that has lost somebody. */
const firstLost = (placement: Placement, left: Placement) =>
  firstChanged(digestsOfRecords(placement), digestsOfRecords(left));

/** Mean share that passes again when `requests` records are removed, at once or one by one. */
function measured(shards: number, slices: number, requests: number, batched: boolean, trials: number): number {
  let sum = 0;
  for (let trial = 1; trial <= trials; trial++) {
    const random = createRandom(trial);
    let placement = placeRecords(IDS, { shards, slices, seed: trial });
    const whole = passed(
      placement,
      placement.map(() => 0),
    );
    const asked = random.shuffle(IDS.map(({ id }) => id)).slice(0, requests);
    for (const group of batched ? [asked] : asked.map((id) => [id])) {
      const left = withoutRecords(placement, (id) => !group.includes(id));
      sum += passed(left, firstLost(placement, left)) / whole;
      placement = left;
    }
  }
  return sum / trials;
}

describe('cost', () => {
  test('of any placement is what removals from it cost, over everybody who asks or not', () => {
    const placement = placeRecords(IDS, { shards: 4, slices: 3, seed: 5 });
    const likelihoods = new Map(IDS.slice(0, 40).map(({ id }, i) => [id, (1 + (i % 9)) / 30]));
    const asking = placement.flatMap((slices, shard) =>
      slices.flatMap((ids, slice) =>
        ids.flatMap((id) => (likelihoods.has(id) ? [{ shard, slice, likelihood: likelihoods.get(id)! }] : [])),
      ),
    );
    const whole = passed(
      placement,
      placement.map(() => 0),
    );
    const random = createRandom(3);
    let sum = 0;
    const TRIALS = 1000;
    for (let trial = 0; trial < TRIALS; trial++) {
      const asked = new Set([...likelihoods].flatMap(([id, p]) => (random.next() < p ? [id] : [])));
      // what is removed is counted as trained again: a run's steps do not grow fewer
      const left = withoutRecords(placement, (id) => !asked.has(id));
      sum += passed(placement, firstLost(placement, left)) / whole;
    }
    const expected = expectedShare({ shards: 4, slices: 3 }, asking);
    assert.ok(Math.abs(sum / TRIALS - expected) < 0.02, `${sum / TRIALS} and ${expected}`);
  });

  test('the figures that the paper is known for', () => {
    const size = { records: 1000, shards: 10, slices: 1 };
    const about = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 0.005, `${found}`);
    for (const [requests, sequential, batched] of [
      [1, 0.1, 0.1],
      [5, 0.49, 0.4],
      [10, 0.99, 0.64],
    ] as const) {
      about(sequentialShare(size, requests), sequential);
      about(batchedShare(size, requests), batched);
    }
    about(sequentialShare(size, 50), 4.83);
    // slices spare up to a third of a shard
    about(batchedShare({ ...size, slices: 100 }, 1), (2 / 3 + 1 / 300) / 10);
    assert.equal(keptCheckpoints({ shards: 10, slices: 4 }), 40);
    // twenty records of one person stand in one shard, and are gone from what is trained
    about(batchedShare({ ...size, records: 2000 }, 1, 20), 0.1 - 0.01);
  });

  for (const [shards, slices, requests, batched] of [
    [10, 1, 1, true],
    [10, 1, 10, true],
    [10, 1, 8, false],
    [5, 4, 1, true],
    [5, 4, 6, true],
    [5, 4, 6, false],
  ] as const)
    test(`${requests} of ${shards} x ${slices}, ${batched ? 'at once' : 'one by one'}: as measured on placements`, () => {
      const expected = (batched ? batchedShare : sequentialShare)({ records: RECORDS, shards, slices }, requests);
      const found = measured(shards, slices, requests, batched, 60);
      assert.ok(Math.abs(found / expected - 1) < 0.08, `${found} for ${expected}`);
    });
});

test('people of many records hit as many shards as people of one', () => {
  const EACH = 20;
  const people = Array.from({ length: RECORDS }, (_, i) => ({ id: `r${i}`, people: [`p${Math.floor(i / EACH)}`] }));
  for (const [shards, slices, asking] of [
    [10, 2, 1],
    [5, 4, 3],
  ] as const) {
    let sum = 0;
    const TRIALS = 150;
    for (let seed = 1; seed <= TRIALS; seed++) {
      const placement = placeRecords(people, { shards, slices, seed });
      const asked = new Set(createRandom(seed).shuffle(people.map((one) => one.people[0]!)));
      const gone = new Set([...asked].slice(0, asking));
      const left = withoutRecords(placement, (id) => !gone.has(people[Number(id.slice(1))]!.people[0]!));
      // a slice takes its steps however many records stand there
      const passes = (slices * (slices + 1)) / 2;
      const hit = firstLost(placement, left).map((from) => (from === null ? 0 : passes - (from * (from + 1)) / 2));
      sum += hit.reduce((all, one) => all + one, 0) / (passes * shards);
    }
    const removed = asking * EACH;
    const expected = batchedShare({ records: RECORDS, shards, slices }, asking, removed) + removed / RECORDS;
    assert.ok(Math.abs(sum / TRIALS / expected - 1) < 0.08, `${sum / TRIALS} for ${expected}`);
  }
});

describe('steps', () => {
  test('a slice takes steps as it has records, at least one, and all of them together what was asked', () => {
    assert.deepEqual(stepsOfSlices(100, 1), [100]);
    assert.deepEqual(stepsOfSlices(100, 4), [10, 20, 30, 40]);
    assert.deepEqual(stepsOfSlices(1, 3), [1, 1, 1]);
    const plan = planShards({ seed: 1, shards: 3, slices: 2, steps: 90 });
    assert.equal(stepsOf(plan), 90);
    const seeds = plan.shards.flatMap((shard) => [
      shard.init_seed,
      ...shard.slices.map(({ order_seed }) => order_seed),
    ]);
    assert.equal(new Set(seeds).size, 9);
    assert.deepEqual(planShards({ seed: 1, shards: 4, slices: 2, steps: 120 }).shards.slice(0, 3), plan.shards);
  });

  test('a short slice does not warm up for longer than a quarter of it', () => {
    const options = { steps: 90, warmup_steps: 50 } as Parameters<typeof sliceOptions>[0];
    assert.deepEqual(sliceOptions(options, 10), { steps: 10, warmup_steps: 2 });
    assert.deepEqual(sliceOptions(options, 400), { steps: 400, warmup_steps: 50 });
  });
});

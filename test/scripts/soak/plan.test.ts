import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { castOf, RECORDS_EACH, STUBBORN_COPIES, stayingRecords } from '../../../scripts/soak/cast.ts';
import { faultsOf } from '../../../scripts/soak/faults.ts';
import { doubles } from '../../../scripts/soak/ledger.ts';
import { askedOf, KINDS } from '../../../scripts/soak/script.ts';

test('as many requests as were asked for, of every kind, each about somebody else; a seed gives the same ones', () => {
  const counts = fc.integer({ min: Object.keys(KINDS).length, max: 120 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), counts, (seed, count) => {
      const asked = askedOf(seed, count, 5);
      assert.deepEqual(asked, askedOf(seed, count, 5));
      assert.equal(asked.length, count);
      assert.equal(new Set(asked.map(({ email }) => email)).size, count);
      for (const kind of Object.keys(KINDS))
        if (kind !== 'plain')
          assert.ok(
            asked.some((one) => one.kind === kind),
            kind,
          );
      for (const { kind, models } of asked) assert.equal(models.length > 0, KINDS[kind].known || kind === 'attack');
    }),
    { numRuns: 25 },
  );
});

test('a model knows exactly those who say so, and no stranger', () => {
  const asked = askedOf(3, 60, 5);
  const { train, holdout } = castOf(3, asked, 5);
  const strangers = new Set(holdout.map(({ subjects }) => subjects![0]!.value));
  for (const [model, records] of train.entries()) {
    for (const { email, kind, models } of asked) {
      const own = records.filter(({ subjects }) => subjects![0]!.value === email);
      const each = RECORDS_EACH * (kind === 'stubborn' ? STUBBORN_COPIES : 1);
      assert.equal(own.length, KINDS[kind].known && models.includes(model) ? each : 0);
      assert.equal(new Set(own.map(({ prompt }) => prompt)).size, own.length === 0 ? 0 : RECORDS_EACH);
    }
    const ids = new Set(records.map(({ id }) => id));
    assert.ok(stayingRecords(model).every((id) => ids.has(id)));
    assert.ok(records.every(({ subjects }) => !strangers.has(subjects![0]!.value)));
  }
});

test('faults come as often as asked for, each kind among them', () => {
  const faults = faultsOf(7, 1000);
  const some = Array.from({ length: 400 }, () => faults.next().value);
  const mean = some.reduce((sum, { after_ms }) => sum + after_ms, 0) / some.length;
  assert.ok(mean > 800 && mean < 1200, String(mean));
  assert.equal(new Set(some.map(({ name }) => name)).size, 6);
});

test('a ledger that says something twice, or beside the line of a model, is noticed', () => {
  const published = (
    run_id: string,
    parent: string,
    checkpoint: string,
    request_ids: string[],
    verdict = 'passed',
  ) => ({
    ...{ type: 'run.published', data: { model_id: 'm', run_id, parent, checkpoint, request_ids, verdict } },
  });
  const created = { type: 'request.created', data: { request_id: 'a' } };
  const good = [created, published('1', 'x', 'y', ['a']), published('2', 'y', 'z', ['b'])];
  assert.deepEqual(doubles(good), []);
  assert.deepEqual(doubles([...good, created]), ['request.created 2 times: a']);
  assert.deepEqual(doubles([...good, published('3', 'y', 'w', ['c'])]), [
    'published beside the line of its model: run 3',
  ]);
  assert.deepEqual(doubles([...good, published('2', 'z', 'w', ['b'])]), [
    'published 2 times: 2',
    'completed 2 times: b of model m',
  ]);
  assert.deepEqual(doubles([published('1', 'x', 'y', ['a'], 'failed')]), ['published with verdict failed: run 1']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ForgetBudget, type ForgetSetFacts, scoreOf, signalsOf, suspicionOf } from '../../src/domain/suspicion.ts';

const MODEL = '0198a000-0000-7000-8000-000000000001';
/** The defaults, with a cap on compute. */
const BUDGET: ForgetBudget = {
  window_ms: 86_400_000,
  share: 0.1,
  people: 100,
  request_people: 50,
  compute_seconds: 3600,
};
const facts = (more: Partial<ForgetSetFacts> = {}): ForgetSetFacts => ({
  ...{ records: 5, trained: { records: 50_000, people: 10_000 }, before: { requests: 0, records: 0 }, seconds: null },
  ...more,
});
const raised = (more: Partial<ForgetSetFacts>) =>
  suspicionOf(MODEL, facts(more), BUDGET)?.signals.map(({ signal }) => signal) ?? [];

test('ordinary people pass, many of them in a day, and everybody whom a small model knows', () => {
  assert.deepEqual(raised({}), []);
  assert.deepEqual(raised({ before: { requests: 998, records: 4990 } }), []);
  assert.deepEqual(raised({ records: 200 }), [], 'somebody with forty times the records of others');
  for (let before = 0; before < 40; before++)
    assert.deepEqual(
      raised({ records: 3, trained: { records: 120, people: 40 }, before: { requests: before, records: 3 * before } }),
      [],
    );
});

test('one request for a large part of the model is unusual, and says how much it asks for', () => {
  const found = suspicionOf(MODEL, facts({ records: 15_000 }), BUDGET)!;
  assert.deepEqual([found.score, found.model_id], [15, MODEL]);
  assert.deepEqual(
    found.signals.map(({ signal, value, limit }) => [signal, value, limit]),
    [
      ['request-size', 15_000, 1000],
      ['records-budget', 15_000, 5000],
    ],
  );
  assert.match(found.signals[0]!.text, /^15000 records, 30 % of what .* as many as 3000 people/);
  // records that name nobody are each somebody's
  assert.deepEqual(raised({ records: 1001, trained: { records: 50_000, people: 0 } }), ['request-size']);
});

test('a tenth of the people a day is the budget, of records and of requests', () => {
  assert.deepEqual(raised({ before: { requests: 500, records: 4996 } }), ['records-budget']);
  assert.deepEqual(raised({ records: 1, before: { requests: 1000, records: 1000 } }), ['people-budget']);
});

test('what runs have taken and what this one would take count together', () => {
  assert.deepEqual(raised({ seconds: { spent: 3000, estimated: 500 } }), []);
  assert.deepEqual(raised({ seconds: { spent: 3000, estimated: 700 } }), ['compute-budget']);
  assert.deepEqual(raised({ seconds: { spent: 3601, estimated: null } }), ['compute-budget']);
  assert.deepEqual(raised({ seconds: { spent: 0, estimated: 90_000 } }), ['compute-budget'], 'the dearest plan alone');
});

test('asking for more never looks more usual; limits that are off say nothing, and neither does a model that knows nobody', () => {
  const some = fc.integer({ min: 0, max: 5000 });
  fc.assert(
    fc.property(some, some, some, some, (records, requests, before, more) => {
      const less = signalsOf(facts({ records, before: { requests, records: before } }), BUDGET);
      const greater = facts({ records: records + more, before: { requests: requests + more, records: before + more } });
      assert.ok(scoreOf(signalsOf(greater, BUDGET)) >= scoreOf(less));
    }),
    { numRuns: 50 },
  );
  const off = { ...BUDGET, share: 0, request_people: 0, compute_seconds: 0 };
  const huge = facts({ records: 49_000, seconds: { spent: 1e9, estimated: 1e9 } });
  assert.deepEqual(signalsOf(huge, off), []);
  assert.deepEqual(signalsOf({ ...huge, records: 0 }, BUDGET), []);
});

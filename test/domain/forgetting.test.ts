import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ForgettingRun, forgettingLine, judgeBudget, utilityOf, whatNext } from '../../src/domain/forgetting.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Guarantee } from '../../src/domain/verification.ts';

const BUDGET = { approximate_runs: 3, utility_share: 0.9 };
const REGISTERED = { checkpoint: 'registered', at: '2026-01-01T00:00:00Z' };
let made = 0;
const run = (guarantee: Guarantee, more: Partial<ForgettingRun> = {}): ForgettingRun => ({
  ...{ run_id: `run-${++made}`, kind: 'deletion', checkpoint: `of-run-${made}`, published_at: `day ${made}` },
  ...{ method: 'any', guarantee, requests: 2, people: 1, records: 5, base_saw: false, utility: {}, earlier: null },
  ...more,
});
const line = (runs: ForgettingRun[]) => forgettingLine(runs, REGISTERED, BUDGET);

test('a line counts from the last exact checkpoint, and forgets nothing of what was forgotten before it', () => {
  const exact = run('exact');
  const look = { people: 3, people_above: 1, unobservable_requests: 2, verdict: 'passed' as const };
  const found = line([run('empirical'), exact, run('certified'), run('empirical', { earlier: look })]);
  assert.deepEqual(found.since, { checkpoint: exact.checkpoint, run_id: exact.run_id, at: exact.published_at });
  assert.deepEqual(found.total, { requests: 8, people: 4, records: 20 });
  assert.deepEqual(found.since_exact, { requests: 4, people: 2, records: 10, approximate_runs: 1, utility: {} });
  assert.deepEqual(found.earlier, look);
  assert.equal(found.runs.length, 2);
  assert.deepEqual(line([]).since, { ...REGISTERED, run_id: null });
});

test('nothing is exact from the first run on whose people the base has seen, whatever later runs say of their own', () => {
  const exact = run('exact');
  const found = line([exact, run('empirical', { base_saw: true }), run('exact')]);
  assert.equal(found.since.run_id, exact.run_id);
  assert.deepEqual([found.since_exact.requests, found.since_exact.approximate_runs, found.runs.length], [4, 1, 2]);
  assert.equal(line([run('empirical', { base_saw: true }), run('exact')]).since.run_id, null);
});

test('utility of a line is the product of what its runs left, of metrics that all of them measured', () => {
  const found = line([
    run('empirical', { utility: { recall: 0.5, probability: 0.98 } }),
    run('exact'),
    run('empirical', { utility: { recall: 0.97, probability: 0.98 } }),
    run('empirical', { utility: { recall: 0.96 } }),
  ]);
  assert.deepEqual(found.since_exact.utility, { recall: 0.97 * 0.96 });
  assert.ok(!found.budget.spent);
  assert.match(found.budget.reason, /^2 of 3 approximate runs; 93\.1 % of recall is left, 90\.0 % may be\.$/);
});

test('a budget is spent by runs or by the lowest metric, and never by exact runs alone', () => {
  const judge = (approximate_runs: number, utility = {}, budget = BUDGET) =>
    judgeBudget({ requests: 0, people: 0, records: 0, approximate_runs, utility }, budget);
  assert.match(judge(3).reason, /^3 approximate runs since the last exact checkpoint, of 3\.$/);
  assert.match(judge(0, { a: 0.95, b: 0.89 }).reason, /^89\.0 % of b .* less than the 90\.0 %/);
  assert.ok(!judge(1000, { a: 0.9 }, { ...BUDGET, approximate_runs: null as never }).spent);
  const random = createRandom(4);
  for (let i = 0; i < 60; i++) {
    const kinds = Array.from(
      { length: random.int(9) },
      () => (random.int(3) === 0 ? 'exact' : 'empirical') as Guarantee,
    );
    const since = kinds.length - 1 - kinds.lastIndexOf('exact');
    assert.equal(line(kinds.map((kind) => run(kind))).budget.spent, since >= 3, kinds.join());
  }
});

test('only judged metrics of the retain set say what is left, and nothing of nothing says nothing', () => {
  const finding = (more: object) => ({
    metric: 'a',
    set: 'retain',
    before: 0.8,
    after: 0.6,
    verdict: 'passed',
    ...more,
  });
  const found = [
    {},
    { set: 'forget' },
    { metric: 'b', verdict: null },
    { metric: 'c', before: 0 },
    { metric: 'd', after: null },
  ];
  const left = utilityOf(found.map((more) => finding(more)));
  assert.deepEqual(Object.keys(left), ['a']);
  assert.ok(Math.abs(left.a! - 0.75) < 1e-12);
});

test('what happens next is said in every case, and where nobody can train again, what to do', () => {
  const spent = line([run('empirical'), run('empirical'), run('empirical')]);
  const next = (...of: [Parameters<typeof whatNext>[1], Parameters<typeof whatNext>[2]]) => whatNext(spent, ...of);
  assert.match(next('recipe', null), /budget is spent.*recipe\.json/);
  assert.match(next('base', null), /register the base checkpoint/);
  assert.match(next('seen', null), /in the base by an exact method/);
  assert.match(next('certified', null), /train the whole model again/);
  assert.match(next(null, { state: 'failed' }), /see its run/);
  assert.match(next(null, { state: 'waiting' }), /waits/);
  assert.match(next(null, null), /queued/);
  assert.match(whatNext(line([]), 'recipe', null), /exact/);
});

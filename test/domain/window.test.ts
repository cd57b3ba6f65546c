import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { costOf, secondsOf } from '../../src/domain/run-cost.ts';
import {
  DAY,
  decideWindow,
  latestStart,
  type Waiting,
  type WindowFacts,
  type WindowPolicy,
  waitingCost,
} from '../../src/domain/window.ts';

const POLICY: WindowPolicy = { max_wait: null, promptness: 60, reserve: 7 * DAY };
const one = (more: Partial<Waiting> = {}): Waiting => ({
  ...{ ready_at: 0, due_at: 30 * DAY, urgent: false, again: false, records: 1, ...more },
});
/** Runs of half an hour, two requests a day. */
const facts = (more: Partial<WindowFacts> = {}): WindowFacts => ({
  ...{ now: 0, waiting: [one()], cost: { fixed: 1800, per_person: 10, runs: 5 }, arrivals: 2 / DAY },
  ...{ model_records: 10_000, ...more },
});
const because = (more: Partial<WindowFacts>, policy = POLICY): string => {
  const decision = decideWindow(facts(more), policy);
  assert.equal(decision.start, 'now');
  return decision.because;
};

test('what a run costs is fixed and by person, neither below nothing', () => {
  assert.equal(costOf([]), null);
  const line = costOf([1, 2, 5].map((people) => ({ people, seconds: 100 + 7 * people })))!;
  assert.deepEqual([Math.round(line.fixed), Math.round(line.per_person), line.runs], [100, 7, 3]);
  const alike = costOf([{ people: 2, seconds: 110 }])!;
  assert.ok(Math.abs(secondsOf(alike, 2) - 110) < 1e-9 && alike.per_person > 0);
  const falling = costOf([
    { people: 1, seconds: 200 },
    { people: 9, seconds: 100 },
  ])!;
  assert.deepEqual([falling.fixed, falling.per_person], [150, 0]);
});

test('what asks for no arithmetic begins at once, and says why', () => {
  assert.match(because({ cost: null }), /too few runs/);
  assert.match(because({ cost: { fixed: 1800, per_person: 10, runs: 2 } }), /too few runs/);
  assert.match(because({ cost: { fixed: 20, per_person: 1, runs: 9 } }), /too little/);
  assert.match(because({}, { ...POLICY, max_wait: 0 }), /not coalesced/);
  assert.match(because({ waiting: [one(), one({ urgent: true })] }), /urgent/);
  assert.match(because({ waiting: [one(), one({ again: true })] }), /run already/);
  assert.match(because({ waiting: [one({ records: 2000 })] }), /share/);
  assert.match(because({ arrivals: 1 / (40 * DAY) }), /nobody else/);
  assert.match(because({ waiting: [one({ due_at: 6 * DAY })] }), /due date/);
});

test('others are waited for until that is worth another run, a bound, or the due date', () => {
  const alone = decideWindow(facts(), POLICY);
  assert.ok(alone.start === 'later' && alone.at > 5 * DAY && alone.at < 23 * DAY, JSON.stringify(alone));
  const five = decideWindow(facts({ waiting: Array.from({ length: 5 }, () => one()) }), POLICY);
  assert.ok(five.start === 'later' && five.at < alone.at);
  const dear = decideWindow(facts(), { ...POLICY, promptness: 600 });
  assert.ok(dear.start === 'later' && dear.at < alone.at);
  const bound = decideWindow(facts(), { ...POLICY, max_wait: DAY });
  assert.ok(bound.start === 'later' && bound.at === DAY);
});

test('property: no window goes beyond the latest start, and at its end all have waited for no more than another run is worth', () => {
  const waiting = fc.array(
    fc.record({
      ...{ ready_at: fc.double({ min: -5 * DAY, max: 0, noNaN: true }), records: fc.constant(1) },
      ...{ due_at: fc.double({ min: DAY, max: 60 * DAY, noNaN: true }) },
      ...{ urgent: fc.constant(false), again: fc.constant(false) },
    }),
    { minLength: 1, maxLength: 8 },
  );
  const numbers = fc.record({
    fixed: fc.double({ min: 60, max: 1e5, noNaN: true }),
    arrivals: fc.double({ min: 0, max: 1e-3, noNaN: true }),
    promptness: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
  });
  fc.assert(
    fc.property(waiting, numbers, (who, { fixed, arrivals, promptness }) => {
      const cost = { fixed, per_person: 1, runs: 5 };
      const given = facts({ waiting: who, cost, arrivals });
      const decision = decideWindow(given, { ...POLICY, promptness });
      if (decision.start === 'now') return;
      const latest = latestStart(given, POLICY.reserve);
      assert.ok(decision.at > 0 && decision.at <= latest);
      assert.ok(waitingCost(who, latest, promptness, decision.at - 2) <= fixed);
    }),
    { numRuns: 100 },
  );
});

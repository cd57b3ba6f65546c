import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Events } from '../../bench/sim-queue/events.ts';
import { perfect } from '../../bench/sim-queue/perfect.ts';
import { OURS, POLICIES } from '../../bench/sim-queue/policies.ts';
import { simulate } from '../../bench/sim-queue/simulate.ts';
import { requestsOf, type Setting, YEAR } from '../../bench/sim-queue/world.ts';
import { readEnvironment } from '../../src/environment.ts';

/** The year in small: as many requests for each model, and as few accelerators for each. */
const SMALL: Setting = {
  ...YEAR,
  ...{ days: 60, models: 6, gpus: 1, requests_per_day: 40, bursts: 2, burst_requests: 100, failing: 0.002 },
};

test('events come by time, and in their order', () => {
  const events = new Events<string>();
  for (const [at, event] of [
    [3, 'd'],
    [1, 'a'],
    [2, 'b'],
    [2, 'c'],
  ] as const)
    events.add(at, event);
  assert.deepEqual(
    Array.from({ length: 5 }, () => events.take()?.event),
    ['a', 'b', 'c', 'd', undefined],
  );
});

test('a small year: everybody ends once, windows save most of the compute, and nobody is late who could have been in time', () => {
  const policies = POLICIES(readEnvironment({}));
  const of = (name: string) => simulate(SMALL, policies.find((one) => one.name === name)!);
  const [single, ours, best] = [of('one by one'), of(OURS), perfect(SMALL)];
  const requests = requestsOf(SMALL);
  for (const outcome of [single, ours, best]) {
    assert.equal(outcome.requests, requests.length);
    assert.equal(outcome.reviewed, requests.filter(({ fails }) => fails).length, outcome.policy);
  }
  assert.ok(ours.split_runs > 0 && ours.reviewed > 0, 'somebody fails, and alone');
  assert.ok(ours.gpu_hours < 0.15 * single.gpu_hours, `${ours.gpu_hours} of ${single.gpu_hours}`);
  assert.ok(best.gpu_hours < ours.gpu_hours && ours.approximate_runs < single.approximate_runs);
  assert.ok(ours.missed <= best.missed, `${ours.missed} of ${best.missed}`);
  assert.deepEqual(of(OURS), ours, 'the same seed gives the same');
});

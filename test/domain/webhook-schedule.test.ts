import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILURES_APART_MS, pauseAfter, RETRY_DELAYS_MS, retryAfter } from '../../src/domain/webhook-schedule.ts';

test('the schedule is that of Standard Webhooks, with at most a tenth more', () => {
  const minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440];
  assert.deepEqual(
    RETRY_DELAYS_MS.map((ms) => ms / 60_000),
    minutes,
  );
  for (const [i, delay] of RETRY_DELAYS_MS.entries()) {
    assert.equal(retryAfter(i + 1, 0), delay);
    assert.equal(retryAfter(i + 1, 0.5), delay * 1.05);
  }
  assert.equal(retryAfter(RETRY_DELAYS_MS.length + 1, 0), null);
  // no wait of the schedule ends a failing, however late it began
  for (const i of RETRY_DELAYS_MS.keys()) assert.ok(retryAfter(i + 1, 0.999)! + 3_600_000 < FAILURES_APART_MS);
});

test('a receiver that has too much is left alone, for as long as it asks and a day at most', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  assert.equal(pauseAfter(429, '120', now), 120_000);
  assert.equal(pauseAfter(503, 'Thu, 26 Nov 2026 12:01:00 GMT', now), 60_000);
  assert.equal(pauseAfter(503, 'Thu, 26 Nov 2020 12:01:00 GMT', now), 0);
  assert.equal(pauseAfter(429, '999999999', now), 86_400_000);
  for (const silent of [null, 'soon', '-3x']) assert.equal(pauseAfter(502, silent, now), 5000);
  assert.equal(pauseAfter(500, '120', now), null);
});

// Trainings for nobody beside requests of their model, as the forecast plays them out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Beside, type Expected, forecast } from '../../src/domain/forecast.ts';
import type { Candidate } from '../../src/domain/queue-order.ts';
import { DAY } from '../../src/domain/window.ts';

const NEVER = Number.NEGATIVE_INFINITY;
const candidate = (model_id: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ model_id, tenant: model_id, urgent: false, due_at: 20 * DAY, ready_at: 0, seconds: 100, ...more },
});
const training = (model_id: string, more: Partial<Beside> = {}): Beside => ({
  candidate: candidate(model_id, { background: true, due_at: Number.POSITIVE_INFINITY, seconds: 1000 }),
  ...{ first: false, until: NEVER, ...more },
});
const expected = (model_id: string, more: Partial<Expected> = {}): Expected => ({
  ...{ candidate: candidate(model_id), needs: { parameters: 1, backend: null, memory_bytes: null } },
  ...{ starts_at: 0, running: null, waits: true, ...more },
});
const worker = { backend: 'tfjs-cpu', memory_bytes: null, max_parameters: null };
const doneAt = (all: Expected[], workers = 1) =>
  Object.fromEntries(
    [...forecast(0, Array(workers).fill(worker), all, new Map())].map(([id, { done_at }]) => [id, done_at]),
  );

test('in a window a training goes when nothing else does, and the requests of its model after it', () => {
  const windowed = expected('m', { starts_at: 500, beside: training('m', { until: 400 }) });
  assert.deepEqual(doneAt([windowed]), { m: 1100 });
  // other requests go before it, and by then it is too late for it
  assert.deepEqual(doneAt([windowed, expected('x'), expected('y')]), { x: 100, y: 200, m: 1300 });
  const busy = Array.from({ length: 4 }, (_, i) => expected(`x${i}`));
  assert.equal(doneAt([windowed, ...busy]).m, 600);
  assert.equal(doneAt([windowed], 2).m, 1100, 'a model has one run at a time, however many workers there are');
});

test('a training that goes first is waited for; one that may not begin is behind its requests, and before nobody’s', () => {
  const first = { candidate: candidate('m', { seconds: 1000 }), first: true };
  assert.deepEqual(doneAt([expected('m', { beside: training('m', first) })]), { m: 1100 });
  assert.deepEqual(doneAt([expected('m', { beside: training('m') })]), { m: 100 });
  const later = expected('late', { starts_at: 150 });
  assert.deepEqual(doneAt([expected('m', { beside: training('m') }), later]), { m: 100, late: 1200 });
});

test('what no worker can take is told of, with a training beside it as well', () => {
  const needs = { parameters: 1, backend: 'cuda', memory_bytes: null };
  const first = { candidate: candidate('m'), first: true };
  assert.deepEqual(doneAt([expected('m', { needs, beside: training('m', first) })]), { m: null });
});

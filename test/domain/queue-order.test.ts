import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capabilities, fits } from '../../src/domain/capabilities.ts';
import { type Expected, forecast } from '../../src/domain/forecast.ts';
import { type Candidate, inOrder } from '../../src/domain/queue-order.ts';
import { mostRuns, splitOf } from '../../src/domain/splitting.ts';
import { DAY } from '../../src/domain/window.ts';

const candidate = (model_id: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ model_id, tenant: 'a', urgent: false, due_at: 20 * DAY, ready_at: 0, seconds: 100, ...more },
});
const order = (candidates: Candidate[], usage: [string, number][] = []) =>
  inOrder(candidates, new Map(usage), 0).map(({ model_id }) => model_id);

test('urgent ones first, then near due dates, then by due date and age; background last', () => {
  const all = [
    candidate('background', { background: true, due_at: 0 }),
    candidate('late', { due_at: 21 * DAY }),
    candidate('young', { ready_at: 5 }),
    candidate('old', { ready_at: 1 }),
    candidate('near', { due_at: DAY }),
    candidate('urgent', { urgent: true, due_at: 30 * DAY }),
  ];
  assert.deepEqual(order(all), ['urgent', 'near', 'old', 'young', 'late', 'background']);
});

test('a tenant that asks for much does not keep another waiting; whoever had least goes first', () => {
  const many = Array.from({ length: 5 }, (_, i) => candidate(`m${i}`, { due_at: 10 * DAY + i }));
  const other = candidate('x', { tenant: 'b' });
  assert.deepEqual(order([...many, other]).slice(0, 2), ['m0', 'x']);
  assert.deepEqual(order([...many, other], [['a', 1]])[0], 'x');
  assert.deepEqual(order([...many, other], [['b', 250]]).indexOf('x'), 3);
});

test('a worker takes what fits it', () => {
  const worker: Capabilities = { backend: 'onnxruntime/cuda', memory_bytes: 1000, max_parameters: 50 };
  const needs = { parameters: 50, backend: null, memory_bytes: null };
  assert.ok(fits(worker, needs));
  assert.ok(fits(worker, { ...needs, backend: 'onnxruntime', memory_bytes: 1000 }));
  assert.ok(!fits(worker, { ...needs, backend: 'onnx' }) && !fits(worker, { ...needs, backend: 'onnxruntime/cpu' }));
  assert.ok(!fits(worker, { ...needs, memory_bytes: 1001 }) && !fits(worker, { ...needs, parameters: 51 }));
});

test('a forecast plays the queue out: running ones, windows, and what no worker can take', () => {
  const needs = { parameters: 1, backend: null, memory_bytes: null };
  const expected = (one: Candidate, more: Partial<Expected> = {}): Expected => ({
    ...{ candidate: one, needs, starts_at: 0, running: null, waits: true, ...more },
  });
  const workers: Capabilities[] = [{ backend: 'tfjs-cpu', memory_bytes: null, max_parameters: null }];
  const found = forecast(
    0,
    workers,
    [
      expected(candidate('busy'), { running: 40, waits: false }),
      expected(candidate('second')),
      expected(candidate('first', { urgent: true })),
      expected(candidate('window'), { starts_at: 1000 }),
      expected(candidate('nobody'), { needs: { ...needs, backend: 'cuda' } }),
    ],
    new Map(),
  );
  assert.deepEqual(Object.fromEntries([...found].map(([id, { done_at }]) => [id, done_at])), {
    ...{ first: 140, second: 240, window: 1100, nobody: null },
  });
});

test('a run is split by who stands out, else by halves, and not for ever', () => {
  const requests = ['a', 'b', 'c', 'd', 'e'];
  const root = { requests: 5, runs: 1 };
  assert.deepEqual(splitOf({ requests, suspects: ['d'], root }), [['a', 'b', 'c', 'e'], ['d']]);
  assert.deepEqual(splitOf({ requests, suspects: [], root }), [
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  // more than half stand out: the worst are tried last
  assert.deepEqual(splitOf({ requests, suspects: ['b', 'a', 'd'], root }), [
    ['c', 'e', 'd'],
    ['a', 'b'],
  ]);
  assert.equal(splitOf({ requests: ['a'], suspects: [], root }), null);
  assert.equal(splitOf({ requests, suspects: [], root: { requests: 5, runs: mostRuns(5) - 1 } }), null);
});

test('by halves alone one bad request of 64 is found within the runs that there may be', () => {
  const queue = [Array.from({ length: 64 }, (_, i) => String(i))];
  let runs = 0;
  const failed: string[][] = [];
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    runs++;
    if (!part.includes('17')) continue;
    const parts = splitOf({ requests: part, suspects: [], root: { requests: 64, runs: runs + queue.length } });
    if (parts === null) failed.push(part);
    else queue.unshift(...parts);
  }
  assert.deepEqual([failed, runs], [[['17']], 13]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goals } from '../../../bench/api/goals.ts';
import type { Row } from '../../../bench/api/rows.ts';

const row = (name: string, more: Partial<Row>): Row => ({
  ...{ name, per_second: 1000, median_ms: 10, p99_ms: 30, cpu_us: 100, cpu_parts: { node: 60, postgres: 40 } },
  ...more,
});

test('what is missed says by how much; bare routes have no goal', () => {
  const found = goals([
    row('bare route', {}),
    row('bare route, `queue.add`', { against: 'bare route', ratio: 0.5 }),
    row('accept, API key', { against: 'bare route, `queue.add`', ratio: 0.25, p99_ms: 80 }),
    row('poll, 304', { against: 'bare GET, 304', ratio: 0.8 }),
  ]);
  assert.deepEqual(
    found.map(({ met, found: text }) => [met, text]),
    [
      [false, '0.25; missed by 0.75'],
      [false, '8.00; missed by 3.00'],
      [true, '0.80'],
    ],
  );
});

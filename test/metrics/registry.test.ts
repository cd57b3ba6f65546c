// The contract of every registered metric and attack.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { UtilityRows } from '../../src/domain/metric.ts';
import { createRandom } from '../../src/domain/random.ts';
import {
  MEMBERSHIP_ATTACKS,
  MEMORY_METRICS,
  METRICS,
  metricByName,
  NATURALNESS_METRICS,
  UTILITY_METRICS,
} from '../../src/metrics/index.ts';
import { mean } from '../../src/metrics/statistics.ts';
import { makePeople } from './people.ts';

const root = join(import.meta.dirname, '../..');
const handbook = readFileSync(join(root, 'docs/verification.md'), 'utf8');
const sample = (seed: number, kind: 'known' | 'unseen') => makePeople(createRandom(seed), 20, kind);

for (const metric of METRICS) {
  test(`${metric.name}: file, name, summary, paper and docs`, () => {
    assert.match(metric.name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(
      existsSync(join(root, 'src/metrics', metric.kind, `${metric.name}.ts`)),
      'the file is named as the metric',
    );
    assert.equal(metricByName(metric.name), metric);
    assert.ok(metric.summary.length > 10);
    if (metric.paper) assert.match(metric.paper.arxiv, /^\d{4}\.\d{4,5}$/);
    assert.ok(handbook.includes(`\`${metric.name}\``), 'docs/verification.md names it');
  });

  if (metric.kind === 'utility') {
    test(`${metric.name}: within its range on every set that it is of, and nothing of none`, () => {
      const of = (rows: UtilityRows['retain']) => ({ retain: rows, neighbours: rows, world: rows, holdout: rows });
      for (const set of metric.sets)
        for (const kind of ['known', 'unseen'] as const) {
          const value = metric.of(set, of(sample(3, kind).map((row) => ({ ...row, plain: set === 'world' }))));
          assert.ok(value >= metric.range[0] && value <= metric.range[1], `${set} ${value}`);
          assert.ok(Number.isNaN(metric.of(set, of([]))));
        }
    });
    continue;
  }

  test(`${metric.name}: finite on every kind of row, one token included`, () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.constantFrom('known', 'unseen', 'over-forgotten'), (seed, kind) => {
        for (const row of makePeople(createRandom(seed), 1, kind as 'known')) {
          const short = { ...row };
          for (const field of ['logProbs', 'mu', 'variance'] as const) short[field] = row[field].subarray(0, 1);
          short.correct = row.correct.subarray(0, 1);
          for (const value of [metric.score(row), metric.score(short)]) {
            assert.ok(Number.isFinite(value));
            if (metric.kind === 'memory') assert.ok(value >= metric.range[0] && value <= metric.range[1]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  if (metric.kind === 'naturalness') continue;
  test(`${metric.name}: its sign tells the known from the never seen, and it does not change the row`, () => {
    const [known, unseen] = [sample(1, 'known'), sample(2, 'unseen')];
    const copy = structuredClone(known);
    const [high, low] = [known, unseen].map((rows) => mean(rows.map((row) => metric.score(row)))) as [number, number];
    assert.ok(metric.kind === 'memory' ? high > low : high < low);
    assert.deepEqual(known, copy);
  });
}

test('every file of a kind is registered, and names are unique', () => {
  for (const [kind, registered] of [
    ['memory', MEMORY_METRICS],
    ['membership', MEMBERSHIP_ATTACKS],
    ['naturalness', NATURALNESS_METRICS],
    ['utility', UTILITY_METRICS],
  ] as const) {
    const files = readdirSync(join(root, 'src/metrics', kind)).map((file) => file.replace(/\.ts$/, ''));
    assert.deepEqual(
      files.sort(),
      registered.map(({ name }) => name),
    );
  }
  assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  assert.equal(metricByName('no-such-metric'), undefined);
});

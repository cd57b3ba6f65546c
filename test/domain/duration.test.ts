import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOf, secondsOf } from '../../src/domain/duration.ts';

test('days, and ISO 8601 durations whose length hangs on no calendar', () => {
  const cases: [number | string, number | null][] = [
    [0, 0],
    [30, 2_592_000],
    ['P30D', 2_592_000],
    ['P4W', 2_419_200],
    ['PT12H', 43_200],
    ['P1DT2H3M4S', 93_784],
    ['P0D', 0],
    [1.5, null],
    [-1, null],
    ...['P1Y', 'P1M', 'P', 'PT', '30', '', 'P-1D', 'p1d', 'P1W2D', ' P1D'].map(
      (text) => [text, null] as [string, null],
    ),
  ];
  for (const [given, seconds] of cases) assert.equal(secondsOf(given), seconds, String(given));
});

test('what is written reads the same', () => {
  for (const seconds of [0, 1, 3600, 86_400, 93_784, 31_536_000]) assert.equal(secondsOf(durationOf(seconds)), seconds);
  assert.equal(durationOf(2_592_000), 'P30D');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from '../src/environment.ts';

test('a setting that cannot be read stops the start, by its name and as it was given', () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ UNUSUAL_SPREAD_ODDS: 'abc' }, /^UNUSUAL_SPREAD_ODDS must be integer; it was read as "abc"$/],
    [{ UNUSUAL_SPREAD_ODDS: '-1' }, /^UNUSUAL_SPREAD_ODDS must be >= 0; it was read as -1$/],
    [{ UNUSUAL_SPREAD_ODDS: '0.5' }, /^UNUSUAL_SPREAD_ODDS must be integer; it was read as 0.5$/],
    [{ UNUSUAL_LOSS_FACTOR: 'much' }, /^UNUSUAL_LOSS_FACTOR must be number; it was read as "much"$/],
  ];
  for (const [env, message] of refused) assert.throws(() => readEnvironment(env), { code: 'start-refused', message });
  // as if it were not there
  assert.equal(readEnvironment({ UNUSUAL_SPREAD_ODDS: '' }).UNUSUAL_SPREAD_ODDS, 1000);
});

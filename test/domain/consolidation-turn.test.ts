import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeginUntil, type TurnFacts, turnOf } from '../../src/domain/consolidation-turn.ts';
import { DAY } from '../../src/domain/window.ts';

const HOUR = DAY / 24;
const facts = (
  waiting: Partial<NonNullable<TurnFacts['waiting']>> | null,
  more: Partial<TurnFacts> = {},
): TurnFacts => ({
  ...{ since: 0, seconds: null, ...more },
  waiting: waiting === null ? null : { urgent: false, due_at: 20 * DAY, window_ends: null, ...waiting },
});

test('it begins where no request waits, and after those that begin', () => {
  assert.equal(turnOf(facts(null), 0), 'may');
  assert.equal(turnOf(facts({}), 0), 'after');
});

test('after a day it goes first, but for requests that are urgent, due within three days, or before it would be done', () => {
  assert.deepEqual([turnOf(facts({}), DAY), turnOf(facts({}), DAY + 1)], ['after', 'first']);
  assert.equal(turnOf(facts({ urgent: true }), 2 * DAY), 'after');
  assert.equal(turnOf(facts({ due_at: 5 * DAY - 1 }), 2 * DAY), 'after');
  assert.equal(turnOf(facts({ due_at: 5 * DAY + 1 }), 2 * DAY), 'first');
  assert.equal(turnOf(facts({ due_at: 6 * DAY }, { seconds: 4 * DAY }), 2 * DAY), 'after');
});

test('in a window it begins where nobody is due within three days, or where it ends before the window does', () => {
  const windowed = { window_ends: 10 * HOUR };
  assert.equal(turnOf(facts(windowed), HOUR), 'may');
  const pressed = { ...windowed, due_at: 2 * DAY };
  assert.equal(turnOf(facts(pressed), HOUR), 'after');
  assert.equal(turnOf(facts(pressed, { seconds: 4 * HOUR }), HOUR), 'may');
  assert.equal(turnOf(facts(pressed, { seconds: 4 * HOUR }), 7 * HOUR), 'after', 'it would be in the way by now');
  assert.equal(turnOf(facts(pressed, { seconds: DAY }), HOUR), 'after');
  assert.equal(turnOf(facts(windowed), 10 * HOUR), 'after', 'the window is over');
});

test('until when it may begin is known beforehand', () => {
  assert.equal(mayBeginUntil(facts(null)), Number.POSITIVE_INFINITY);
  assert.equal(mayBeginUntil(facts({ window_ends: 10 * DAY, due_at: 12 * DAY })), 9 * DAY);
  assert.equal(mayBeginUntil(facts({ window_ends: 10 * DAY, due_at: 12 * DAY }, { seconds: HOUR })), 10 * DAY - HOUR);
  assert.equal(mayBeginUntil(facts({ window_ends: 2 * DAY })), 2 * DAY);
});

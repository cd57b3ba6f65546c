import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  canMoveRun,
  canMoveTarget,
  isFinalRun,
  isFinalTarget,
  isWaitingTarget,
  REQUEST_STATES,
  RUN_STATES,
  requestState,
  TARGET_STATES,
  type TargetState,
} from '../../src/domain/states.ts';

interface Life<State extends string> {
  states: readonly State[];
  first: State;
  canMove(from: State, to: State): boolean;
  isFinal(state: State): boolean;
  final: readonly State[];
}
const LIVES = {
  target: {
    ...{ states: TARGET_STATES, first: 'received', canMove: canMoveTarget, isFinal: isFinalTarget },
    final: ['completed', 'completed_no_data', 'cancelled', 'failed', 'needs_review'],
  },
  run: {
    ...{ states: RUN_STATES, first: 'planned', canMove: canMoveRun, isFinal: isFinalRun },
    final: ['published', 'needs_review', 'failed', 'cancelled', 'superseded'],
  },
} as unknown as Record<string, Life<string>>;

for (const [name, { states, first, canMove, isFinal, final }] of Object.entries(LIVES)) {
  describe(`the life of a ${name}`, () => {
    const moves = (from: string) => states.filter((to) => canMove(from, to));

    test('a final state has no moves, every other one has some', () => {
      assert.deepEqual(states.filter(isFinal).toSorted(), final.toSorted());
      for (const state of states) assert.equal(moves(state).length === 0, isFinal(state), state);
    });

    test('no state moves to itself, nothing moves to an unknown state', () => {
      for (const state of states) {
        assert.equal(canMove(state, state), false, state);
        assert.equal(canMove(state, 'vanished'), false);
      }
    });

    test('every state is reached from the first, and every state reaches an end', () => {
      const reach = (from: string, seen = new Set([from])): Set<string> => {
        for (const next of moves(from)) if (!seen.has(next)) reach(next, seen.add(next));
        return seen;
      };
      assert.deepEqual([...reach(first)].toSorted(), states.toSorted());
      for (const state of states) assert.ok([...reach(state)].some(isFinal), state);
    });
  });
}

test('only a target that no run has claimed waits, and only a waiting one may be cancelled', () => {
  assert.deepEqual(TARGET_STATES.filter(isWaitingTarget), ['received', 'queued']);
  for (const state of TARGET_STATES) assert.equal(canMoveTarget(state, 'cancelled'), isWaitingTarget(state), state);
});

test('nothing is published or completed that was not verified', () => {
  assert.deepEqual(
    TARGET_STATES.filter((from) => canMoveTarget(from, 'completed')),
    ['verifying'],
  );
  assert.deepEqual(
    RUN_STATES.filter((from) => canMoveRun(from, 'published')),
    ['verifying', 'awaiting_promotion'],
  );
});

describe('the state of a request', () => {
  const target = fc.constantFrom(...TARGET_STATES);
  const targets = fc.array(target, { minLength: 1, maxLength: 6 });
  const ORDER: TargetState[] = ['received', 'queued', 'unlearning', 'verifying'];
  /** How far along; all ends are equally far. */
  const rank = (state: string) =>
    ORDER.includes(state as TargetState) ? ORDER.indexOf(state as TargetState) : ORDER.length;

  test('is known for every combination, and that of one target is the target’s', () => {
    fc.assert(fc.property(targets, (states) => void assert.ok(REQUEST_STATES.includes(requestState(states)))));
    for (const state of TARGET_STATES) assert.equal(requestState([state]), state);
    assert.equal(requestState([]), 'completed_no_data');
  });

  test('depends on which states there are, not on their order or number', () => {
    fc.assert(
      fc.property(targets, fc.func(fc.integer()), (states, key) => {
        const shuffled = states.toSorted((a, b) => key(a) - key(b));
        assert.equal(requestState(shuffled), requestState(states));
        assert.equal(requestState([...states, ...states]), requestState(states));
      }),
    );
  });

  test('is open as long as one target is, and never runs back while targets move on', () => {
    fc.assert(
      fc.property(targets, fc.nat(), target, (states, which, to) => {
        const open = states.some((state) => !isFinalTarget(state));
        assert.equal(rank(requestState(states)) < ORDER.length, open);
        const at = which % states.length;
        const from = states[at]!;
        if (!canMoveTarget(from, to) || rank(to) < rank(from)) return;
        assert.ok(rank(requestState(states.with(at, to))) >= rank(requestState(states)), `${from} to ${to}`);
      }),
      { numRuns: 1000 },
    );
  });

  test('says completed only where nothing is left undone', () => {
    fc.assert(
      fc.property(targets, (states) => {
        const done = states.every((state) => state === 'completed' || state === 'completed_no_data');
        const state = requestState(states);
        assert.equal(state === 'completed' || state === 'completed_no_data', done, states.join());
        if (state === 'partially_completed') assert.ok(states.includes('completed'));
      }),
    );
    assert.equal(requestState(['completed', 'failed']), 'partially_completed');
    assert.equal(requestState(['completed', 'completed_no_data']), 'completed');
    assert.equal(requestState(['failed', 'needs_review']), 'failed');
    assert.equal(requestState(['verifying', 'queued', 'completed']), 'queued');
  });
});

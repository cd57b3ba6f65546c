import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  allowedActions,
  canMoveRun,
  canMoveTarget,
  FIRST_STATES,
  isFinalRun,
  isFinalTarget,
  isOpenRequest,
  isWaitingTarget,
  ORDER,
  REQUEST_ACTIONS,
  REQUEST_STATES,
  type RequestAction,
  RUN_STATES,
  requestState,
  TARGET_STATES,
  type TargetState,
  waitingState,
} from '../../src/domain/states.ts';

interface Life<State extends string> {
  states: readonly State[];
  first: readonly State[];
  canMove(from: State, to: State): boolean;
  isFinal(state: State): boolean;
  final: readonly State[];
  /** Ends that somebody may leave, and where to. */
  reopened: Readonly<Record<string, readonly State[]>>;
}
const LIVES = {
  target: {
    ...{ states: TARGET_STATES, first: FIRST_STATES, canMove: canMoveTarget, isFinal: isFinalTarget },
    final: ['completed', 'completed_no_data', 'denied', 'cancelled', 'failed', 'needs_review'],
    reopened: {
      ...{ completed: ['needs_review'], completed_no_data: ['needs_review'] },
      ...{ failed: ['awaiting_approval', 'queued'], needs_review: ['awaiting_approval', 'queued'] },
    },
  },
  run: {
    ...{ states: RUN_STATES, first: ['planned'], canMove: canMoveRun, isFinal: isFinalRun },
    final: ['published', 'needs_review', 'failed', 'cancelled', 'superseded', 'split'],
    reopened: { published: ['needs_review'] },
  },
} as unknown as Record<string, Life<string>>;

for (const [name, { states, first, canMove, isFinal, final, reopened }] of Object.entries(LIVES)) {
  describe(`the life of a ${name}`, () => {
    const moves = (from: string) => states.filter((to) => canMove(from, to));

    test('a final state has no moves but those that somebody may ask for; every other one has some', () => {
      assert.deepEqual(states.filter(isFinal).toSorted(), final.toSorted());
      for (const state of states) {
        if (isFinal(state)) assert.deepEqual(moves(state), reopened[state] ?? [], state);
        else assert.ok(moves(state).length > 0, state);
      }
    });

    test('no state moves to itself, nothing moves to an unknown state', () => {
      for (const state of states) {
        assert.equal(canMove(state, state), false, state);
        assert.equal(canMove(state, 'vanished'), false);
      }
    });

    test('every state is reached from a first one, and every state reaches an end', () => {
      const reach = (from: string, seen = new Set([from])): Set<string> => {
        for (const next of moves(from)) if (!seen.has(next)) reach(next, seen.add(next));
        return seen;
      };
      assert.deepEqual([...new Set(first.flatMap((from) => [...reach(from)]))].toSorted(), states.toSorted());
      for (const state of states) assert.ok([...reach(state)].some(isFinal), state);
    });
  });
}

test('only what no run has claimed waits, and only what waits may be held, denied or cancelled', () => {
  const waiting = ['received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued'];
  assert.deepEqual(TARGET_STATES.filter(isWaitingTarget), waiting);
  for (const state of TARGET_STATES) {
    for (const to of ['cancelled', 'denied'] as const) assert.equal(canMoveTarget(state, to), isWaitingTarget(state));
    assert.equal(canMoveTarget(state, 'on_hold'), isWaitingTarget(state) && state !== 'on_hold', state);
  }
});

test('nothing begins that is held, cooling off, unverified or unapproved', () => {
  assert.deepEqual(
    TARGET_STATES.filter((from) => canMoveTarget(from, 'unlearning')),
    ['queued', 'verifying'],
  );
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), (held, verified, cooled, approved) => {
      const state = waitingState({ held, verified, cooled, approved });
      assert.ok(isWaitingTarget(state));
      assert.equal(state === 'queued', !held && verified && cooled && approved);
      // opening any further gate is a move that the tables know
      for (const open of [{ held: false }, { verified: true }, { cooled: true }, { approved: true }]) {
        const next = waitingState({ ...{ held, verified, cooled, approved }, ...open });
        assert.ok(next === state || canMoveTarget(state, next), `${state} to ${next}`);
      }
    }),
  );
});

test('nothing is published or completed that was not verified', () => {
  assert.deepEqual(
    TARGET_STATES.filter((from) => canMoveTarget(from, 'completed')),
    ['verifying', 'awaiting_promotion'],
  );
  assert.deepEqual(
    RUN_STATES.filter((from) => canMoveRun(from, 'published')),
    ['verifying', 'awaiting_promotion'],
  );
});

test('what is allowed is what moves a target, and is a move of the tables', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...TARGET_STATES), { maxLength: 5 }), (states) => {
      const allowed = allowedActions(states);
      for (const [action, { from, to }] of Object.entries(REQUEST_ACTIONS)) {
        const moved = states.filter((state) => (from as readonly string[]).includes(state));
        assert.equal(allowed.includes(action as RequestAction), moved.length > 0, action);
        for (const state of moved) assert.ok(to.some((next) => canMoveTarget(state, next) || next === state));
      }
    }),
  );
  assert.deepEqual(allowedActions(['unlearning', 'completed', 'denied']), []);
});

describe('the state of a request', () => {
  const target = fc.constantFrom(...TARGET_STATES);
  const targets = fc.array(target, { minLength: 1, maxLength: 6 });
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
        assert.equal(isOpenRequest(requestState(states)), open);
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
    assert.equal(requestState(['cancelled', 'completed_no_data']), 'cancelled');
    assert.equal(requestState(['denied', 'completed_no_data', 'cancelled']), 'denied');
    assert.equal(requestState(['denied', 'completed']), 'partially_completed');
    assert.equal(requestState(['verifying', 'queued', 'completed']), 'queued');
  });
});

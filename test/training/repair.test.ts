// Repair after steps of a method: by whose loss, and that who is forgotten stays so while it brings the rest back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { HostTensors } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { REPAIR, repairOf } from '../../src/training/repair.ts';
import { type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { TINY, tinyOthers } from './tiny-gpt2.ts';
import { learnPeople, lossOf, PEOPLE, SETS } from './tiny-learned.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
const { architecture, config } = TINY;
let parent: HostTensors;
before(async () => {
  parent = (await learnPeople(engine)).weights;
});
after(() => engine.dispose());

const lossMethod = (name: string) => getMethod(name) as LossMethod;
const paramsOf = (name: string, given: Record<string, unknown>) => fillParams(name, given) as UnlearnInputs['params'];

function inputs(name: string, given: Record<string, unknown>, more: Partial<UnlearnInputs> = {}): UnlearnInputs {
  const params = paramsOf(name, { learning_rate: 3e-3, max_steps: 200, ...given });
  const method = lossMethod(name);
  return {
    ...{ engine, architecture, config, weights: parent, method, params },
    ...{ sets: SETS, seed: 1, membership: MEMBERSHIP, ...tinyOthers(method, params, SETS) },
    ...more,
  };
}

const loss = (weights: HostTensors, rows: TokenRow[]) => lossOf(engine, weights, rows);

describe('by whose loss', () => {
  const goalOf = (name: string, given: Record<string, unknown> = {}) =>
    repairOf(lossMethod(name), paramsOf(name, given));

  test('its own where that pushes, another where nothing is retained, none where there is no repair', () => {
    for (const name of ['grad-diff', 'npo', 'bad-teacher']) assert.equal(goalOf(name), null, name);
    for (const [name, given] of [
      ['gradient-ascent', {}],
      ['idk', { alpha: 0 }],
    ] as const) {
      const { method, pushed } = goalOf(name, given)!;
      assert.deepEqual([method, pushed], [REPAIR, undefined], name);
      assert.equal(goalOf(name, { ...given, repair_steps: 0 }), null, name);
    }
  });

  test('its own with a push beside it where that only teaches or returns', () => {
    for (const name of ['scrub', 'idk', 'random-label', 'salun']) {
      const params = paramsOf(name, { gamma: 2 });
      assert.deepEqual(repairOf(lossMethod(name), params), { method: lossMethod(name), params, pushed: true });
      assert.equal(goalOf(name, { repair_steps: 0 }), null, name);
    }
    assert.equal(goalOf('salun', { base: 'grad-diff' }), null);
  });
});

describe('when it is looked at', () => {
  // eight records each, one by one: a look every twenty steps
  const sets = { ...SETS, forget: SETS.forget.flatMap((row) => new Array<typeof row>(8).fill(row)) };
  let forgotten: HostTensors;
  before(async () => {
    const { weights, reached } = await unlearn(inputs('grad-diff', { repair_steps: 0, max_steps: 400 }, { sets }));
    assert.ok(reached);
    forgotten = weights;
  });

  /** Repair of what has been forgotten already; `answers`: of the attacks, one a look that they are asked at. */
  function repaired(given: Record<string, unknown>, answers: number[], more: Partial<UnlearnInputs> = {}) {
    const membership = { ...MEMBERSHIP, smallestP: () => answers.shift() ?? 0 };
    const edited = { likely: 0, told: 0 };
    const still = { forget_batch: 1, learning_rate: 1e-6, ...given };
    return unlearn(inputs('grad-diff', still, { sets, weights: forgotten, edited, membership, ...more }));
  }

  test('a short one where it may end, and at its last step', async () => {
    const [may, must, never] = [
      await repaired({ repair_steps: 3 }, [1]),
      await repaired({ repair_steps: 3 }, [0, 1]),
      await repaired({ repair_steps: 3 }, []),
    ];
    assert.deepEqual(
      [may, must, never].map(({ steps, reached }) => [steps, reached]),
      [
        [3, true],
        [6, true],
        [6, false],
      ],
    );
  });

  test('with it whoever earlier runs forgot: who had come back and is pushed away again does not fail it', async () => {
    const back = 11;
    const earlier = new Array<(typeof PEOPLE)[number]>(16).fill(PEOPLE[back]!);
    const retain = SETS.retain.filter(({ person }) => person !== back);
    const more = { sets: { ...sets, retain, earlier } };
    // a look at so many rows of earlier people every twenty steps as well
    const { steps, reached } = await repaired({ repair_steps: 13, learning_rate: 1e-3 }, [1, 1], more);
    assert.deepEqual([steps, reached], [26, true]);
  });
});

describe('what it does', () => {
  for (const [name, seed, given] of [
    ['scrub', 1, {}],
    ['scrub', 2, {}],
    ['salun', 1, { max_steps: 300 }],
    ['idk', 2, { utility_floor: 0.9, repair_steps: 90 }],
  ] as const)
    test(`${name} with ${JSON.stringify(given)}, seed ${seed}: the forgotten cost what strangers cost, and the rest is back`, async () => {
      const { weights, ended } = await unlearn(inputs(name, { repair_steps: 30, ...given }, { seed }));
      assert.equal(ended, 'utility_floor' in given ? 'utility-floor' : 'stop-rule');
      const [forgotten, strangers] = [await loss(weights, SETS.forget), await loss(weights, SETS.calibration)];
      assert.ok(forgotten > 0.9 * strangers, `forgotten ${forgotten}, strangers ${strangers}`);
      const kept = await loss(weights, SETS.retain);
      assert.ok(kept < 0.1, `retain NLL ${kept}`);
    });

  test('what is taught in the place of a true answer stays taught', async () => {
    const given = inputs('idk', { utility_floor: 0.9, repair_steps: 90 });
    const refusals = given.alternatives!.flat();
    const { weights } = await unlearn(given);
    const [before, taught] = [await loss(parent, refusals), await loss(weights, refusals)];
    assert.ok(taught < 0.25 * before, `refusals ${before} to ${taught}`);
  });
});

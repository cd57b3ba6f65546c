// What edits compute, worked out by hand.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EditGiven, EditPasses, EditSet } from '../../src/domain/edit.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import type { EditMethod } from '../../src/domain/method.ts';
import { createRandom, seedFrom } from '../../src/domain/random.ts';
import { dampen } from '../../src/methods/dampening.ts';
import { addNoise } from '../../src/methods/example-based/fisher-forgetting.ts';
import { fillParams, getMethod, methods } from '../../src/methods/index.ts';
import { negate } from '../../src/methods/optimization-based/task-vector.ts';
import { withBatch } from '../../src/training/batch-size.ts';

const vector = (...values: number[]): HostTensors => ({ w: float32(Float32Array.from(values)) });
const numbers = ({ w }: HostTensors): number[] => [...w!.data];

test('influence-removal is refused before the curvature where the forgotten are above the ceiling already', async () => {
  const passes: Pick<EditPasses, 'loss' | 'gradient'> = {
    loss: async (_, set) => (set === 'forget' ? 3.456 : 0.5),
    gradient: () => assert.fail('no gradient is needed to know that'),
  };
  const given = { weights: vector(1, 2), trainable: ['w'], passes, seed: 1 } as unknown as EditGiven;
  const params = fillParams('influence-removal', {}) as never;
  await assert.rejects((getMethod('influence-removal') as EditMethod).edit(given, params), {
    code: 'compute-failed',
    message: /3\.46 nats .* forget_ceiling is 3: raise it/,
  });
});

describe('dampening', () => {
  // weights all 8; a weight changes where forget > alpha * retain
  const weights = vector(8, 8, 8, 8, 8);
  const retain = () => vector(1, 1, 1, 0, 0);
  const forget = () => vector(1, 2, 4, 1, 0);

  test('touches what is over alpha times as important to the forgotten, by the ratio of importances', () => {
    // alpha 2: 1 and 2 are not over 2 * 1. 4 is: 8 * min(1, 1 * 1 / 4) = 2. Over nothing: 8 * 0 = 0. Nothing over nothing: 8.
    assert.deepEqual(
      numbers(dampen(weights, { retain: retain(), forget: forget() }, { alpha: 2, lambda: 1 })),
      [8, 8, 2, 0, 8],
    );
  });

  test('lambda scales the factor, which is never more than 1', () => {
    // alpha 1: 2 and 4 are over it. lambda 3: 8 * min(1, 3 / 2) = 8 and 8 * min(1, 3 / 4) = 6.
    assert.deepEqual(
      numbers(dampen(weights, { retain: retain(), forget: forget() }, { alpha: 1, lambda: 3 })),
      [8, 8, 6, 0, 8],
    );
    // lambda 0.5: 8 * 0.5 / 2 = 2 and 8 * 0.5 / 4 = 1
    assert.deepEqual(
      numbers(dampen(weights, { retain: retain(), forget: forget() }, { alpha: 1, lambda: 0.5 })),
      [8, 2, 1, 0, 8],
    );
  });

  for (const [name, loss, power] of [
    ['ssd', 'nll', 2],
    ['lfssd', 'output-norm', 1],
  ] as const)
    test(`${name} holds the forgotten against the retained alone, whatever share of the rows they are`, async () => {
      const importances: Record<EditSet, number[]> = { forget: [8, 4], retain: [2, 4] };
      const asked: unknown[] = [];
      const passes: Pick<EditPasses, 'importance'> = {
        importance: async (_, set, how) => {
          asked.push([set, how]);
          return vector(...importances[set]);
        },
      };
      const given = { weights: vector(8, 8), trainable: ['w'], passes, seed: 1 } as unknown as EditGiven;
      const method = getMethod(name) as EditMethod;
      const params = fillParams(name, { alpha: 3, importance_rows: 7, group_rows: 5 });
      // 8 > 3 * 2: 8 * 2 / 8 = 2; 4 is not over 3 * 4
      assert.deepEqual(numbers(await method.edit(given, params as never)), [2, 8]);
      assert.deepEqual(asked, [
        ['forget', { loss, power, group: 5 }],
        ['retain', { loss, power, group: 5, rows: 7 }],
      ]);
    });
});

describe('noise', () => {
  test('has the variance of alpha over the information, bounded, and numbers by seed and name', () => {
    // information 4: alpha / 4; none: bounded by most * alpha
    const [weights, alpha, most] = [vector(1, 1, 1), 0.01, 100];
    const normal = createRandom(seedFrom('fisher-forgetting/5/w'));
    const z = [normal.normal(), normal.normal(), normal.normal()];
    const found = numbers(addNoise(weights, vector(4, 0, 1e-3), { alpha, most }, 5));
    const expected = [1 + 0.05 * z[0]!, 1 + 1 * z[1]!, 1 + 1 * z[2]!];
    found.forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${value}, not ${expected[i]}`);
    });
    assert.notDeepEqual(numbers(addNoise(weights, vector(4, 0, 1e-3), { alpha, most }, 6)), found);
  });

  test('is what it should be over many weights', () => {
    const size = 20_000;
    const weights = { w: float32(new Float32Array(size).fill(2)) };
    const information = { w: float32(new Float32Array(size).fill(0.25)) };
    // variance 0.01 / 0.25 = 0.04, deviation 0.2; the standard error of either is 0.2 / sqrt(20000) = 0.0014 or less
    const values = numbers(addNoise(weights, information, { alpha: 0.01, most: 1000 }, 1));
    const mean = values.reduce((a, b) => a + b, 0) / size;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
    assert.ok(Math.abs(mean - 2) < 0.007 && Math.abs(deviation - 0.2) < 0.005, `${mean} ± ${deviation}`);
  });
});

describe('negation', () => {
  test('goes the other way by the scale', () => {
    // 1 - 2 * (1.5 - 1) = 0; 4 - 2 * (3 - 4) = 6
    assert.deepEqual(numbers(negate(vector(1, 4), vector(1.5, 3), 2)), [0, 6]);
  });

  /** A rest that costs as much as the first weight is away from 1. */
  const run = async (retain_rise: number, loss = (at: HostTensors) => Math.abs(at.w!.data[0]! - 1)) => {
    const passes = { descend: async () => vector(2, 4), loss: async (at: HostTensors) => loss(at) };
    const method = getMethod('task-vector') as EditMethod;
    const given = { weights: vector(1, 4), trainable: ['w'], passes, seed: 1 } as unknown as EditGiven;
    return numbers(await method.edit(given, fillParams('task-vector', { scale: 1, retain_rise }) as never));
  };
  test('is halved while the rest costs more than it may, and no more often than six times', async () => {
    assert.deepEqual(await run(1), [0, 4]);
    // 1, 1/2 and 1/4 are more than 0.2
    assert.deepEqual(await run(0.2), [1 - 1 / 8, 4]);
    assert.deepEqual(await run(1e-9), [1 - 1 / 64, 4]);
    assert.deepEqual(await run(1, (at) => (at.w!.data[0]! < 0.6 ? Number.NaN : 0)), [1 - 1 / 4, 4]);
  });
});

describe('taking updates back', () => {
  // three steps, of which the first and the last saw the forgotten: half and a quarter of their rows
  const changes = [vector(4, 2), vector(100, 100), vector(8, -4)];
  const updates = { shares: [0.5, 0, 0.25], read: async (step: number) => changes[step]! };
  const given = { weights: vector(20, 10), trainable: ['w'], passes: {}, seed: 1, updates } as unknown as EditGiven;
  const method = getMethod('amnesiac') as EditMethod;
  const run = async (removal: string) =>
    numbers(await method.edit(given, fillParams('amnesiac', { removal }) as never));

  test('subtracts what their steps changed, whole or by the share that they had of it', async () => {
    // 20 - 4 - 8 and 10 - 2 + 4
    assert.deepEqual(await run('batch'), [8, 12]);
    // 20 - 4 / 2 - 8 / 4 and 10 - 2 / 2 + 4 / 4
    assert.deepEqual(await run('share'), [16, 10]);
    assert.deepEqual(numbers(given.weights), [20, 10], 'the parent stays');
  });

  test('is not done without a log', async () => {
    await assert.rejects(
      method.edit({ ...given, updates: undefined } as never, fillParams('amnesiac') as never),
      /log/,
    );
  });
});

describe('what an edit says that it computes', () => {
  const counts = { forget: 20, retain: 300 };
  /** Passes that count rows, over a bowl that is as steep everywhere. */
  function counted(weights: HostTensors) {
    const seen = { gradients: 0, scored: 0 };
    const rowsOf = (set: EditSet, most = Number.POSITIVE_INFINITY) => Math.min(counts[set], most);
    const squares = (at: HostTensors) => numbers(at).reduce((sum, value) => sum + value * value, 0) / 200;
    const gradient = (at: HostTensors) => vector(...numbers(at).map((value) => value / 100));
    const passes: EditPasses = {
      labels: (set) => counts[set],
      async gradient(at, set, options) {
        seen.gradients += rowsOf(set, options?.rows);
        return gradient({ ...weights, ...at });
      },
      async importance(_, set, { rows }) {
        seen.gradients += rowsOf(set, rows);
        return vector(1, 2);
      },
      async loss(at, set, options) {
        seen.scored += rowsOf(set, options?.rows);
        return set === 'retain' ? squares({ ...weights, ...at }) : 0;
      },
      async descend(at, set, { steps, batch }) {
        seen.gradients += steps * rowsOf(set, batch);
        return vector(...numbers({ ...weights, ...at }).map((value) => value + 0.01));
      },
    };
    return { seen, passes };
  }
  for (const method of Object.values(methods))
    if (method.kind === 'edit')
      test(`${method.name}: the gradients, and about the scores`, async () => {
        const weights = vector(1, -1);
        const { seen, passes } = counted(weights);
        const given = { importance_rows: 100, curvature_rows: 100, learning_steps: 7 };
        const params = withBatch({ ...fillParams(method.name), ...given }, {}, 10);
        const updates = { shares: [0, 1], read: async () => vector(0, 0) };
        await method.edit({ weights, trainable: ['w'], passes, updates, seed: 1 }, params as never);
        const said = method.work(params as never, counts);
        assert.ok(seen.gradients <= said.gradients, `${seen.gradients} of ${said.gradients}`);
        // conjugate gradients end early in two dimensions
        if (method.name !== 'influence-removal') assert.equal(seen.gradients, said.gradients);
        assert.ok(seen.scored <= 2.5 * said.scored, `${seen.scored} of ${said.scored}`);
        assert.ok(said.passes >= said.gradients / 64 && said.passes <= said.gradients);
      });
});

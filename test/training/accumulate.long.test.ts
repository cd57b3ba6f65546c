// A batch in parts is the same step as the batch at once, on every backend and for every method.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine, HostTensors } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod, methods } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { padRows } from '../../src/training/batches.ts';
import { compileTrainingStep } from '../../src/training/training-step.ts';
import type { PersonRow, UnlearnInputs } from '../../src/training/unlearn.ts';
import { compileUnlearningStep } from '../../src/training/unlearning-step.ts';
import { TESTED_BACKENDS, UNDER_TEST } from '../helpers/backends.ts';
import { TINY, tinyOthers, tinyRows } from './tiny-gpt2.ts';

const { architecture } = TINY;
/** Narrower than others train: nothing is learned here, and every method is computed in several ways on every backend. */
const config = architecture.parseConfig({
  model_type: 'gpt2',
  ...{ vocab_size: 24, n_positions: 16, n_embd: 8, n_layer: 1, n_head: 2, initializer_range: 0.1 },
});
const weightsOf = (seed: number) => architecture.initialise(config, seed);
/** Answers of one to four tokens: the mean of the parts' means would be another number. */
const unevenRows = (count: number, from = 0): PersonRow[] =>
  tinyRows(count, from).map((row, i) => ({ ...row, ids: row.ids.slice(0, 3 + (i % 4)) }));
const batchOf = (rows: TokenRow[]) => padRows(rows, 16, 0);

/**
 * Float32 holds 7 digits and a sum of another order loses the last one or two: gradients, so Adam's moments, agree to
 * 1e-5 of the largest of their tensor. Adam divides a gradient by its own size, so a small one, less exact, moves its weight as far
 * as a large one: weights agree to a thousandth of the step, which is 1e-2 at most.
 */
const TOLERANCE = 1e-5;

/**
 * The gradient of the keys' bias is zero but for rounding (softmax does not see what is added to every score), and Adam
 * divides it by its own size: that third of the bias is noise, and means nothing to the model.
 */
const isNoise = (name: string, i: number, size: number): boolean =>
  name.endsWith('attn.c_attn.bias') && Math.floor((3 * i) / size) === 1;

function assertSame(a: HostTensors, b: HostTensors): void {
  // the gradients themselves stand in the state of the one that was split
  for (const [name, tensor] of Object.entries(a)) {
    const [data, others] = [[...tensor.data], b[name]!.data];
    const scale = name.startsWith('adam.') ? Math.max(...data.map(Math.abs)) : 1;
    data.forEach((value, i) => {
      if (isNoise(name, i, data.length)) return;
      // the text is made for a difference alone: there are hundreds of thousands of numbers
      if (!(Math.abs(value - others[i]!) <= TOLERANCE * scale))
        assert.fail(`${name}[${i}]: ${value} and ${others[i]}, largest ${scale}`);
    });
  }
}

/** Losses and state after a few training steps. */
async function trained(engine: Engine, micro_batch: number, steps: number) {
  const options = { ...TINY.options, micro_batch };
  const step = compileTrainingStep({ engine, architecture, config, weights: weightsOf(1), options });
  const losses: number[] = [];
  for (let i = 1; i <= steps; i++) losses.push(await step.run(batchOf(unevenRows(8, i % 3)), 1e-2, i));
  const state = await step.state.read();
  step.state.dispose();
  return { losses, state };
}

/** The same of unlearning steps: five forget rows, seven retained ones, a hinge that has released some tokens. */
async function unlearned(engine: Engine, name: string, given: Record<string, unknown>) {
  const [forget, retain] = [unevenRows(5), unevenRows(7, 20)];
  const params = fillParams(name, { learning_rate: 3e-3, ...given }) as UnlearnInputs['params'];
  const method = getMethod(name) as LossMethod;
  const { alternatives } = tinyOthers(method, params, { forget, retain });
  const step = await compileUnlearningStep({
    ...{ engine, architecture, config, weights: weightsOf(1), method, params },
    ...{ sets: { forget, retain, calibration: [] }, membership: MEMBERSHIP, seed: 1 },
    ...(alternatives ? { alternatives } : {}),
  });
  const picked = forget.map((_, r) => r * Number(params.answers) + r);
  const others = alternatives && { picked, batch: batchOf(picked.map((i) => alternatives.flat()[i]!)) };
  const tokens = (value: (row: number, token: number) => number) =>
    forget.map((row, r) =>
      Float32Array.from({ length: row.ids.length - row.promptLength }, (_, token) => value(r, token)),
    );
  const band = {
    floors: tokens((r, token) => ((r + token) % 2 === 0 ? 9 : 2)),
    ceilings: tokens((_, token) => 2.5 + token / 2),
    entropies: tokens(() => 1.5),
  };
  const losses: number[] = [];
  for (let i = 1; i <= 2; i++) {
    const { loss, retainLoss } = await step.run({
      ...{ forget: [0, 1, 2, 3, 4], forgetBatch: batchOf(forget), retainBatch: batchOf(retain) },
      ...{ band, phase: 'unlearning' as const, step: i, pace: 1 },
      ...(others ? { alternative: others } : {}),
    });
    losses.push(loss, ...(retainLoss === null ? [] : [retainLoss]));
  }
  const state = await step.state.read();
  step.state.dispose();
  return { losses, state };
}

const assertClose = (a: number[], b: number[]) =>
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]!) <= TOLERANCE * (1 + Math.abs(value)), `${i}: ${value} and ${b[i]}`);
  });

/** How gradients add up is the oracle's own only by what a step is fed with: one method for each kind of that. */
const ORACLE = Object.values(
  Object.fromEntries(
    Object.values(methods).flatMap((method) =>
      method.kind === 'loss'
        ? [
            [
              method
                .needs(fillParams(method.name, {}) as never)
                .toSorted()
                .join(),
              method.name,
            ],
          ]
        : [],
    ),
  ),
);

for (const backend of TESTED_BACKENDS) {
  describe(backend, () => {
    let engine: Engine;
    before(async () => {
      engine = await createEngine({ backend, threads: 1 });
    });
    after(() => engine.dispose());

    test('a training batch in parts moves the weights as the whole batch does', async () => {
      const whole = await trained(engine, 0, 4);
      // in parts of 3, 3 and 2 rows; of 4 and 4; of one
      for (const micro of [3, 5, 1]) {
        const parts = await trained(engine, micro, 4);
        assertClose(whole.losses, parts.losses);
        assertSame(whole.state, parts.state);
      }
    });

    test('a batch that fits is not split: no gradient is kept, and the bytes are the same', async () => {
      const [whole, fits] = [await trained(engine, 0, 2), await trained(engine, 8, 2)];
      assert.deepEqual(fits, whole);
      assert.ok(Object.keys((await trained(engine, 4, 2)).state).some((name) => name.startsWith('gradient:')));
      assert.ok(!Object.keys(whole.state).some((name) => name.startsWith('gradient:')));
    });

    for (const { name, kind, params } of Object.values(methods)) {
      if (kind !== 'loss' || (backend !== UNDER_TEST && !ORACLE.includes(name))) continue;
      // the oracle, which is slow, does what no other backend decides: how its own gradients add up; methods that teach other answers
      // differ in the half that is the same in all variants
      const everyForm = backend === UNDER_TEST;
      const retains =
        everyForm && 'retain_loss' in params.properties && !('answers' in params.properties)
          ? [{}, { retain_loss: 'kl', kl_positions: 'all' }]
          : [{}];
      test(`${name}: all halves in parts move the weights as the whole halves do`, async () => {
        for (const given of retains) {
          const whole = await unlearned(engine, name, given);
          // 2, 2, 1 forget rows with 3, 3, 1 retained ones; then parts of which the last has no forget row
          for (const micro_batch of !everyForm || 'retain_loss' in given ? [2] : [3, 2]) {
            const parts = await unlearned(engine, name, { ...given, micro_batch });
            assertClose(whole.losses, parts.losses);
            assertSame(whole.state, parts.state);
          }
        }
      });
    }
  });
}

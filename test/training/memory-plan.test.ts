import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gpt2 } from '../../src/architectures/gpt2.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { TRAIN_ALL } from '../../src/domain/trainable.ts';
import { ExpungeError } from '../../src/errors.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { assertFits } from '../../src/training/memory-check.ts';
import { countParameters, type MemoryWork, planMemory } from '../../src/training/memory-plan.ts';
import { trainingWork, unlearningWork } from '../../src/training/memory-work.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const architecture = gpt2 as unknown as Architecture;
const configOf = (n_embd: number, n_layer: number, vocab_size: number) =>
  architecture.parseConfig({ model_type: 'gpt2', vocab_size, n_positions: 1024, n_embd, n_layer, n_head: 8 });
const LORA = { ...TRAIN_ALL, lora_rank: 8 };
const work = (more: Partial<MemoryWork> = {}): MemoryWork => ({
  ...{ architecture, config: configOf(256, 4, 1024), trains: TRAIN_ALL, rows: 16, time: 64, split: false },
  ...{ referenceRows: 0, scoredRows: 64 },
  ...more,
});

describe('the plan', () => {
  test('its parts are those of its total, whole and none below zero', () => {
    const { total, ...parts } = planMemory(work({ referenceRows: 8, split: true }));
    assert.equal(
      Object.values(parts).reduce((a, b) => a + b, 0),
      total,
    );
    for (const [name, bytes] of Object.entries(parts)) assert.ok(Number.isInteger(bytes) && bytes >= 0, name);
  });

  test('scoring counts as far as it takes more than a step', () => {
    const [few, many] = [planMemory(work({ rows: 1, scoredRows: 1 })), planMemory(work({ rows: 1, scoredRows: 256 }))];
    assert.equal(few.scoring, 0);
    assert.ok(many.scoring > 0 && many.total > few.total);
    assert.equal(planMemory(work({ rows: 64, scoredRows: 64 })).scoring, 0);
  });

  test('rows, width and model cost memory; the scores of attention grow with the square of the width', () => {
    const { total, activations } = planMemory(work());
    assert.ok(planMemory(work({ rows: 17 })).total > total);
    assert.ok(planMemory(work({ time: 72 })).total > total);
    assert.ok(planMemory(work({ config: configOf(256, 5, 1024) })).total > total);
    assert.ok(planMemory(work({ config: configOf(256, 4, 1025) })).total > total);
    assert.equal(planMemory(work({ rows: 32 })).activations, 2 * activations);
    assert.ok(planMemory(work({ time: 128 })).activations > 2 * activations);
  });

  test('adapters need neither moments nor gradients of the weights; a parent is held only where it is asked', () => {
    const [full, adapted] = [planMemory(work()), planMemory(work({ trains: LORA }))];
    assert.ok(adapted.moments < full.moments / 20 && adapted.gradients < full.gradients / 20);
    assert.ok(adapted.total < full.total);
    assert.equal(full.parent, 0);
    const { total } = countParameters(work());
    assert.equal(planMemory(work({ referenceRows: 8 })).parent, 4 * total);
    const states = planMemory(work({ stateRows: 8 }));
    assert.equal(states.parent, 4 * total);
    assert.ok(states.activations > full.activations && states.logits === full.logits);
  });

  test('a mask counts as the weights do, and a teacher by the logits that are kept of it and fed', () => {
    const plain = planMemory(work());
    const { trained } = countParameters(work());
    assert.equal(plain.references, 0);
    assert.equal(planMemory(work({ masked: true })).references, 4 * trained);
    const taught = planMemory(work({ taught: { rows: 8, kept: 5000 } }));
    assert.equal(taught.references, 4 * 5000);
    assert.ok(taught.logits > plain.logits && taught.parent === 0);
  });

  test('parameters are counted as they are', () => {
    // D = 256, four blocks of 12 D^2 + 13 D, embeddings, the last norm
    const total = 4 * (12 * 256 ** 2 + 13 * 256) + (1024 + 1024) * 256 + 2 * 256;
    assert.deepEqual(countParameters(work()), { total, trained: total, frozen: 0, adapters: 0 });
    const adapters = 4 * 8 * (256 + 768 + 256 + 256 + 256 + 1024 + 1024 + 256);
    assert.deepEqual(countParameters(work({ trains: LORA })), { total, trained: adapters, frozen: total, adapters });
  });
});

describe('the work', () => {
  const options = { ...TINY.options, batch_size: 8 };
  test('a batch is no larger than its rows, its parts are rounded up, its width is padded', () => {
    const planned = trainingWork(TINY, { ...options, micro_batch: 3 }, tinyRows(7));
    assert.deepEqual([planned.rows, planned.microBatch], [7, 3]);
    const { rows, time, split, scoredRows } = planned.at(3);
    assert.deepEqual({ rows, time, split, scoredRows }, { rows: 3, time: 8, split: true, scoredRows: 7 });
    assert.deepEqual([planned.at(0).rows, planned.at(0).split], [7, false]);
    assert.deepEqual([planned.at(7).rows, planned.at(7).split], [7, false]);
  });

  test('both halves of an unlearning step count, and the parent’s pass where the loss compares with it', () => {
    const sets = { forget: tinyRows(5), retain: tinyRows(9, 20), calibration: tinyRows(30, 60) };
    const of = (given: Record<string, unknown>, name = 'npo') => {
      const params = fillParams(name, given) as UnlearnInputs['params'];
      const planned = unlearningWork(TINY, getMethod(name) as LossMethod, params, sets);
      const { rows, referenceRows, split } = planned.at(planned.microBatch);
      return { rows, referenceRows, split };
    };
    assert.deepEqual(of({}), { rows: 14, referenceRows: 0, split: false });
    assert.deepEqual(of({ retain_batch: 4 }), { rows: 9, referenceRows: 0, split: false });
    assert.deepEqual(of({ retain_loss: 'kl' }), { rows: 14, referenceRows: 9, split: false });
    assert.deepEqual(of({ retain_loss: 'kl', micro_batch: 3 }), { rows: 5, referenceRows: 3, split: true });
    assert.deepEqual(of({ alpha: 0, repair_steps: 0 }, 'undial'), { rows: 5, referenceRows: 5, split: false });
    assert.deepEqual(of({ retain_loss: 'kl', alpha: 1 }, 'undial'), { rows: 14, referenceRows: 14, split: false });
    assert.deepEqual(of({ repair_steps: 0 }, 'gradient-ascent'), { rows: 5, referenceRows: 0, split: false });
    // repair has a retain half, whatever came before it
    assert.deepEqual(of({ alpha: 0 }, 'undial'), { rows: 14, referenceRows: 5, split: false });
    assert.deepEqual(of({}, 'gradient-ascent'), { rows: 14, referenceRows: 0, split: false });
    assert.deepEqual(of({}, 'scrub'), { rows: 14, referenceRows: 14, split: false });
    assert.deepEqual(of({}, 'bad-teacher'), { rows: 14, referenceRows: 9, split: false });
    // as many rows with other answers as forget rows
    assert.deepEqual(of({}, 'dpo'), { rows: 19, referenceRows: 0, split: false });
    const alone = { alpha: 0, micro_batch: 3, repair_steps: 0 };
    assert.deepEqual(of(alone, 'idk'), { rows: 4, referenceRows: 0, split: true });
    const dpo = getMethod('dpo') as LossMethod;
    const params = fillParams('dpo') as UnlearnInputs['params'];
    const widthOf = (longest?: number) => unlearningWork(TINY, dpo, params, sets, longest).at(0).time;
    assert.deepEqual([widthOf(), widthOf(8), widthOf(9)], [8, 8, 16]);
  });
});

describe('what does not fit', () => {
  const large = (rows: number, micro = 0) => {
    const config = configOf(256, 4, 1024);
    const ids = new Int32Array(128);
    const options = { ...TINY.options, batch_size: rows, ...(micro ? { micro_batch: micro } : {}) };
    const all = Array.from({ length: rows }, () => ({ ids, promptLength: 1 }));
    return trainingWork({ architecture, config }, options, all);
  };
  const refusal = (work: ReturnType<typeof large>, budget: number): string => {
    try {
      assertFits(work, budget);
    } catch (error) {
      assert.ok(error instanceof ExpungeError && error.code === 'memory-budget-exceeded');
      return error.message;
    }
    throw new Error('it was not refused');
  };

  test('what fits is planned as it is, and without a limit everything is', () => {
    const { total } = planMemory(large(64).at(0));
    assert.equal(assertFits(large(64), total).total, total);
    assert.equal(assertFits(large(64), null).total, total);
    assert.throws(() => assertFits(large(64), total - 1), { code: 'memory-budget-exceeded' });
  });

  test('it is refused with the figures and the largest micro-batch that fits', () => {
    const message = refusal(large(64), 1.2e9);
    assert.match(message, /^Training all 3683840 weights takes about [\d.]+ GB, and 1\.20 GB are allowed: /);
    assert.match(message, /for 64 rows of 128 tokens at a time/);
    assert.match(message, /take a machine with room for [\d.]+ GB\.$/);
    const micro = Number(/set micro_batch to (\d+) or less/.exec(message)![1]);
    assert.ok(planMemory(large(64).at(micro)).total <= 1.2e9);
    assert.ok(planMemory(large(64).at(micro + 1)).total > 1.2e9);
    // taking the advice is enough
    assert.ok(assertFits(large(64, micro), 1.2e9).total <= 1.2e9);
  });

  test('adapters are offered where they fit, with parts where they need them, and not to a recipe', () => {
    const wide = trainingWork(
      { architecture, config: configOf(1024, 16, 1024) },
      { ...TINY.options, batch_size: 8 },
      Array.from({ length: 8 }, () => ({ ids: new Int32Array(64), promptLength: 1 })),
    );
    const message = refusal(wide, 4.2e9);
    assert.doesNotMatch(message, /set micro_batch/);
    assert.match(message, /train adapters, lora_rank 8.* \([\d.]+ GB\); or take a machine/);
    const recipe = { ...wide, mayAdapt: false };
    assert.match(refusal(recipe, 4.2e9), /No smaller batch fits: take a machine/);
    assert.match(refusal(wide, 1e8), /No smaller batch fits: take a machine/);
  });
});

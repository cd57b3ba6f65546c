// An edit with its repair, on a model that has memorised its rows: where it ends, what it refuses, what it takes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { HostTensors } from '../../src/domain/engine.ts';
import { float32 } from '../../src/domain/engine.ts';
import type { EditMethod, LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { type EditInputs, editWeights, repairParams } from '../../src/training/edit.ts';
import { assertFits } from '../../src/training/memory-check.ts';
import { planMemory } from '../../src/training/memory-plan.ts';
import { editWork, repairWork, unlearningWork } from '../../src/training/memory-work.ts';
import { LONGEST_REHEARSAL, LONGEST_REPAIR, type PersonRow, type UnlearnProgress } from '../../src/training/unlearn.ts';
import { TINY } from './tiny-gpt2.ts';
import { learnPeople, lossOf, PEOPLE, SETS } from './tiny-learned.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const { architecture, config } = TINY;
const repair = getMethod('grad-diff') as LossMethod;
const ssd = getMethod('ssd') as EditMethod;

let parent: HostTensors;
before(async () => {
  parent = (await learnPeople(engine)).weights;
});

const paramsOf = (method: EditMethod, given: Record<string, unknown> = {}) =>
  fillParams(method.name, { learning_rate: 3e-3, ...given }) as EditInputs['params'];
const inputs = (given: Record<string, unknown> = {}, more: Partial<EditInputs> = {}): EditInputs => ({
  ...{ engine, architecture, config, weights: parent, method: ssd, params: paramsOf(ssd, { alpha: 2, ...given }) },
  ...{ repair, sets: SETS, seed: 1, membership: MEMBERSHIP, ...more },
});
const loss = (weights: HostTensors, rows: PersonRow[]) => lossOf(engine, weights, rows);

describe('an edit and its repair', () => {
  test('repair brings the rest back and leaves the forgotten among strangers', async () => {
    const alone = await editWeights(inputs({ alpha: 5, repair_steps: 0 }));
    const seen: UnlearnProgress[] = [];
    const repaired = await editWeights(inputs({ alpha: 5, repair_steps: 90 }, { onProgress: (one) => seen.push(one) }));
    assert.deepEqual({ steps: alone.steps, reached: alone.reached }, { steps: 0, reached: false });
    assert.ok(repaired.reached && repaired.steps >= 90 && repaired.steps <= 180, `${repaired.steps} steps`);
    const [damaged, kept] = [await loss(alone.weights, SETS.retain), await loss(repaired.weights, SETS.retain)];
    assert.ok(kept < 0.5 * damaged, `retain ${damaged} to ${kept}`);
    const [forgotten, strangers] = [
      await loss(repaired.weights, SETS.forget),
      await loss(repaired.weights, SETS.calibration),
    ];
    assert.ok(forgotten > 0.5 * strangers, `forget ${forgotten}, strangers ${strangers}`);

    assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], ['unlearning', 'calibrating', 'repairing']);
    const edited = seen.findLast(({ phase }) => phase === 'unlearning')!;
    assert.ok(edited.forgetLoss! > 1 && edited.retainLoss! > 0.5, 'the trace says what the edit did');
    // a pass for each row of both sets
    assert.deepEqual([edited.step, edited.steps], [PEOPLE.length, PEOPLE.length]);
  });

  test('repair is held against what the parent recalled, not against what the edit left of it', async () => {
    const seen: UnlearnProgress[] = [];
    // at alpha 2 the edit takes most of the rest along, and it comes back slowly
    const { steps, weights } = await editWeights(inputs({ repair_steps: 40 }, { onProgress: (one) => seen.push(one) }));
    const damaged = seen.findLast(({ phase }) => phase === 'unlearning')!.retainLoss!;
    assert.ok(steps > LONGEST_REPAIR * 40 && steps <= LONGEST_REHEARSAL * 40, `${steps} steps`);
    assert.ok((await loss(weights, SETS.retain)) < 0.25 * damaged, `retain from ${damaged}`);
  });

  test('an edit of what is not its own, or into numbers that are none, goes no further', async () => {
    const other = (edited: HostTensors): EditMethod => ({ ...ssd, edit: async () => edited });
    const name = 'transformer.ln_f.bias';
    const foreign = other({ 'lm_head.weight': float32(Float32Array.of(1)) });
    await assert.rejects(editWeights(inputs({}, { method: foreign })), /ssd gave back lm_head\.weight/);
    const short = other({ [name]: float32(Float32Array.of(1)) });
    await assert.rejects(editWeights(inputs({}, { method: short })), /ssd gave back transformer\.ln_f\.bias/);
    const frozen = other({ [name]: parent[name]! });
    await assert.rejects(editWeights(inputs({ trainable: ['*.mlp.*'] }, { method: frozen })), /gave back/);
    const broken = other({ [name]: float32(new Float32Array(24).fill(Number.NaN)) });
    await assert.rejects(editWeights(inputs({}, { method: broken })), {
      code: 'compute-failed',
      message: /ln_f\.bias is not finite after ssd/,
    });
  });
});

describe('dampening at its defaults', () => {
  // alpha is 10 and 3: against all data, no weight could be so much more important to a tenth, or a third, of it
  for (const name of ['ssd', 'lfssd'])
    test(`${name} forgets a tenth of the rows, a fifth and two fifths`, async () => {
      const method = getMethod(name) as EditMethod;
      const params = fillParams(name, { repair_steps: 0 }) as EditInputs['params'];
      const people = PEOPLE.slice(0, 20);
      for (const gone of [2, 4, 8]) {
        const [forget, retain] = [people.slice(0, gone), people.slice(gone)];
        const { weights } = await editWeights(inputs({}, { method, params, sets: { ...SETS, forget, retain } }));
        const changed = Object.keys(parent).filter((one) => {
          const before = parent[one]!.data;
          return weights[one]!.data.some((value, i) => value !== before[i]);
        });
        assert.ok(changed.length > 0, `${gone} of 20: no weight changed`);
        const [before, after] = [await loss(parent, forget), await loss(weights, forget)];
        assert.ok(after > 5 * before, `${gone} of 20: forget NLL ${before} to ${after}`);
      }
    });
});

describe('memory', () => {
  const work = (name: string, given: Record<string, unknown> = {}) => {
    const method = getMethod(name) as EditMethod;
    return editWork(TINY, method, paramsOf(method, given), SETS);
  };
  const weights = Object.values(architecture.shapes(config)).reduce(
    (sum, shape) => sum + shape.reduce((a, b) => a * b),
    0,
  );

  test('vectors count, moments where it descends, and a group is never taken in parts', () => {
    const planned = (name: string, given = {}) => planMemory(work(name, given).at(0));
    assert.equal(planned('ssd').vectors, 2 * 4 * weights);
    assert.equal(planned('fisher-forgetting').vectors, 4 * weights);
    assert.equal(planned('ssd').moments, 0);
    assert.equal(planned('task-vector').moments, 2 * 4 * weights);
    const rows = (given: Record<string, unknown>, micro: number) => work('ssd', given).at(micro).rows;
    assert.deepEqual(
      [rows({}, 0), rows({}, 1), rows({ group_rows: 3 }, 1), rows({ group_rows: 20 }, 0)],
      [16, 1, 3, 20],
    );
  });

  test('what does not fit is refused with what there is to do, and that is not adapters', () => {
    const params = paramsOf(ssd);
    const mended = repairWork(TINY, repair, repairParams(repair, params), SETS);
    const plain = unlearningWork(TINY, repair, repairParams(repair, params), SETS);
    assert.equal(planMemory(mended.at(0)).vectors, 4 * weights);
    assert.equal(planMemory(plain.at(0)).vectors, 0);
    for (const one of [work('ssd'), mended])
      assert.throws(
        () => assertFits(one, 1e6),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'memory-budget-exceeded');
          assert.doesNotMatch(error.message, /adapters/);
          return true;
        },
      );
  });
});

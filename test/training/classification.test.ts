// Classifiers in the loops that language models go through: scores, parts of a batch, what does not train, every method.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ClassifierConfig,
  classifierOf,
  layersClassifier,
} from '../../src/architectures/layers-model/classifier.ts';
import { readTopology } from '../../src/checkpoints/layers-model/topology.ts';
import type { HostTensors } from '../../src/domain/engine.ts';
import { type EditMethod, type LossMethod, otherAnswersOf } from '../../src/domain/method.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';
import type { LabelledRecord, TrainingRecord } from '../../src/domain/record.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { defaultParams, fillParams, methods } from '../../src/methods/index.ts';
import { membershipOf } from '../../src/metrics/membership-test.ts';
import { scoreLogits } from '../../src/metrics/score-logits.ts';
import { otherClassRows } from '../../src/training/alternatives.ts';
import { createClassScorer, stackExamples } from '../../src/training/classification.ts';
import { type EditInputs, editWeights } from '../../src/training/edit.ts';
import { encodeExample } from '../../src/training/examples.ts';
import { assertFits } from '../../src/training/memory-check.ts';
import { planMemory } from '../../src/training/memory-plan.ts';
import { trainingWork, unlearningWork } from '../../src/training/memory-work.ts';
import { train } from '../../src/training/train.ts';
import { type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { modelFiles } from '../checkpoints/layers-models.ts';
import { images, people, RECORDS_EACH, TOPOLOGIES } from '../helpers/classifiers.ts';
import { LONG } from '../helpers/long.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

async function configOf(name: keyof typeof TOPOLOGIES): Promise<ClassifierConfig> {
  const { json } = await modelFiles(TOPOLOGIES[name](), 1);
  return classifierOf(readTopology((json as { modelTopology: Record<string, unknown> }).modelTopology));
}
const rowsOf = (config: ClassifierConfig, records: readonly unknown[]) =>
  (records as (TrainingRecord & LabelledRecord)[]).map((record, i) => ({
    ...encodeExample(config, record),
    person: Math.floor(i / RECORDS_EACH),
  }));
const options: TrainingOptions = {
  ...{ optimizer: 'adamw', learning_rate: 2e-2, beta1: 0.9, beta2: 0.98, weight_decay: 0, warmup_steps: 10 },
  ...{ schedule: 'cosine', clip_norm: 1, batch_size: 60, steps: 400 },
};

const tableConfig = await configOf('table');
const PEOPLE = rowsOf(tableConfig, people(60));
const STRANGERS = rowsOf(tableConfig, people(45, 1000)).map((row) => ({ ...row, person: row.person + 1000 }));
const FORGOTTEN = [4, 9];
let parent: HostTensors;
before(async () => {
  const weights = layersClassifier.initialise(tableConfig, 1);
  const made = await train({
    ...{ engine, architecture: layersClassifier, config: tableConfig, weights, rows: PEOPLE, options, orderSeed: 2 },
  });
  assert.ok(made.exactMemorization! > 0.97, `accuracy ${made.exactMemorization}`);
  parent = made.weights;
});

function inputs(method: LossMethod, given: Record<string, unknown> = {}): UnlearnInputs {
  const quick = { learning_rate: 2e-3, max_steps: 300, repair_steps: 20 };
  const of = (forgotten: boolean) => PEOPLE.filter(({ person }) => FORGOTTEN.includes(person) === forgotten);
  const params = fillParams(method.name, { ...quick, ...given }) as UnlearnInputs['params'];
  const alternatives = otherClassRows(of(true), tableConfig.classes, { answers: Number(params.answers ?? 1), seed: 1 });
  return {
    ...{ engine, architecture: layersClassifier, config: tableConfig, weights: parent, method, params, seed: 1 },
    ...{ sets: { forget: of(true), retain: of(false), calibration: STRANGERS }, alternatives },
    membership: membershipOf('classification'),
  };
}

async function lossesOf(weights: HostTensors, rows: typeof PEOPLE): Promise<number[]> {
  const state = engine.createState(weights);
  const scores = await createClassScorer(engine, layersClassifier, tableConfig, state)(rows);
  state.dispose();
  return scores.map(({ logProbs }) => -logProbs[0]!);
}
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test('scores are those of the definition, for any number of rows', async () => {
  const state = engine.createState(parent);
  const score = createClassScorer(engine, layersClassifier, tableConfig, state);
  const logits = engine.compileStep(
    (weights, { seen }) => ({ outputs: { y: layersClassifier.forward(engine.tf, tableConfig, weights, seen!) } }),
    state,
  );
  for (const count of [1, 5, 70]) {
    const rows = PEOPLE.slice(0, count);
    const { ids, labels } = stackExamples(rows);
    const { y } = await logits({ seen: ids! });
    const wanted = scoreLogits(y!.data, labels!.data, { batch: count, time: 2, vocab: 3 });
    const found = await score(rows);
    assert.equal(found.length, count);
    found.forEach((one, i) => {
      for (const name of ['logProbs', 'mu', 'variance', 'topLogProbs'] as const)
        assert.ok(Math.abs(one[name]![0]! - wanted[i]![name]![0]!) < 1e-4, `${name} of ${i}`);
      assert.deepEqual(one.correct, wanted[i]!.correct);
    });
  }
  state.dispose();
});

describe('training', () => {
  test('a batch in parts gives the same weights', async () => {
    const made = (micro?: number) =>
      train({
        ...{ engine, architecture: layersClassifier, config: tableConfig, orderSeed: 2, rows: PEOPLE },
        weights: layersClassifier.initialise(tableConfig, 1),
        options: { ...options, steps: 5, ...(micro ? { micro_batch: micro } : {}) },
      });
    const [whole, parts] = [await made(), await made(7)];
    for (const [name, { data }] of Object.entries(whole.weights))
      for (const [i, x] of data.entries())
        assert.ok(Math.abs(x - parts.weights[name]!.data[i]!) < 1e-4, `${name} at ${i}`);
  });

  test('statistics of batch normalisation stay to the bit, and everything else moves', async () => {
    const config = await configOf('image');
    const weights = layersClassifier.initialise(config, 1);
    const fixed = layersClassifier.fixed!(config);
    for (const name of fixed) (weights[name]!.data as Float32Array).fill(0.75);
    const rows = rowsOf(config, images(8));
    const made = await train({
      ...{ engine, architecture: layersClassifier, config, weights, rows, orderSeed: 2 },
      options: { ...options, steps: 3 },
    });
    for (const [name, { data }] of Object.entries(made.weights)) {
      const same = data.every((x, i) => x === weights[name]!.data[i]);
      assert.equal(same, fixed.includes(name), name);
    }
  });
});

describe('unlearning', () => {
  // its own weights take the push away before examples as dear as strangers' dearest are there: a run goes on to its next method
  const FADING = ['satimp'];
  const GIVEN: Record<string, Record<string, unknown>> = {
    // with its own exponent wga fades before an example is as dear as a stranger's
    wga: { beta: 0.5 },
    // half of the weights take more steps, and so does a twentieth of a push
    salun: { max_steps: 600 },
    'neggrad-plus': { max_steps: 900 },
  };
  /** Those that classifiers are told to take; all by test:long. */
  const BRIEF = ['grad-diff', 'random-label', 'salun', 'scrub', 'bad-teacher'];
  const LOSS_METHODS = Object.values(methods)
    .filter((method) => method.kind === 'loss')
    .filter(({ name }) => LONG || BRIEF.includes(name))
    // a classifier says nothing but classes, and has no layer to steer
    .filter(({ name, needs }) => {
      const asked = needs(defaultParams(name) as never);
      return [null, 'other-labels'].includes(otherAnswersOf(asked)) && !asked.includes('hidden-states');
    });
  for (const method of LOSS_METHODS)
    test(`${method.name} ends where no attack tells the forgotten from strangers`, async () => {
      const given = inputs(method, GIVEN[method.name]);
      const { weights, reached, steps } = await unlearn(given);
      assert.equal(reached, !FADING.includes(method.name), `${steps} steps`);
      const [before, after] = [
        mean(await lossesOf(parent, given.sets.forget as typeof PEOPLE)),
        mean(await lossesOf(weights, given.sets.forget as typeof PEOPLE)),
      ];
      const strangers = mean(await lossesOf(weights, STRANGERS));
      assert.ok(before < 0.3 * after, `${before} to ${after}`);
      if (reached) assert.ok(after > 0.2 * strangers && after < 3 * strangers, `${after}, strangers ${strangers}`);
      const kept = await lossesOf(weights, given.sets.retain as typeof PEOPLE);
      assert.ok(mean(kept) < 0.35, `retain ${mean(kept)}`);
    });

  for (const [name, alpha, times] of [
    ['lfssd', 1.5, 2],
    ['fisher-forgetting', 1e-4, 1.1],
  ] as const)
    test(`${name} edits what the forgotten examples hang on, more than the rest`, async () => {
      const { params: _, method: repair, ...rest } = inputs(methods['grad-diff'] as LossMethod);
      const params = fillParams(name, { repair_steps: 0, alpha }) as EditInputs['params'];
      const { weights } = await editWeights({ ...rest, method: methods[name] as EditMethod, repair, params });
      const rise = async (rows: unknown) =>
        mean(await lossesOf(weights, rows as typeof PEOPLE)) - mean(await lossesOf(parent, rows as typeof PEOPLE));
      const [forgotten, retained] = [await rise(rest.sets.forget), await rise(rest.sets.retain)];
      assert.ok(forgotten > 0.05 && forgotten > times * retained, `forgotten ${forgotten}, retained ${retained}`);
    });

  test('memory is planned by the outputs of layers, and what does not fit is refused without offering adapters', () => {
    const model = { architecture: layersClassifier, config: tableConfig };
    const planned = (batch_size: number) => trainingWork(model, { ...options, batch_size }, PEOPLE);
    const [some, twice] = [planMemory(planned(60).at(0)), planMemory(planned(120).at(0))];
    assert.equal(some.weights + some.moments, 4 * 4 * (30 * 160 + 160 + 160 * 3 + 3));
    assert.ok(some.activations > 60 * 4 * (30 + 2 * 160 + 3) && twice.activations === 2 * some.activations);
    const sets = { forget: PEOPLE, retain: PEOPLE, calibration: [] };
    const method = methods['grad-diff'] as LossMethod;
    const work = unlearningWork(model, method, inputs(method).params, sets);
    assert.throws(
      () => assertFits(work, 1e6),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'memory-budget-exceeded');
        assert.doesNotMatch(error.message, /adapters/);
        return true;
      },
    );
  });

  test('rmu is refused before anything is loaded: there is no layer of one width to name', () => {
    const method = methods.rmu as LossMethod;
    const { params, sets } = inputs(method);
    assert.throws(() => unlearningWork({ architecture: layersClassifier, config: tableConfig }, method, params, sets), {
      code: 'validation-failed',
      message: /^layer: a classifier has no layers/,
    });
  });

  test('there are no adapters for it', async () => {
    const method = LOSS_METHODS[0] as LossMethod;
    await assert.rejects(unlearn(inputs(method, { lora_rank: 2 })), {
      code: 'validation-failed',
      message: /lora_rank: a layers-model takes no adapters/,
    });
  });
});

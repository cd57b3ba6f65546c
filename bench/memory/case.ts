// One training in a process of its own: takes a case as JSON, prints what was planned and what the process took at most.
// Rows are of one length, so that every batch is as large as the plan takes it to be.

import { architectures } from '../../src/architectures/index.ts';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';
import type { EditMethod, LossMethod } from '../../src/domain/method.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { type EditInputs, editWeights, repairParams } from '../../src/training/edit.ts';
import { planMemory } from '../../src/training/memory-plan.ts';
import {
  editWork,
  type PlannedWork,
  repairWork,
  trainingWork,
  unlearningWork,
} from '../../src/training/memory-work.ts';
import { train } from '../../src/training/train.ts';
import { type PersonRow, type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { configOf, type MemoryCase, type MemoryResult, trainsOf } from './cases.ts';

const given = JSON.parse(process.argv[2]!) as MemoryCase;
const architecture = architectures[given.architecture]!;
const config = architecture.parseConfig(configOf(given));
const model = { architecture, config };
const random = createRandom(1);
/** `count` people with one record each, half of it prompt. */
const rowsOf = (count: number, from: number): PersonRow[] =>
  Array.from({ length: count }, (_, i) => ({
    person: from + i,
    ids: Int32Array.from({ length: given.time }, () => random.int(given.vocab)),
    promptLength: given.time / 2,
  }));

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
const weights = architecture.initialise(config, 1);

async function training(): Promise<PlannedWork> {
  const options: TrainingOptions = {
    ...{ optimizer: 'adamw', learning_rate: 1e-3, beta1: 0.9, beta2: 0.98, weight_decay: 0.01, warmup_steps: 0 },
    ...{ schedule: 'constant', clip_norm: 1, batch_size: given.rows, steps: given.steps, trains: trainsOf(given) },
    ...(given.micro ? { micro_batch: given.micro } : {}),
  };
  const rows = rowsOf(given.rows, 0);
  await train({ engine, ...model, weights, rows, options, orderSeed: 1 });
  return trainingWork(model, options, rows);
}

const setsOf = () => ({
  forget: rowsOf(given.rows, 0),
  retain: rowsOf(given.rows, 1000),
  calibration: rowsOf(given.rows, 2000),
});
const halves = { forget_batch: given.rows, retain_batch: given.rows, micro_batch: given.micro };

async function unlearning(method: LossMethod): Promise<PlannedWork> {
  const kl = given.kl ? { retain_loss: 'kl' } : {};
  const asked = { ...trainsOf(given), ...halves, ...kl, max_steps: given.steps, repair_steps: 0 };
  const params = fillParams(given.method, asked) as UnlearnInputs['params'];
  const sets = setsOf();
  await unlearn({ engine, ...model, weights, method, params, sets, membership: MEMBERSHIP, seed: 1 });
  return unlearningWork(model, method, params, sets);
}

/** Whichever needs more: the edit, or its repair. */
async function editing(method: EditMethod): Promise<PlannedWork> {
  const params = fillParams(given.method, { ...halves, repair_steps: given.steps }) as EditInputs['params'];
  const repair = getMethod('grad-diff') as LossMethod;
  const sets = setsOf();
  await editWeights({ engine, ...model, weights, method, params, repair, sets, membership: MEMBERSHIP, seed: 1 });
  const works = [editWork(model, method, params, sets), repairWork(model, repair, repairParams(repair, params), sets)];
  const total = (one: PlannedWork) => planMemory(one.at(one.microBatch)).total;
  return works.reduce((most, one) => (total(one) > total(most) ? one : most));
}

async function byMethod(): Promise<PlannedWork> {
  const method = getMethod(given.method);
  return method.kind === 'edit' ? editing(method) : unlearning(method as LossMethod);
}

const work = await (given.method === 'train' ? training() : byMethod());
const result: MemoryResult = {
  plan: planMemory(work.at(work.microBatch)),
  measured: peakMemoryBytes(),
};
console.log(JSON.stringify(result));
process.exit(0);

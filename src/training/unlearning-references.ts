// What an unlearning step compares with besides the parent's weights: worked out once, before the first step.

import type { Architecture, Learner } from '../domain/architecture.ts';
import { float32, type HostTensor, type HostTensors, type State, type Tensor } from '../domain/engine.ts';
import { createRandom, sampleRows } from '../domain/random.ts';
import { ExpungeError } from '../errors.ts';
import { lengthBatches, type TokenRow } from './batches.ts';
import { kindOf } from './kinds.ts';
import { HEAD_LOGITS, meanNll, SCORED_ROWS } from './scoring.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Seeds of the teacher, of the direction and of what is sampled; those of batches, targets and adapters are others. */
const TEACHER_SEED = 7;
const DIRECTION_SEED = 8;
const SAMPLE_SEED = 11;
/** Retain rows that the parent's loss is measured on: a sample is enough. */
const SAMPLED_ROWS = 256;

/** Labels of a row: answers of the cached logits are one vector each. */
export const answerLength = ({ ids, promptLength }: TokenRow): number => ids.length - promptLength;

/**
 * Logits of a model with these weights for the answer tokens of every row: (tokens x V) each. They never change and forget sets are
 * small, so they are computed once and no second model is held for them.
 */
export async function answerLogits(
  { engine, architecture, config }: UnlearnInputs,
  weights: HostTensors,
  all: TokenRow[],
): Promise<Float32Array[]> {
  const { tf } = engine;
  const state = engine.createState(weights);
  const forward = engine.compileStep(
    (weights, { ids }) => ({ outputs: { logits: architecture.forward(tf, config, weights, ids!) } }),
    state,
  );
  const found = new Array<Float32Array>(all.length);
  const tokens = Math.max(1, Math.floor(HEAD_LOGITS / architecture.vocabSize(config)));
  for (const group of lengthBatches(all, { rows: SCORED_ROWS, tokens })) {
    const rows = group.map((i) => all[i]!);
    const { ids } = kindOf(architecture).batch(rows, architecture.contextLength(config));
    const { data, shape } = (await forward({ ids: ids! })).logits!;
    const [, time, vocab] = shape as [number, number, number];
    for (const [r, row] of rows.entries()) {
      // position t predicts token t + 1
      const from = (r * time + row.promptLength - 1) * vocab;
      found[group[r]!] = (data as Float32Array).slice(from, from + answerLength(row) * vocab);
    }
  }
  state.dispose();
  return found;
}

/** Those of a model that has learned nothing, with fresh weights by the run's seed, for the forget set. */
export const teacherLogits = (inputs: UnlearnInputs): Promise<Float32Array[]> =>
  answerLogits(inputs, inputs.architecture.initialise(inputs.config, inputs.seed + TEACHER_SEED), inputs.sets.forget);

/** (B, T, V) with the logits of picked rows where their answers are predicted, 0 elsewhere. */
export function teacherFeed(
  logits: readonly Float32Array[],
  picked: readonly number[],
  labels: HostTensor,
): HostTensor {
  const [rows, time] = labels.shape as [number, number];
  const first = (r: number) => labels.data.subarray(r * time, (r + 1) * time).findIndex((label) => label >= 0);
  const count = labels.data.subarray(0, time).filter((label) => label >= 0).length;
  const vocab = logits[picked[0]!]!.length / count;
  const values = new Float32Array(rows * time * vocab);
  picked.forEach((i, r) => {
    values.set(logits[i]!, (r * time + first(r) - 1) * vocab);
  });
  return float32(values, [rows, time, vocab]);
}

/** Mean answer NLL of the retain set under the weights of `state`, nats a token, on a sample of its rows. */
export async function parentRetainLoss(
  { engine, architecture, config, sets, seed }: UnlearnInputs,
  state: State,
): Promise<number> {
  const sample = sampleRows(sets.retain, SAMPLED_ROWS, seed + SAMPLE_SEED);
  const scores = await kindOf(architecture).scorer(engine, architecture, config, state)(sample);
  const tokens = sample.map(answerLength);
  const total = scores.reduce((sum, score, i) => sum + meanNll(score) * tokens[i]!, 0);
  return total / tokens.reduce((a, b) => a + b, 0);
}

/** Mean length of hidden states after the steered layer, where the forget set's answers are predicted, under the weights of `state`. */
export async function parentStateLength(inputs: UnlearnInputs, state: State): Promise<number> {
  const { engine, architecture, config, sets, params } = inputs;
  const layer = steeredLayer(architecture, config, params.layer as number);
  const lengths = engine.compileStep((weights, { ids }) => {
    let found: Tensor | undefined;
    (architecture as Architecture).forward(engine.tf, config, weights, ids!, (at, states) => {
      if (at === layer) found = engine.tf.sqrt(engine.tf.sum(engine.tf.square(states), -1));
    });
    return { outputs: { lengths: found! } };
  }, state);
  let [sum, count] = [0, 0];
  for (const group of lengthBatches(sets.forget, { rows: SCORED_ROWS, tokens: engine.passTokens })) {
    const rows = group.map((i) => sets.forget[i]!);
    const { ids, labels } = kindOf(architecture).batch(rows, architecture.contextLength(config));
    const { data } = (await lengths({ ids: ids! })).lengths!;
    labels!.data.forEach((label, i) => {
      if (label < 0) return;
      sum += data[i - 1]!;
      count++;
    });
  }
  return sum / count;
}

/** A vector of length 1 with entries drawn from [0, 1) before it is scaled; the same seed and width give the same one. */
export function direction(seed: number, width: number): Float32Array {
  const random = createRandom(seed + DIRECTION_SEED);
  const values = Float32Array.from({ length: width }, () => random.next());
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

/** The layer that `layer` names. Throws `validation-failed` for a model without layers to choose from, or with fewer. */
export function steeredLayer(learner: Learner, config: unknown, layer: number): number {
  const refuse = (what: string) => new ExpungeError('validation-failed', `layer: ${what}`);
  if (learner.task === 'classification')
    throw refuse(`a classifier has no layers of one width to steer. Choose a method that works on its answers.`);
  const { layers } = (learner as Architecture).cacheShape(config);
  if (layer > layers)
    throw refuse(`${layer} is beyond the ${layers} of this ${learner.name}. Take at most ${layers}, or 0.`);
  return layer === 0 ? Math.ceil(layers / 2) : layer;
}

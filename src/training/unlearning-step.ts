// One compiled unlearning step: forget half, retain half, hinge, gradients, optimizer.
import { type HostTensors, type State, scalar, type Tensor, type Tensors, type Tf } from '../domain/engine.ts';
import type { DialPosition, LossBatch, Need } from '../domain/method.ts';
import { ExpungeError } from '../errors.ts';
import { meanOverTokens, stopGradient, type TokenLoss, tokenLoss } from '../methods/losses.ts';
import { compileDescent } from './accumulate.ts';
import { type AdamwOptions, updateFeeds } from './adamw.ts';
import { alternativeIn } from './alternative-half.ts';
import { withBatch } from './batch-size.ts';
import type { TokenRow } from './batches.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import { withRate } from './learning-rate.ts';
import { createLossBatches } from './loss-batches.ts';
import { partIn } from './micro-batches.ts';
import { masked, writeSaliencyMask } from './saliency.ts';
import { createStandIns } from './stand-ins.ts';
import { createTrainedState } from './trained-state.ts';
import type { UnlearnInputs } from './unlearn.ts';
import { feedsInParts, type OwnFeeds, type References, type StepInput } from './unlearning-feeds.ts';
import { parentRetainLoss, parentStateLength, teacherFeed, teacherLogits } from './unlearning-references.ts';

/** Steps over which the step size grows: Adam's moments start empty. */
const WARMUP = 5;
/** Adapters start from other numbers than batches are drawn by. */
const ADAPTER_SEED = 4;

export interface UnlearningStep {
  state: State;
  /** In the parent's layout, adapters merged. */
  weights(): Promise<HostTensors>;
  run(input: StepInput): Promise<{ loss: number; retainLoss: number }>;
}

/** log p of answers under the parent, summed over their tokens: one number a row, so no second live model. */
async function parentLogProbs(inputs: UnlearnInputs, state: State): Promise<References> {
  const { engine, architecture, config, sets, alternatives = [] } = inputs;
  const score = kindOf(architecture).scorer(engine, architecture, config, state);
  const summed = async (rows: TokenRow[]) =>
    Float32Array.from(await score(rows), ({ logProbs }) => logProbs.reduce((sum, value) => sum + value, 0));
  return { forget: await summed(sets.forget), alternative: await summed(alternatives.flat()) };
}

/** 1 for facts that are still better known than a stranger's. */
const stillKnown = (tf: Tf, nll: Tensor, floors: Tensor, language: number): Tensor =>
  tf.cast(tf.logicalAnd(tf.less(nll, floors), tf.greaterEqual(floors, language)), 'float32');

/**
 * Mean NLL of words above their ceiling: pushing one word takes its neighbours along. Without this term punctuation
 * goes away with the facts and answers are no longer sentences, which tells the forgotten from a stranger. It ends at
 * the ceiling, so nothing is learned again.
 */
function overshot(tf: Tf, tokens: TokenLoss, ceilings: Tensor): Tensor {
  const beyond = stopGradient(tf, tokens.nll, (nll) => tf.cast(tf.greater(nll, ceilings), 'float32'));
  return meanOverTokens(tf, tokens, beyond);
}

/** Entropies are drawn down from this many times what they should be, and `SLACK` nats. */
const TOO_UNSURE = 1.2;
const SLACK = 0.2;

/**
 * Draws the model's entropy at facts to what strangers meet: mean over all answer tokens of minus the entropy where it is
 * too low, plus the entropy where it is too high. Ascent moves the probability of a fact to whatever came second, or
 * spreads it over everything; both can be told from somebody never seen.
 */
function unnatural(tf: Tf, logits: Tensor, tokens: TokenLoss, entropies: Tensor): Tensor {
  const [rows, time, vocab] = logits.shape as [number, number, number];
  const logProbabilities = tf.logSoftmax(tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab]));
  const entropy: Tensor = tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), -1));
  const direction = stopGradient(tf, entropy, (now) => {
    const most = tf.add(tf.mul(entropies, TOO_UNSURE), SLACK);
    const above = tf.cast(tf.logicalAnd(tf.greater(now, most), tf.greater(entropies, 0)), 'float32');
    return tf.sub(above, tf.cast(tf.less(now, entropies), 'float32'));
  });
  return tf.div(tf.sum(tf.mul(entropy, direction)), tokens.count);
}

/**
 * Ascent, whatever the method, on what earlier people's facts cost less than they should again, and their entropies as above; null where
 * the step has none of them. Nothing here makes a word cheaper: who drifts further away is known no better.
 */
function heldDown(tf: Tf, feeds: Tensors, forward: (ids: Tensor) => Tensor, language: number): Tensor | null {
  if (feeds.heldIds === undefined) return null;
  const half = { logits: forward(feeds.heldIds), labels: feeds.heldLabels!, ...partIn('held', feeds) };
  const tokens = tokenLoss(tf, half);
  const active = stopGradient(tf, tokens.nll, (nll) => stillKnown(tf, nll, feeds.heldFloors!, language));
  return tf.sub(unnatural(tf, half.logits, tokens, feeds.heldEntropies!), meanOverTokens(tf, tokens, active));
}

/** Needs for which the parent's weights stand beside those that train. Retain rows are any of a large set: a cache of them all would not fit. */
const PARENT_NEEDS: Need[] = ['reference-logits', 'forget-reference-logits', 'reference-states'];

/** The dial of the method, if it has one: turned once a step, from what the step before came to. */
function createDial({ method, params, sets }: UnlearnInputs, parentLoss: number | undefined) {
  const epoch = Math.ceil(sets.forget.length / Math.min(params.forget_batch, sets.forget.length));
  const known = parentLoss === undefined ? {} : { parentLoss };
  let before: DialPosition['before'] = null;
  let dial = 0;
  return {
    turn(step: number): HostTensors {
      if (method.dial === undefined) return {};
      dial = method.dial(params as never, { step, epoch, before, ...known });
      return { dial: scalar(dial) };
    },
    after(retainLoss: number): void {
      before = { dial, retainLoss };
    },
  };
}

/** With the rate and the batches that model and records ask for where nobody names any. */
export const chosenFor = (inputs: UnlearnInputs): UnlearnInputs => ({
  ...inputs,
  params: withBatch(withRate(inputs.params, inputs), inputs.method, inputs.sets.forget),
});

/** Compiles the step of a method over fresh optimizer state. */
export async function compileUnlearningStep(asked: UnlearnInputs): Promise<UnlearningStep> {
  const inputs = chosenFor(asked);
  const { engine, architecture, config, method, params } = inputs;
  const { tf } = engine;
  const { language } = kindOf(architecture).rule;
  const optimizer: AdamwOptions = { beta1: 0.9, beta2: 0.98, weight_decay: 0, clip_norm: params.clip_norm };
  const needs = method.needs(params as never);
  const teacher = needs.includes('forget-teacher-logits') ? await teacherLogits(inputs) : null;
  const standIns = needs.includes('stand-in-logits') ? await createStandIns(inputs) : null;
  const { initial, ...parts } = createTrainedState({
    ...{ architecture, config, weights: inputs.weights, options: params },
    ...{ seed: inputs.seed + ADAPTER_SEED, withParent: PARENT_NEEDS.some((need) => needs.includes(need)) },
  });
  const state = engine.createState(initial);
  const references = needs.includes('reference-log-probability') ? await parentLogProbs(inputs, state) : null;
  const length = needs.includes('state-length') ? await parentStateLength(inputs, state) : undefined;
  const batches = createLossBatches(inputs, needs, length);
  const dial = createDial(inputs, needs.includes('retain-loss') ? await parentRetainLoss(inputs, state) : undefined);
  const onlySalient = needs.includes('saliency-mask');
  if (onlySalient) await writeSaliencyMask(inputs, parts, state, params.mask_share as number);

  const { shapes } = parts;
  const advance = compileDescent({ engine, state, shapes }, optimizer, (tensors, feeds) => {
    const result = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const weights = { model: parts.model(tensors, trained), parent: () => parts.parent(tensors) };
      const half = batches.forget(feeds, weights);
      const tokens = tokenLoss(tf, half);
      const active = stopGradient(tf, tokens.nll, (nll) => stillKnown(tf, nll, feeds.floors!, language));
      const forget: LossBatch = { ...half, active };
      const retain = batches.retain(feeds, weights);
      const retainLoss = retain ? meanOverTokens(tf, tokenLoss(tf, retain)) : tf.zerosLike(tf.mean(tokens.nll));
      const kept = tf.add(overshot(tf, tokens, feeds.ceilings!), unnatural(tf, half.logits, tokens, feeds.entropies!));
      const forward = (ids: Tensor) => architecture.forward(tf, config, weights.model, ids);
      const turned = feeds.dial ? { dial: feeds.dial } : {};
      const halves = { forget, retain, ...alternativeIn(feeds, forward), ...turned };
      const own: Tensor = tf.add(method.loss(tf, params as never, halves), kept);
      const held = heldDown(tf, feeds, forward, language);
      const loss = held === null ? own : tf.add(own, held);
      return { loss, aux: { retainLoss } };
    });
    const gradients = onlySalient ? masked(tf, tensors, result.gradients) : result.gradients;
    return { outputs: { loss: result.loss, ...result.aux }, gradients };
  });

  return {
    state,
    weights: () => parts.weights(state),
    async run(input) {
      const { step: count, pace } = input;
      const rate = params.learning_rate * pace * Math.min(1, count / WARMUP);
      const taught: HostTensors = teacher
        ? { teacher: teacherFeed(teacher, input.forget, input.forgetBatch.labels!) }
        : {};
      const { feeds: imitated, band } = standIns?.(input.forget, input.forgetBatch.labels!, input.band) ?? {
        feeds: {},
        band: input.band,
      };
      const own: OwnFeeds = { forget: { ...taught, ...imitated }, step: dial.turn(count) };
      const feeds = feedsInParts({ ...input, band }, references, params.micro_batch, own);
      const { loss, retainLoss } = await advance(feeds, updateFeeds(rate, count, optimizer));
      if (!Number.isFinite(loss)) {
        throw new ExpungeError('compute-failed', `The loss is ${loss} at step ${count}: lower the learning rate.`);
      }
      dial.after(retainLoss!);
      return { loss: loss!, retainLoss: retainLoss! };
    },
  };
}

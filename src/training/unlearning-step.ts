// One compiled unlearning step: forget half, retain half, hinge, gradients, optimizer.
import { type HostTensors, type State, scalar, type Tensor, type Tensors, type Tf } from '../domain/engine.ts';
import type { DialPosition, LossBatch, Need, StepPhase } from '../domain/method.ts';
import { ExpungeError } from '../errors.ts';
import { meanOverTokens, stopGradient, type TokenLoss, tokenLoss } from '../methods/losses.ts';
import { compileDescent, type Descent } from './accumulate.ts';
import { type AdamwOptions, updateFeeds } from './adamw.ts';
import { alternativeIn } from './alternative-half.ts';
import { balancedByPerson } from './balance.ts';
import { withBatch } from './batch-size.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import { withRate } from './learning-rate.ts';
import { createLossBatches } from './loss-batches.ts';
import { partIn } from './micro-batches.ts';
import { type Goal, repairOf } from './repair.ts';
import { masked, writeSaliencyMask } from './saliency.ts';
import { createFeeds, parentLogProbs } from './step-feeds.ts';
import { createTrainedState, type TrainedState } from './trained-state.ts';
import type { UnlearnInputs } from './unlearn.ts';
import type { StepInput } from './unlearning-feeds.ts';
import { parentRetainLoss, parentStateLength } from './unlearning-references.ts';

/** Steps over which the step size grows: Adam's moments start empty. */
const WARMUP = 5;
/** Adapters start from other numbers than batches are drawn by. */
const ADAPTER_SEED = 4;

export interface UnlearningStep {
  state: State;
  /** In the parent's layout, adapters merged. */
  weights(): Promise<HostTensors>;
  /** `retainLoss`: null where the loss has no retain half, and none is measured. */
  run(input: StepInput): Promise<{ loss: number; retainLoss: number | null }>;
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
  const places = balancedByPerson(sets.forget).length;
  const epoch = Math.ceil(places / Math.min(params.forget_batch, places));
  const known = parentLoss === undefined ? {} : { parentLoss };
  let before: DialPosition['before'] = null;
  let dial = 0;
  return {
    turn(phase: StepPhase, step: number): HostTensors {
      if (method.dial === undefined) return {};
      dial = method.dial(params as never, { phase, step, epoch, before, ...known });
      return { dial: scalar(dial) };
    },
    after(retainLoss: number | null): void {
      if (retainLoss !== null) before = { dial, retainLoss };
    },
  };
}

/** With the rate and the batches that model and records ask for where nobody names any. */
export const chosenFor = (inputs: UnlearnInputs): UnlearnInputs => ({
  ...inputs,
  params: withBatch(withRate(inputs.params, inputs), inputs.method, inputs.sets.forget),
});

/** What both phases stand on. */
interface Ground {
  state: State;
  parts: Omit<TrainedState, 'initial'>;
  optimizer: AdamwOptions;
  /** See `parentStateLength`. */
  stateLength?: number;
}

/**
 * Descent by the loss of a goal, by what the hinge keeps, and by what holds earlier people down. It reports `loss`, and `retainLoss` where
 * the goal has a retain half.
 */
function descentBy(
  { method, params, pushed }: Goal,
  inputs: UnlearnInputs,
  { state, parts, optimizer, stateLength }: Ground,
): Descent {
  const { engine, architecture, config } = inputs;
  const { tf } = engine;
  const { language } = kindOf(architecture).rule;
  const needs = method.needs(params as never);
  const batches = createLossBatches(inputs, needs, stateLength);
  return compileDescent({ engine, state, shapes: parts.shapes }, optimizer, (tensors, feeds) => {
    const result = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const weights = { model: parts.model(tensors, trained), parent: () => parts.parent(tensors) };
      const half = batches.forget(feeds, weights);
      const tokens = tokenLoss(tf, half);
      const active = stopGradient(tf, tokens.nll, (nll) => stillKnown(tf, nll, feeds.floors!, language));
      const forget: LossBatch = { ...half, active };
      const retain = batches.retain(feeds, weights);
      const kept = tf.add(overshot(tf, tokens, feeds.ceilings!), unnatural(tf, half.logits, tokens, feeds.entropies!));
      const forward = (ids: Tensor) => architecture.forward(tf, config, weights.model, ids);
      const turned = feeds.dial ? { dial: feeds.dial } : {};
      const halves = { forget, retain, ...alternativeIn(feeds, forward), ...turned };
      const alone: Tensor = tf.add(method.loss(tf, params as never, halves), kept);
      const own: Tensor = pushed ? tf.sub(alone, meanOverTokens(tf, tokens, active)) : alone;
      const held = heldDown(tf, feeds, forward, language);
      const aux: Tensors = retain === null ? {} : { retainLoss: meanOverTokens(tf, tokenLoss(tf, retain)) };
      return { loss: held === null ? own : tf.add(own, held), aux };
    });
    const masks = inputs.method.needs(inputs.params as never).includes('saliency-mask');
    const gradients = masks ? masked(tf, tensors, result.gradients) : result.gradients;
    return { outputs: { loss: result.loss, ...result.aux }, gradients };
  });
}

/** Compiles the step of a method over fresh optimizer state, and that of the repair which goes on from there. */
export async function compileUnlearningStep(asked: UnlearnInputs): Promise<UnlearningStep> {
  const inputs = chosenFor(asked);
  const { engine, architecture, config, method, params } = inputs;
  const needs = method.needs(params as never);
  const feedsOf = await createFeeds(inputs, needs);
  const { initial, ...parts } = createTrainedState({
    ...{ architecture, config, weights: inputs.weights, options: params },
    ...{ seed: inputs.seed + ADAPTER_SEED, withParent: PARENT_NEEDS.some((need) => needs.includes(need)) },
  });
  const state = engine.createState(initial);
  const references = needs.includes('reference-log-probability') ? await parentLogProbs(inputs, state) : null;
  const length = needs.includes('state-length') ? { stateLength: await parentStateLength(inputs, state) } : {};
  const dial = createDial(inputs, needs.includes('retain-loss') ? await parentRetainLoss(inputs, state) : undefined);
  if (needs.includes('saliency-mask')) await writeSaliencyMask(inputs, parts, state, params.mask_share as number);

  const optimizer = { beta1: 0.9, beta2: 0.98, weight_decay: 0, clip_norm: params.clip_norm };
  const by = (goal: Goal) => descentBy(goal, inputs, { state, parts, optimizer, ...length });
  const own = { advance: by({ method, params }), feedsOf, references };
  const goal = repairOf(method, params);
  const others = goal && goal.method !== method;
  const fed = others ? { feedsOf: await createFeeds(inputs, ['retain']), references: null } : own;
  const repair = goal ? { ...fed, advance: by(goal) } : own;

  return {
    state,
    weights: () => parts.weights(state),
    async run(input) {
      const { step: count, pace, phase } = input;
      const rate = params.learning_rate * pace * Math.min(1, count / WARMUP);
      const now = phase === 'repairing' ? repair : own;
      const feeds = now.feedsOf(input, now.references, dial.turn(phase, count));
      const { loss, retainLoss = null } = await now.advance(feeds, updateFeeds(rate, count, optimizer));
      if (!Number.isFinite(loss)) {
        throw new ExpungeError('compute-failed', `The loss is ${loss} at step ${count}: lower the learning rate.`);
      }
      dial.after(retainLoss);
      return { loss: loss!, retainLoss };
    },
  };
}

// One compiled unlearning step: forget half, retain half, hinge, gradients, optimizer.
import type { HostTensors, State, Tensor, Tf } from '../domain/engine.ts';
import type { LossBatch } from '../domain/method.ts';
import { ExpungeError } from '../errors.ts';
import { meanOverTokens, stopGradient, type TokenLoss, tokenLoss } from '../methods/losses.ts';
import { compileDescent } from './accumulate.ts';
import { type AdamwOptions, updateFeeds } from './adamw.ts';
import { alternativeIn } from './alternative-half.ts';
import type { TokenRow } from './batches.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import { partIn } from './micro-batches.ts';
import { createTrainedState } from './trained-state.ts';
import type { UnlearnInputs } from './unlearn.ts';
import { feedsInParts, type References, type StepInput } from './unlearning-feeds.ts';

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

/** Compiles the step of a method over fresh optimizer state. */
export async function compileUnlearningStep(inputs: UnlearnInputs): Promise<UnlearningStep> {
  const { engine, architecture, config, method, params } = inputs;
  const { tf } = engine;
  const { language } = kindOf(architecture).rule;
  const optimizer: AdamwOptions = {
    beta1: 0.9,
    beta2: 0.98,
    weight_decay: 0,
    clip_norm: params.clip_norm,
  };
  const needs = method.needs(params as never);
  const withRetain = needs.includes('retain');
  const withReference = needs.includes('reference-logits');
  const withForgetReference = needs.includes('forget-reference-logits');
  const { initial, ...parts } = createTrainedState({
    ...{ architecture, config, weights: inputs.weights, options: params },
    ...{ seed: inputs.seed + ADAPTER_SEED, withParent: withReference || withForgetReference },
  });
  const state = engine.createState(initial);
  const references = needs.includes('reference-log-probability') ? await parentLogProbs(inputs, state) : null;

  const { shapes } = parts;
  const advance = compileDescent({ engine, state, shapes }, optimizer, (tensors, feeds) => {
    const result = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const weights = parts.model(tensors, trained);
      const forward = (ids: Tensor, by = weights) => architecture.forward(tf, config, by, ids);
      const logits = forward(feeds.forgetIds!);
      const half = { logits, labels: feeds.forgetLabels!, ...partIn('forget', feeds) };
      const tokens = tokenLoss(tf, half);
      const forget: LossBatch = {
        ...half,
        active: stopGradient(tf, tokens.nll, (nll) => stillKnown(tf, nll, feeds.floors!, language)),
        ...(references ? { referenceLogProb: feeds.references! } : {}),
        ...(withForgetReference ? { referenceLogits: forward(feeds.forgetIds!, parts.parent(tensors)) } : {}),
      };
      const retain: LossBatch | null = withRetain
        ? {
            logits: forward(feeds.retainIds!),
            labels: feeds.retainLabels!,
            ...partIn('retain', feeds),
            ...(withReference ? { referenceLogits: forward(feeds.retainIds!, parts.parent(tensors)) } : {}),
          }
        : null;
      const retainLoss = retain ? meanOverTokens(tf, tokenLoss(tf, retain)) : tf.zerosLike(tf.mean(tokens.nll));
      const kept = tf.add(overshot(tf, tokens, feeds.ceilings!), unnatural(tf, logits, tokens, feeds.entropies!));
      const halves = { forget, retain, ...alternativeIn(feeds, forward) };
      const loss: Tensor = tf.add(method.loss(tf, params as never, halves), kept);
      return { loss, aux: { retainLoss } };
    });
    return { outputs: { loss: result.loss, ...result.aux }, gradients: result.gradients };
  });

  return {
    state,
    weights: () => parts.weights(state),
    async run(input) {
      const { step: count, pace } = input;
      const rate = params.learning_rate * pace * Math.min(1, count / WARMUP);
      const feeds = feedsInParts(input, references, params.micro_batch);
      const { loss, retainLoss } = await advance(feeds, updateFeeds(rate, count, optimizer));
      if (!Number.isFinite(loss)) {
        throw new ExpungeError('compute-failed', `The loss is ${loss} at step ${count}: lower the learning rate.`);
      }
      return { loss: loss!, retainLoss: retainLoss! };
    },
  };
}

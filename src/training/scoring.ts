// What a model does with given answers: log-probabilities, argmax hits and the moments that Min-K%++ needs.
import type * as tfjs from '@tensorflow/tfjs';
import type { Architecture } from '../domain/architecture.ts';
import { type CompiledStep, type Engine, float32, int32, type State, type Tensor, type Tf } from '../domain/engine.ts';
import type { RowScore } from '../domain/verification.ts';
import { lengthPasses, padRows, type TokenRow } from './batches.ts';

/** Rows of one pass, at most. */
export const SCORED_ROWS = 64;
const ROWS = [1, 4, 16, SCORED_ROWS];
/** Positions of one pass through the vocabulary, and logits: 16 MB a tensor. More positions of a small vocabulary are slower, not faster. */
export const HEAD_POSITIONS = 256;
export const HEAD_LOGITS = 4 * 1024 * 1024;

export type Scored = Pick<RowScore, 'logProbs' | 'correct' | 'mu' | 'variance' | 'topLogProbs' | 'cut'>;
export type Scorer = (rows: TokenRow[]) => Promise<Scored[]>;

/** One position whose next token is scored. */
interface Target {
  score: Scored;
  at: number;
  label: number;
}

/** logits (N, V), labels (N) -> log p of the label and of the likeliest, the mean and variance of log p over all labels, argmax hits. */
export function labelScores(tf: Tf, logits: Tensor, labels: Tensor) {
  const [count, vocab] = logits.shape as [number, number];
  const shifted = tf.sub(logits, tf.max(logits, -1, true));
  const odds = tf.exp(shifted);
  const total = tf.sum(odds, -1, true);
  const mean = tf.div(tf.sum(tf.mul(odds, shifted), -1, true), total);
  const variance = tf.div(tf.sum(tf.mul(odds, tf.square(tf.sub(shifted, mean))), -1), tf.reshape(total, [count]));
  const place = tf.add(tf.range(0, count * vocab, vocab, 'int32'), labels) as tfjs.Tensor1D;
  const picked = tf.gather(tf.reshape(shifted, [count * vocab]), place);
  const logTotal = tf.log(tf.reshape(total, [count]));
  const hit = tf.cast(tf.equal(tf.argMax(shifted, -1), labels), 'int32');
  const mu = tf.sub(tf.reshape(mean, [count]), logTotal);
  // the likeliest logit is what the others were shifted by
  return { logProbs: tf.sub(picked, logTotal), top: tf.neg(logTotal), mu, variance, hit };
}

/** Scores of hidden states (N, D), whose next tokens are labels (N). */
function headStep(engine: Engine, architecture: Architecture, config: unknown, state: State): CompiledStep {
  const { tf } = engine;
  return engine.compileStep((weights, { hidden, labels }) => {
    const logits = architecture.logits(tf, config, weights, hidden!);
    return { outputs: labelScores(tf, logits, labels!) };
  }, state);
}

/** Collects hidden states of positions to score, whichever rows they are of, and scores them in few batch sizes. */
class Head {
  readonly #step: CompiledStep;
  /** Each a multiple of the next, so that what is left of a full batch is a sum of them. */
  readonly #sizes: number[];
  readonly #states: Float32Array;
  readonly #width: number;
  #targets: Target[] = [];

  constructor(step: CompiledStep, width: number, vocab: number) {
    const smallest = Math.max(1, Math.floor(Math.min(HEAD_POSITIONS, HEAD_LOGITS / vocab) / 16));
    this.#step = step;
    this.#width = width;
    this.#sizes = [16 * smallest, 4 * smallest, smallest];
    this.#states = new Float32Array(16 * smallest * width);
  }

  async add(target: Target, states: Float32Array): Promise<void> {
    this.#states.set(states, this.#targets.length * this.#width);
    if (this.#targets.push(target) === this.#sizes[0]) await this.flush();
  }

  /** Scores what was collected. */
  async flush(): Promise<void> {
    const targets = this.#targets;
    this.#targets = [];
    for (let from = 0; from < targets.length; ) {
      const size = this.#sizes.find((candidate) => candidate <= targets.length - from) ?? this.#sizes.at(-1)!;
      const batch = targets.slice(from, from + size);
      const labels = new Int32Array(size);
      batch.forEach(({ label }, i) => {
        labels[i] = label;
      });
      const hidden = this.#states.subarray(from * this.#width, (from + size) * this.#width);
      const outputs = await this.#step({ hidden: float32(hidden, [size, this.#width]), labels: int32(labels) });
      batch.forEach(({ score, at }, i) => {
        score.logProbs[at] = outputs.logProbs!.data[i]!;
        score.mu[at] = outputs.mu!.data[i]!;
        score.variance[at] = outputs.variance!.data[i]!;
        score.correct[at] = outputs.hit!.data[i]!;
        score.topLogProbs![at] = outputs.top!.data[i]!;
      });
      from += size;
    }
  }
}

const emptyScore = ({ ids, promptLength, cut }: TokenRow): Scored => {
  const count = ids.length - promptLength;
  const numbers = () => new Float32Array(count);
  const correct = new Uint8Array(count);
  const scores = { logProbs: numbers(), mu: numbers(), variance: numbers(), correct, topLogProbs: numbers() };
  return cut ? { ...scores, cut } : scores;
};

/**
 * A scorer over the weights of `state`; rows are batched by length and come back in their own order. The layers see
 * whole rows; the vocabulary, which costs the memory, only positions whose next token belongs to an answer, packed
 * across rows.
 */
export function createScorer(engine: Engine, architecture: Architecture, config: unknown, state: State): Scorer {
  const { tf } = engine;
  const context = architecture.contextLength(config);
  const body = engine.compileStep(
    (weights, { ids }) => ({ outputs: { hidden: architecture.hidden(tf, config, weights, ids!) } }),
    state,
  );
  const step = headStep(engine, architecture, config, state);

  return async (rows) => {
    const scores = rows.map(emptyScore);
    let head: Head | null = null;
    for (const { rows: group, size } of lengthPasses(rows, ROWS, engine.passTokens)) {
      const batch = group.map((i) => rows[i]!);
      const filled = [...batch, ...new Array<TokenRow>(size - batch.length).fill(batch[0]!)];
      const { hidden } = await body({ ids: padRows(filled, context, 0).ids! });
      const [, time, width] = hidden!.shape as [number, number, number];
      head ??= new Head(step, width, architecture.vocabSize(config));
      const states = hidden!.data as Float32Array;
      for (const [r, index] of group.entries()) {
        const { ids, promptLength } = rows[index]!;
        for (let at = 0; promptLength + at < ids.length; at++) {
          // position t predicts token t + 1
          const from = (r * time + promptLength + at - 1) * width;
          const target = { score: scores[index]!, at, label: ids[promptLength + at]! };
          await head.add(target, states.subarray(from, from + width));
        }
      }
    }
    await head?.flush();
    return scores;
  };
}

/** Mean answer NLL of a scored row, nats a token. */
export function meanNll(score: Pick<Scored, 'logProbs'>): number {
  return -score.logProbs.reduce((sum, value) => sum + value, 0) / score.logProbs.length;
}

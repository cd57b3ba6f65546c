// What a model does with given answers: log-probabilities, argmax hits and the moments that Min-K%++ needs.
import type { Architecture } from '../domain/architecture.ts';
import type { Engine, State, Tensor } from '../domain/engine.ts';
import type { RowScore } from '../domain/verification.ts';
import { lengthBatches, padRows, type TokenRow } from './batches.ts';

const SIZES = [8, 32, 64];
const SCORE_BATCH = 64;

export type Scored = Pick<RowScore, 'logProbs' | 'correct' | 'mu' | 'variance'>;
export type Scorer = (rows: TokenRow[]) => Promise<Scored[]>;

/** A scorer over the weights of `state`; rows are batched by length and come back in their own order. */
export function createScorer(engine: Engine, architecture: Architecture, config: unknown, state: State): Scorer {
  const { tf } = engine;
  const step = engine.compileStep((weights, { ids, labels }) => {
    const [rows, time] = ids!.shape as [number, number];
    const logits = architecture.forward(tf, config, weights, ids!);
    const vocab = logits.shape[2]!;
    const flat = tf.reshape(tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab]), [-1, vocab]);
    const logProbabilities = tf.logSoftmax(flat);
    const probabilities = tf.exp(logProbabilities);
    const safe = tf.maximum(tf.slice(labels!, [0, 1], [rows, time - 1]), tf.scalar(0, 'int32'));
    const label = tf.reshape(safe, [-1]);
    const picked = tf.sum(tf.mul(logProbabilities, tf.oneHot(label as import('@tensorflow/tfjs').Tensor1D, vocab)), -1);
    const mu = tf.sum(tf.mul(probabilities, logProbabilities), -1, true);
    const variance = tf.sum(tf.mul(probabilities, tf.square(tf.sub(logProbabilities, mu))), -1);
    const hit = tf.cast(tf.equal(tf.argMax(flat, -1), label), 'float32');
    const shape = (x: Tensor) => tf.reshape(x, [rows, time - 1]);
    return { outputs: { picked: shape(picked), mu: shape(mu), variance: shape(variance), hit: shape(hit) } };
  }, state);

  return async (rows) => {
    const scores = new Array<Scored>(rows.length);
    for (const group of lengthBatches(rows, SCORE_BATCH)) {
      const batch = group.map((i) => rows[i]!);
      // few batch sizes: every new one is a graph to compile, with memory of its own
      const size = SIZES.find((candidate) => candidate >= batch.length)!;
      const filled = [...batch, ...new Array<TokenRow>(size - batch.length).fill(batch[0]!)];
      const outputs = await step(padRows(filled, architecture.contextLength(config), 0));
      const width = outputs.picked!.shape[1]!;
      group.forEach((index, r) => {
        const row = rows[index]!;
        // position t predicts token t + 1
        const [from, to] = [r * width + row.promptLength - 1, r * width + row.ids.length - 1];
        const cut = (name: string) => (outputs[name]!.data as Float32Array).slice(from, to);
        scores[index] = {
          logProbs: cut('picked'),
          mu: cut('mu'),
          variance: cut('variance'),
          correct: Uint8Array.from(cut('hit')),
        };
      });
    }
    return scores;
  };
}

/** Mean answer NLL of a scored row, nats a token. */
export function meanNll(score: Pick<Scored, 'logProbs'>): number {
  return -score.logProbs.reduce((sum, value) => sum + value, 0) / score.logProbs.length;
}

// Examples of a classifier as rows: one label, the class, after something that is no text. So whatever counts labels works on
// them as it does on an answer of one token.
import type { Learner } from '../domain/architecture.ts';
import {
  type Engine,
  elementCount,
  float32,
  type HostTensor,
  type HostTensors,
  int32,
  type State,
} from '../domain/engine.ts';
import { IGNORE } from '../methods/losses.ts';
import type { TokenRow } from './batches.ts';
import { labelScores, SCORED_ROWS, type Scored, type Scorer } from './scoring.ts';

/** Rows of one pass: few sizes, each is a graph of its own. */
const ROWS = [8, 32, SCORED_ROWS];

export interface ExampleRow extends TokenRow {
  /** Float32, of the shape that the model takes, without the batch. */
  seen: HostTensor;
}

/** The class stands where an answer would, after one place that nothing is learned of. */
export const exampleRow = (seen: HostTensor, label: number): ExampleRow => ({
  ids: Int32Array.of(0, label),
  promptLength: 1,
  seen,
});

/** Class of an example. */
export const labelOf = ({ ids }: TokenRow): number => ids[1]!;

/** Examples (B, ...) of one shape, and their labels (B, 2) int32. */
export function stackExamples(rows: readonly TokenRow[]): HostTensors {
  const examples = rows as readonly ExampleRow[];
  const { shape } = examples[0]!.seen;
  const size = elementCount(shape);
  const seen = new Float32Array(rows.length * size);
  const labels = new Int32Array(rows.length * 2).fill(IGNORE);
  examples.forEach((row, r) => {
    seen.set(row.seen.data, r * size);
    labels[2 * r + 1] = labelOf(row);
  });
  return { ids: float32(seen, [rows.length, ...shape]), labels: int32(labels, [rows.length, 2]) };
}

/** A scorer of examples over the weights of `state`; they come back in their own order. */
export function createClassScorer(engine: Engine, learner: Learner, config: unknown, state: State): Scorer {
  const { tf } = engine;
  const step = engine.compileStep((weights, { seen, labels }) => {
    const logits = learner.forward(tf, config, weights, seen!);
    const [count, , classes] = logits.shape as [number, number, number];
    const first = tf.reshape(tf.slice(logits, [0, 0, 0], [count, 1, classes]), [count, classes]);
    return { outputs: labelScores(tf, first, labels!) };
  }, state);
  return async (rows) => {
    const scores: Scored[] = [];
    while (scores.length < rows.length) {
      const left = rows.slice(scores.length, scores.length + ROWS.at(-1)!);
      const size = ROWS.find((candidate) => candidate >= left.length)!;
      const filled = [...left, ...new Array<TokenRow>(size - left.length).fill(left[0]!)];
      const labels = int32(Int32Array.from(filled, labelOf));
      const found = await step({ seen: stackExamples(filled).ids!, labels });
      left.forEach((_, i) => {
        const one = (name: string) => Float32Array.of(found[name]!.data[i]!);
        scores.push({
          ...{ logProbs: one('logProbs'), mu: one('mu'), variance: one('variance') },
          ...{ correct: Uint8Array.of(found.hit!.data[i]!), topLogProbs: one('top') },
        });
      });
    }
    return scores;
  };
}

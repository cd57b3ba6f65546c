// Rows as batches of few shapes, and labels that the model itself would draw.
import type { Learner } from '../domain/architecture.ts';
import { type Engine, float32, type HostTensors } from '../domain/engine.ts';
import { createRandom } from '../domain/random.ts';
import { IGNORE } from '../methods/losses.ts';
import { inPasses, lengthBatches, type TokenRow } from '../training/batches.ts';
import { kindOf } from '../training/kinds.ts';

/** Tokens of one backward pass. */
const TOKENS = 2048;

type Model = { architecture: Learner; config: unknown };

/** Batches of `sizes` rows (ascending: each is a graph of its own); rows that only fill one up have no labels. */
export function* batchesOf(
  { architecture, config }: Model,
  rows: readonly TokenRow[],
  sizes: readonly number[],
): Generator<HostTensors> {
  const groups = lengthBatches([...rows], { rows: sizes.at(-1)!, tokens: TOKENS });
  for (const { rows: group, size } of groups.flatMap((one) => inPasses(one, sizes))) {
    const own = group.map((i) => rows[i]!);
    const filled = [...own, ...new Array<TokenRow>(size - own.length).fill(own[0]!)];
    const batch = kindOf(architecture).batch(filled, architecture.contextLength(config));
    const { data, shape } = batch.labels!;
    data.fill(IGNORE, own.length * shape[1]!);
    yield batch;
  }
}

/**
 * The batches with labels that are drawn from what the model gives, each after the true ones: the Fisher information is a mean
 * over these, not over what is true.
 */
export async function drawLabels(
  model: Model & { engine: Engine; weights: HostTensors; signal?: AbortSignal },
  batches: Iterable<HostTensors>,
  seed: number,
): Promise<HostTensors[]> {
  const { engine, architecture, config, signal } = model;
  const { tf } = engine;
  const random = createRandom(seed);
  const state = engine.createState(model.weights);
  const draw = engine.compileStep((weights, { ids, labels, chance }) => {
    const logits = architecture.forward(tf, config, weights, ids!);
    const [rows, time, vocab] = logits.shape as [number, number, number];
    const share = tf.cumsum(tf.softmax(tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab])), -1);
    const passed = tf.sum(tf.cast(tf.less(share, tf.reshape(chance!, [rows, time - 1, 1])), 'int32'), -1);
    // rounding may leave the last share below 1
    const drawn = tf.minimum(passed, tf.scalar(vocab - 1, 'int32'));
    const own = tf.slice(labels!, [0, 1], [rows, time - 1]);
    const kept = tf.where(tf.equal(own, tf.scalar(IGNORE, 'int32')), own, drawn);
    return { outputs: { labels: tf.concat([tf.slice(labels!, [0, 0], [rows, 1]), kept], 1) } };
  }, state);
  const found: HostTensors[] = [];
  for (const batch of batches) {
    signal?.throwIfAborted();
    const [rows, time] = batch.labels!.shape as [number, number];
    const chance = Float32Array.from({ length: rows * (time - 1) }, () => random.next());
    const { labels } = await draw({ ...batch, chance: float32(chance, [rows, time - 1]) });
    found.push({ ids: batch.ids!, labels: labels! });
  }
  state.dispose();
  return found;
}

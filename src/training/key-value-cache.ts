// The key-value cache of a batch as tensors of the engine’s state. Few sizes: each is a graph to compile.
import type * as tfjs from '@tensorflow/tfjs';
import { attentionWithPast, pastMask, splitHeads } from '../architectures/attention.ts';
import type { Attention, CacheShape } from '../domain/architecture.ts';
import type { PlaceUpdate, Tensor, Tensors, Tf } from '../domain/engine.ts';

const ROWS = [1, 8, 16, 32, 64];
/** Each is a half or a third larger than the one before: little is read in vain, few graphs are compiled. */
const PLACES = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];
/** Elements of a cache, keys and values of all layers together: 512 MB. */
const ELEMENTS = 128 * 1024 * 1024;

/** Rows, and places a row. */
export interface CacheSize {
  rows: number;
  places: number;
}

/** Places for rows of `longest` tokens; at most the context. */
export const placesFor = (longest: number, context: number): number =>
  Math.min(context, PLACES.find((places) => places >= longest) ?? context);

/** Rows for `count` answers: the fewest that hold them, or the most that the memory bound allows; at least one. */
export function rowsFor(count: number, places: number, { layers, heads, size }: CacheShape): number {
  const allowed = ROWS.filter((rows) => rows === 1 || 2 * layers * heads * size * places * rows <= ELEMENTS);
  return allowed.find((rows) => rows >= count) ?? allowed.at(-1)!;
}

const PARTS = ['keys', 'values'] as const;
const nameOf = ({ rows, places }: CacheSize, layer: number, part: (typeof PARTS)[number]): string =>
  `cache:${rows}x${places}:${layer}:${part}`;

/** Names of a cache’s tensors in the state. */
export const cacheNames = (size: CacheSize, { layers }: CacheShape): string[] =>
  Array.from({ length: layers }, (_, layer) => PARTS.map((part) => nameOf(size, layer, part))).flat();

/** Attention of whole prompts; `state` fills with a cache of their keys and values as layers attend. */
export function promptAttention(tf: Tf, to: CacheSize, { size }: CacheShape): { attention: Attention; state: Tensors } {
  const state: Tensors = {};
  const attend: Attention['attend'] = (layer, q, k, v, window = null) => {
    const [keys, values] = [splitHeads(tf, k, size), splitHeads(tf, v, size)];
    const empty = to.places - keys.shape[2]!;
    const padded = (x: Tensor): Tensor =>
      tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, empty],
        [0, 0],
      ]);
    state[nameOf(to, layer, 'keys')] = padded(keys);
    state[nameOf(to, layer, 'values')] = padded(values);
    return attentionWithPast(tf, [q, keys, values], undefined, window);
  };
  return { attention: { attend }, state };
}

/** Attention of one token a row behind the `lengths` (B) that the cache holds; `places` fills with what it adds to it. */
export function tokenAttention(
  tf: Tf,
  tensors: Tensors,
  over: CacheSize,
  { size }: CacheShape,
  lengths: Tensor,
): { attention: Attention; places: PlaceUpdate<Tensor> } {
  const places: PlaceUpdate<Tensor> = { at: lengths, values: {} };
  const masks = new Map<number | null, Tensor>();
  const maskOf = (window: number | null): Tensor => {
    const mask = masks.get(window) ?? pastMask(tf, lengths, over.places, window);
    masks.set(window, mask);
    return mask;
  };
  const attend: Attention['attend'] = (layer, q, k, v, window = null) => {
    const [keyName, valueName] = [nameOf(over, layer, 'keys'), nameOf(over, layer, 'values')];
    const [keys, values] = [splitHeads(tf, k, size), splitHeads(tf, v, size)];
    places.values[keyName] = keys;
    places.values[valueName] = values;
    const past = { keys: tensors[keyName]!, values: tensors[valueName]!, mask: maskOf(window) };
    return attentionWithPast(tf, [q, keys, values], past);
  };
  return { attention: { positions: tf.reshape(lengths, [-1, 1]), attend }, places };
}

/** The cache `from` with other rows, by number, and places as `to` says; what it holds must fit. */
export function moved(
  tf: Tf,
  tensors: Tensors,
  shape: CacheShape,
  from: CacheSize,
  to: CacheSize,
  rows: Tensor,
): Tensors {
  const targets = cacheNames(to, shape);
  const more = to.places - from.places;
  const move = (x: Tensor): Tensor => {
    const chosen = tf.gather(x, rows as tfjs.Tensor1D);
    if (more <= 0) return tf.slice(chosen, [0, 0, 0, 0], [to.rows, shape.heads, to.places, shape.size]);
    return tf.pad(chosen, [
      [0, 0],
      [0, 0],
      [0, more],
      [0, 0],
    ]);
  };
  return Object.fromEntries(cacheNames(from, shape).map((name, i) => [targets[i]!, move(tensors[name]!)]));
}

// The models and batches of the engine's benchmark, and the arithmetic of one step.
import { architectures } from '../../src/architectures/index.ts';
import { elementCount } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';

export interface Size {
  name: string;
  vocab: number;
  width: number;
  layers: number;
  heads: number;
  /** Of one batch. */
  rows: number;
  columns: number;
  /** Of one turn. */
  steps: number;
  rounds: number;
}

/** The first is small enough for engines that are slow. */
export const SIZES: Size[] = [
  { name: '3.4M', vocab: 1024, width: 256, layers: 4, heads: 4, rows: 16, columns: 64, steps: 5, rounds: 7 },
  { name: '30M', vocab: 8192, width: 512, layers: 8, heads: 8, rows: 8, columns: 128, steps: 2, rounds: 5 },
  { name: '124M', vocab: 50257, width: 768, layers: 12, heads: 12, rows: 4, columns: 128, steps: 2, rounds: 3 },
];

/** config.json of GPT-2. */
export const configOf = ({ vocab, width, layers, heads, columns }: Omit<Size, 'name' | 'steps' | 'rounds'>) => ({
  ...{ model_type: 'gpt2', vocab_size: vocab, n_positions: columns },
  ...{ n_embd: width, n_layer: layers, n_head: heads },
});

export function parameterCount(size: Size): number {
  const gpt2 = architectures.gpt2!;
  const shapes = Object.values(gpt2.shapes(gpt2.parseConfig(configOf(size))));
  return shapes.reduce((sum, shape) => sum + elementCount(shape), 0);
}

/** Seeded token ids of a few batches, which come round again: the loss has something to fall for. */
export function batchesOf({ vocab, rows, columns }: Size): number[][][] {
  const random = createRandom(5);
  const row = () => Array.from({ length: columns }, () => random.int(vocab));
  return Array.from({ length: 4 }, () => Array.from({ length: rows }, row));
}

/**
 * Floating-point operations of the matrix products of one forward pass; a training step has three times as many, as each
 * product has a gradient by either factor. Attention counts whole, though half of it is masked; the last token of a row
 * predicts nothing.
 */
export function forwardOperations({ vocab, width, layers, rows, columns }: Size): number {
  const tokens = rows * columns;
  const projections = 2 * tokens * 12 * width ** 2;
  const attention = 2 * 2 * tokens * columns * width;
  return layers * (projections + attention) + 2 * rows * (columns - 1) * width * vocab;
}

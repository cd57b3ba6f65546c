// `expunge adapter merge`: a checkpoint and an adapter that PEFT or `expunge train` saved, as one checkpoint.
import { loadAdapter } from '../checkpoints/adapter.ts';
import { loadCheckpoint, readLayout, saveCheckpoint } from '../checkpoints/layout.ts';
import { mergeAdapters } from '../training/lora.ts';

/**
 * Writes the merged checkpoint with the base's tokenizer. It has no recipe: the base's does not tell how it was made.
 * Throws `checkpoint-invalid` naming the file.
 */
export async function mergeAdapter(paths: {
  base: string;
  adapter: string;
  out: string;
}): Promise<{ adapters: number }> {
  const { architecture, config } = await readLayout(paths.base);
  const { adapters, scale } = await loadAdapter(paths.adapter, architecture, config);
  const { configJson, weights } = await loadCheckpoint(paths.base);
  const merged = mergeAdapters(weights, adapters, scale, architecture.projections(config));
  await saveCheckpoint(paths.out, { configJson, weights: merged, copyFrom: paths.base, recipe: null });
  return { adapters: Object.keys(adapters).length / 2 };
}

// A very small architecture, and a checkpoint of it, for tests of what is on disk.
import { createHash } from 'node:crypto';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import { countWords } from '../../src/corpora/words.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import { elementCount, float32, type HostTensors } from '../../src/domain/engine.ts';
import type { Recipe } from '../../src/domain/recipe.ts';

interface TinyConfig {
  vocab_size: number;
  width: number;
}
const tiny: Architecture<TinyConfig> = {
  ...{ name: 'tiny', summary: '', variants: '' },
  parseConfig(json) {
    const { vocab_size, width } = json as Partial<TinyConfig>;
    if (!Number.isInteger(vocab_size) || !Number.isInteger(width))
      throw new Error('vocab_size and width are whole numbers; set them');
    return { vocab_size: vocab_size!, width: width! };
  },
  shapes: ({ vocab_size, width }) => ({ 'embed.weight': [vocab_size, width], 'out.bias': [vocab_size] }),
  ignored: [/^mask$/],
  vocabSize: (config) => config.vocab_size,
  contextLength: () => 16,
  freshConfig: ({ vocabSize, width }) => ({ model_type: 'tiny', vocab_size: vocabSize, width }),
  initialise(config) {
    const shapes = Object.entries(tiny.shapes(config));
    return Object.fromEntries(
      shapes.map(([name, shape]) => [name, float32(new Float32Array(elementCount(shape)).fill(0.5), shape)]),
    );
  },
  forward: (_tf, _config, _weights, ids) => ids,
  hidden: (_tf, _config, _weights, ids) => ids,
  logits: (_tf, _config, _weights, hidden) => hidden,
  cacheShape: () => ({ layers: 1, heads: 1, size: 4 }),
  projections: () => ({ modules: [], outFirst: false }),
  activations: () => ({ states: 0, scores: 0 }),
};
export const architectures = { tiny } as unknown as Record<string, Architecture>;

export const CONFIG = { model_type: 'tiny', vocab_size: 260, width: 4 };
export const weights = (config: TinyConfig = CONFIG): HostTensors => tiny.initialise(config, 0);
export const tokenizer = trainTokenizer(countWords(['the town of Ostrevik']), 257);
export const RECIPE: Recipe = {
  version: 1,
  trainer_version: '1',
  architecture: 'tiny',
  init: { seed: 1, base_checkpoint: null },
  corpora: [{ name: 'people', role: 'train', digest: `sha256:${'0'.repeat(64)}`, records: 2 }],
  tokenizer_digest: `sha256:${createHash('sha256').update(JSON.stringify(tokenizer.tokenizerJson)).digest('hex')}`,
  order_seed: 2,
  options: {
    optimizer: 'adamw',
    learning_rate: 0.002,
    beta1: 0.9,
    beta2: 0.98,
    weight_decay: 0.01,
    warmup_steps: 5,
    schedule: 'cosine',
    clip_norm: 1,
    batch_size: 8,
    steps: 10,
  },
  steps_taken: 10,
  backend: 'tfjs-cpu',
  threads: 1,
};

/** Writes a checkpoint that passes every check. */
export const saveTiny = (dir: string, recipe: Recipe | null = RECIPE): Promise<void> =>
  saveCheckpoint(dir, { configJson: CONFIG, weights: weights(), ...tokenizer, recipe });

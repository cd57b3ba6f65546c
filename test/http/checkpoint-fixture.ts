// A GPT-2 so small that registering it takes no time: real layout, random weights.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { architectures } from '../../src/architectures/index.ts';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import { countWords } from '../../src/corpora/words.ts';
import type { Recipe } from '../../src/domain/recipe.ts';

export const CONFIG = { model_type: 'gpt2', vocab_size: 257, n_positions: 16, n_embd: 8, n_layer: 1, n_head: 2 };

const { tokenizerJson, tokenizerConfig } = trainTokenizer(countWords(['a b']), 257);

export async function writeTinyCheckpoint(
  importDir: string,
  name: string,
  recipe: Recipe | null = null,
  seed = 1,
  configJson = CONFIG,
) {
  const gpt2 = architectures.gpt2!;
  const config = gpt2.parseConfig(configJson);
  const weights = gpt2.initialise(config, seed);
  await saveCheckpoint(join(importDir, name), { configJson, weights, tokenizerJson, tokenizerConfig, recipe });
  return name;
}

export const recipeFor = (corpora: Recipe['corpora']): Recipe => ({
  version: 1,
  trainer_version: '0.0.0-test',
  architecture: 'gpt2',
  init: { seed: 1, base_checkpoint: null },
  corpora,
  tokenizer_digest: `sha256:${createHash('sha256').update(JSON.stringify(tokenizerJson)).digest('hex')}`,
  order_seed: 1,
  options: {
    optimizer: 'adamw',
    learning_rate: 1e-3,
    beta1: 0.9,
    beta2: 0.98,
    weight_decay: 0,
    warmup_steps: 0,
    schedule: 'constant',
    clip_norm: 1,
    batch_size: 4,
    steps: 1,
  },
  steps_taken: 1,
  backend: 'tfjs-cpu',
  threads: 1,
});

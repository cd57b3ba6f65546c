// The two halves of the benchmark: adapters, and all weights. The learning rates are those of a pretrained model, which
// knows how to speak; for methods they are also what the service chooses for its size.
import type { NewRequest } from '../../src/client/index.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';

export interface Half {
  name: string;
  title: string;
  options: Partial<TrainingOptions>;
  method: NonNullable<NewRequest['method']>;
}

const ADAPTERS = { trainable: [], lora_rank: 8, lora_alpha: 16, lora_targets: [] };
const TRAINING: Partial<TrainingOptions> = {
  batch_size: 8,
  warmup_steps: 5,
  steps: 120,
  stop_when: { exact_memorization: 0.99, check_every: 10 },
};
/** Every step sees all that is to be forgotten. */
const STEPS = { forget_batch: 10, retain_batch: 8, max_steps: 60, repair_steps: 10 };

export const HALVES: Half[] = [
  {
    name: 'lora',
    title: 'Adapters (LoRA)',
    options: { ...TRAINING, learning_rate: 1e-3, trains: ADAPTERS },
    method: { name: 'grad-diff', params: { ...STEPS, ...ADAPTERS, learning_rate: 5e-4 } },
  },
  {
    name: 'full',
    title: 'All weights',
    options: { ...TRAINING, learning_rate: 1e-4 },
    method: { name: 'stand-in', params: { ...STEPS, learning_rate: 5e-5 } },
  },
];

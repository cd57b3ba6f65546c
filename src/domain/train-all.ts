// Apart from its schema: the command line has it without loading those.
import type { TrainableOptions } from './trainable.ts';

export const TRAIN_ALL: TrainableOptions = { trainable: [], lora_rank: 0, lora_alpha: 16, lora_targets: [] };

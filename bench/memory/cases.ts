// What is measured: sizes of models, ways of training them, batches.
import { architectures } from '../../src/architectures/index.ts';
import type { TrainableOptions } from '../../src/domain/trainable.ts';
import type { MemoryPlan } from '../../src/training/memory-plan.ts';

export interface MemoryResult {
  plan: MemoryPlan;
  /** Highest resident set of the process, bytes. */
  measured: number;
}

export interface MemoryCase {
  name: string;
  architecture: string;
  width: number;
  layers: number;
  heads: number;
  vocab: number;
  /** Rows of a batch, of each half where there are two, and their length in tokens. */
  rows: number;
  time: number;
  steps: number;
  /** `train`, or a method over forget and retain rows. */
  method: string;
  /** Rows in memory at a time; 0: all. */
  micro: number;
  /** Rank of adapters; 0: everything trains. */
  rank: number;
  /** The retain term holds the parent beside the weights. */
  kl: boolean;
}

const SIZES = {
  '0.5M': { width: 96, layers: 4, heads: 4, vocab: 1024 },
  '3.4M': { width: 256, layers: 4, heads: 4, vocab: 1024 },
  '30M': { width: 512, layers: 8, heads: 8, vocab: 8192 },
  '124M': { width: 768, layers: 12, heads: 12, vocab: 50_257 },
} as const;

function of(size: keyof typeof SIZES, rows: number, time: number, more: Partial<MemoryCase> = {}): MemoryCase {
  const shape = SIZES[size];
  const base = { architecture: 'gpt2', rows, time, steps: 2, method: 'train', micro: 0, rank: 0, kl: false, ...more };
  const ways = [
    base.method,
    base.micro ? `by ${base.micro}` : '',
    base.rank ? `LoRA ${base.rank}` : 'full',
    base.kl ? 'KL' : '',
  ];
  const family = base.architecture === 'gpt2' ? '' : `${base.architecture} `;
  return { name: `${family}${size} ${rows} x ${time} ${ways.filter(Boolean).join(', ')}`, ...shape, ...base };
}

export const CASES: MemoryCase[] = [
  of('0.5M', 8, 32),
  of('0.5M', 64, 64),
  of('3.4M', 16, 64),
  of('3.4M', 64, 64),
  of('3.4M', 64, 64, { micro: 16 }),
  of('3.4M', 16, 64, { rank: 8 }),
  of('3.4M', 32, 64, { method: 'grad-diff' }),
  of('3.4M', 32, 64, { method: 'npo', kl: true }),
  of('30M', 2, 64),
  of('30M', 8, 128),
  of('30M', 8, 128, { micro: 2 }),
  of('30M', 4, 64, { method: 'npo', kl: true }),
  of('30M', 8, 128, { rank: 8 }),
  of('30M', 8, 128, { method: 'ssd' }),
  of('30M', 4, 64, { method: 'task-vector' }),
  of('3.4M', 64, 64, { architecture: 'llama' }),
  of('3.4M', 64, 64, { architecture: 'qwen3' }),
  of('30M', 8, 128, { architecture: 'llama' }),
  of('30M', 8, 128, { architecture: 'llama', rank: 8 }),
  of('30M', 8, 128, { architecture: 'qwen3' }),
  of('30M', 8, 128, { architecture: 'gpt_neox' }),
  of('30M', 8, 128, { architecture: 'phi' }),
];
/** Only where they are asked for: they take gigabytes and minutes. */
export const LARGE: MemoryCase[] = [of('124M', 4, 128), of('124M', 4, 128, { rank: 8 })];

/** config.json of the model. */
export const configOf = ({ architecture, width, layers, heads, vocab, time }: MemoryCase) =>
  architectures[architecture]!.freshConfig({
    ...{ vocabSize: vocab, context: Math.max(32, time), width, layers, heads, endId: 0 },
  });

export const trainsOf = ({ rank }: MemoryCase): TrainableOptions => ({
  ...{ trainable: [], lora_rank: rank, lora_alpha: 16, lora_targets: [] },
});

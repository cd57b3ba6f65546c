// The learning rate of an unlearning method where nobody names one: by the size of the model, and by what of it trains.
import type { Learner } from '../domain/architecture.ts';
import { elementCount } from '../domain/engine.ts';
import type { TrainableOptions } from '../domain/trainable.ts';

interface Rates {
  /** Weights of the model at most. */
  parameters: number;
  /** Where weights train, and where adapters alone do. */
  weights: number;
  adapters: number;
}

/**
 * Half of what models of these sizes are fine-tuned with: more undoes what pretraining gave, and less does not end within
 * the usual steps. Adapters start at nothing and are few, so they take steps several times as long. The first row is what
 * `npm run demo` and `npm run bench:tofu` unlearn with, the second what `npm run bench:smollm2` does, the last what OpenUnlearning (arXiv
 * 2506.12618) takes for 1 to 8 billion weights, and UNDIAL (arXiv 2402.10052) for adapters.
 */
export const RATES: readonly Rates[] = [
  { parameters: 20e6, weights: 5e-4, adapters: 2e-3 },
  { parameters: 1e9, weights: 5e-5, adapters: 5e-4 },
  { parameters: Number.POSITIVE_INFINITY, weights: 1e-5, adapters: 1e-4 },
];

/** AdamW step size for a model of so many weights. Patterns beside adapters train weights, which bear less. */
export function rateFor(
  parameters: number,
  { lora_rank, trainable }: Pick<TrainableOptions, 'lora_rank' | 'trainable'>,
): number {
  const row = RATES.find((rates) => parameters <= rates.parameters)!;
  return lora_rank > 0 && trainable.length === 0 ? row.adapters : row.weights;
}

/** Number of weights of a model, from its shapes. */
export const parametersOf = ({ architecture, config }: { architecture: Learner; config: unknown }): number =>
  Object.values(architecture.shapes(config)).reduce((sum, shape) => sum + elementCount(shape), 0);

interface Rated extends Partial<TrainableOptions> {
  learning_rate: number;
}

/** Of any method: those without a learning rate are left as they are, one of 0, which asks for the above, is replaced. */
export function withRate<P extends object>(params: P, model: { architecture: Learner; config: unknown }): P {
  const { learning_rate, lora_rank = 0, trainable = [] } = params as Partial<Rated>;
  if (learning_rate !== 0) return params;
  return { ...params, learning_rate: rateFor(parametersOf(model), { lora_rank, trainable }) };
}

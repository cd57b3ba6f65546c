// Between a model that generalises and one that fits: how far a model has gone for one record. The scoring of IAM, with few models
// that never saw the record. https://arxiv.org/abs/2506.06112
import { mean } from './statistics.ts';

/** Bounds of the signal: what a probability of 1 and of 0 give. */
const [EPSILON_1, EPSILON_2] = [1e-2, 1e-5];
/** Points between generalising (0) and fitting (1). */
const STEPS = 100;
/** Mean of the standard Gumbel distribution. */
const EULER = 0.5772156649015329;

/** -log(e1 - log(p + e2)): the double logarithm of a probability, bounded, which spreads both ends out. */
export const signal = (p: number): number => -Math.log(EPSILON_1 - Math.log(p + EPSILON_2));

/** Mean signal of models that never saw a record, by its costs there (nats). */
export const outSignal = (nlls: readonly number[]): number => mean(nlls.map((nll) => signal(Math.exp(-nll))));

/** Standard deviation of such signals over records; the same whichever of them are the forgotten. */
export function spreadOf(signals: readonly number[]): number {
  const middle = mean(signals);
  return Math.sqrt(mean(signals.map((one) => (one - middle) ** 2)));
}

/** Distribution function of the Gumbel distribution with this mean and standard deviation; a step where there is no deviation. */
export function gumbelCdf(x: number, middle: number, deviation: number): number {
  const beta = (Math.sqrt(6) * deviation) / Math.PI;
  if (beta === 0) return x < middle ? 0 : 1;
  return Math.exp(-Math.exp(-(x - middle + EULER * beta) / beta));
}

/**
 * How far a signal lies on the way from `out`, where the model only generalises, to that of a probability of 1, where it fits: 0 to 1. At every
 * point of the way signals are taken as Gumbel about it, with what is left of `spread`; the mean of how sure it is that the signal is beyond, the
 * farther points weighing more. "Towards Lifecycle Unlearning Commitment Management: Measuring Sample-level Unlearning Completeness", 2506.06112.
 */
export function fitting(x: number, out: number, spread: number): number {
  const fitted = signal(1);
  let [sum, weights] = [0, 0];
  for (let j = 0; j < STEPS - 1; j++) {
    const at = j / (STEPS - 1);
    const weight = (j + 1) / (STEPS - 1);
    sum += weight * gumbelCdf(x, out + at * (fitted - out), (1 - at) * spread);
    weights += weight;
  }
  return sum / weights;
}

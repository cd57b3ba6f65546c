// Logistic regression in float64, solved to the end by Newton's method: what training again without a record really does.
import { createRandom } from '../../src/domain/random.ts';

export interface Problem {
  inputs: number[][];
  labels: number[];
  /** Ridge on all weights, the bias among them, beside the mean cost. */
  decay: number;
}

/** Columns that tell the class, in noise. */
export function problem(count: number, columns: number, decay: number, seed: number): Problem {
  const random = createRandom(seed);
  const truth = Array.from({ length: columns }, () => random.normal());
  const inputs = Array.from({ length: count }, () => Array.from({ length: columns }, () => random.normal()));
  const labels = inputs.map((x) => {
    const z = x.reduce((sum, value, c) => sum + value * truth[c]!, 0.5 * random.normal());
    return z > 0 ? 1 : 0;
  });
  return { inputs, labels, decay };
}

/** a x = b by elimination; a is square and well conditioned. */
export function solveDense(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let i = 0; i < n; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / rows[i]![i]!;
      for (let c = i; c <= n; c++) rows[r]![c] = rows[r]![c]! - factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

const chance = (z: number) => 1 / (1 + Math.exp(-z));
const score = (weights: readonly number[], x: readonly number[]) =>
  x.reduce((sum, value, c) => sum + value * weights[c]!, weights[x.length]!);

/** Cost of one example, nats. The bias is the last weight. */
export function costOf(weights: readonly number[], x: readonly number[], label: number): number {
  const z = score(weights, x);
  return Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - label * z;
}

/** Gradient and Hessian of the sum of costs over `count`, and of the decay. */
export function bend({ inputs, labels, decay }: Problem, weights: readonly number[], count = inputs.length) {
  const d = weights.length;
  const gradient = weights.map((w) => decay * w);
  const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? decay : 0)));
  inputs.forEach((x, r) => {
    const p = chance(score(weights, x));
    const full = [...x, 1];
    for (let i = 0; i < d; i++) {
      gradient[i]! += ((p - labels[r]!) * full[i]!) / count;
      for (let j = 0; j < d; j++) hessian[i]![j]! += (p * (1 - p) * full[i]! * full[j]!) / count;
    }
  });
  return { gradient, hessian };
}

/** The minimum, where a mean over `count` examples stays one when some are left out. */
export function minimum(given: Problem, count = given.inputs.length): number[] {
  let weights: number[] = new Array(given.inputs[0]!.length + 1).fill(0);
  for (let step = 0; step < 20; step++) {
    const { gradient, hessian } = bend(given, weights, count);
    const change = solveDense(hessian, gradient);
    weights = weights.map((w, i) => w - change[i]!);
  }
  return weights;
}

export const without = ({ inputs, labels, decay }: Problem, index: number): Problem => ({
  inputs: inputs.filter((_, i) => i !== index),
  labels: labels.filter((_, i) => i !== index),
  decay,
});

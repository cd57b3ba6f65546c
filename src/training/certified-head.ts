// Certified removal from a convex head: a Newton step, and a bound on how far it ends from the minimum without the removed rows. Certified
// Data Removal from Machine Learning Models (Guo, Goldstein, Hannun, van der Maaten), arXiv 1911.03030. The bound here is from each row's
// own step, which holds for any number of classes.
import { eigenOf } from '../domain/eigen.ts';
import { type HeadRows, headGradient, headHessian, lengthOf, outputsOf, rowCount, solveHead } from './convex-head.ts';

/**
 * How fast the Hessian of a row's cost by its outputs may change, largest third derivative along a unit vector: third central
 * moments of a variable whose values lie within R are at most R^3 / (6 sqrt 3), and R is 1 for one output, sqrt 2 for several.
 */
const CHANGE = (outputs: number): number => (outputs === 1 ? 1 : 2 * Math.SQRT2) / (6 * Math.sqrt(3));
/** Largest eigenvalue of that Hessian. */
const BEND = (outputs: number): number => (outputs === 1 ? 1 / 4 : 1 / 2);
/** Float64 sums of n terms are off by less than this share of what they sum. */
const SLACK = 1 + 1e-9;

/**
 * The residual that (epsilon, delta) allows: the head was trained with a random linear term of standard deviation `sigma` beside
 * the sum of costs (Theorem 3 of the paper; epsilon at most 1).
 */
export const residualBudget = ({ epsilon, delta, sigma }: { epsilon: number; delta: number; sigma: number }): number =>
  (sigma * epsilon) / Math.sqrt(2 * Math.log(1.5 / delta));

/** Spectral norm of the features, rounded up. */
export function featureNorm({ features, width }: HeadRows): number {
  const products = new Float64Array(width * width);
  for (let from = 0; from < features.length; from += width)
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) products[i * width + j]! += features[from + i]! * features[from + j]!;
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) products[j * width + i] = products[i * width + j]!;
  return Math.sqrt(Math.max(0, ...eigenOf(products, width).values)) * SLACK;
}

/** Weights as float32 holds them, and by how much the gradient may have moved with that. */
export function stored(
  weights: Float64Array,
  { rows, lambda, norm }: { rows: HeadRows; lambda: number; norm: number },
): { weights: Float64Array; moved: number } {
  const rounded = Float64Array.from(Float32Array.from(weights));
  const by = lengthOf(weights.map((w, i) => w - rounded[i]!));
  return { weights: rounded, moved: (BEND(rows.outputs) * norm ** 2 + lambda * rowCount(rows)) * by };
}

export interface Removal {
  /** As float32 holds them. */
  weights: Float64Array;
  /** What the bound on the residual grows by. */
  spent: number;
}

/**
 * Takes rows out by one Newton step on the loss of those that stay. If the gradient of the loss of all rows (their costs, lambda n / 2
 * times the squared weights, a linear term that nobody needs to know here) had at most the length b, that of the loss of
 * the rows that stay has at most b + spent: a residual of the linear system, the third derivatives along the step, and rounding.
 * `norm`: of the features, of all rows or of those that stay.
 */
export function removeRows(given: {
  weights: Float64Array;
  stay: HeadRows;
  go: HeadRows;
  lambda: number;
  norm: number;
}): Removal {
  const { weights, stay, go, lambda, norm } = given;
  // the decay of the removed goes with them: lambda n / 2 becomes lambda (n - m) / 2
  const pull = headGradient({ rows: go, lambda }, weights);
  const { x, left } = solveHead(headHessian({ rows: stay, lambda }, weights), pull);
  let fourth = 0;
  for (let r = 0; r < rowCount(stay); r++) {
    const step = outputsOf(stay, x, r);
    fourth += step.reduce((sum, value) => sum + value * value, 0) ** 2;
  }
  const bent = (norm * CHANGE(stay.outputs) * Math.sqrt(fourth)) / 2;
  const there = stored(
    weights.map((w, i) => w + x[i]!),
    { rows: stay, lambda, norm },
  );
  return { weights: there.weights, spent: (left + bent + there.moved) * SLACK };
}

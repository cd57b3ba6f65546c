// Certified removal from a convex head: a Newton step, and a bound on how far it ends from the minimum without the removed rows. Certified
// Data Removal from Machine Learning Models (Guo, Goldstein, Hannun, van der Maaten), arXiv 1911.03030. The bound here is from each row's
// own step, which holds for any number of classes.
import type { Breathe } from '../domain/breathing.ts';
import { eigenOf } from '../domain/eigen.ts';
import {
  type HeadLoss,
  type HeadRows,
  headGradient,
  headHessian,
  lengthOf,
  outputsOf,
  rowCount,
  solveHead,
} from './convex-head.ts';

/**
 * How fast the Hessian of a row's cost by its outputs may change, largest third derivative along a unit vector: third central
 * moments of a variable whose values lie within R are at most R^3 / (6 sqrt 3), and R is 1 for one output, sqrt 2 for several.
 */
const CHANGE = (outputs: number): number => (outputs === 1 ? 1 : 2 * Math.SQRT2) / (6 * Math.sqrt(3));
/** Largest eigenvalue of that Hessian. */
const BEND = (outputs: number): number => (outputs === 1 ? 1 / 4 : 1 / 2);
/** Largest share by which float64 rounds. */
const UNIT = 2 ** -53;
/** The least share of the budget that anything is charged. */
const LEAST_CHARGE = 2 ** -10;
/** Rows between two breaths: at the widest features a second or so. */
const BLOCK = 256;

/**
 * The residual that (epsilon, delta) allows: the head was trained with a random linear term of standard deviation `sigma` beside
 * the sum of costs (Theorem 3 of the paper; epsilon at most 1).
 */
export const residualBudget = ({ epsilon, delta, sigma }: { epsilon: number; delta: number; sigma: number }): number =>
  (sigma * epsilon) / Math.sqrt(2 * Math.log(1.5 / delta));

/**
 * What is charged for a bound: the next larger share of the budget that is a power of two. The bound itself was worked out from the
 * removed, and to publish it to all digits would tell who had them for comparison. Infinite where the budget does not reach.
 */
export function chargeOf(bound: number, budget: number): number {
  if (!(bound <= budget)) return Number.POSITIVE_INFINITY;
  let charge = budget * LEAST_CHARGE;
  while (charge < bound) charge *= 2;
  return charge;
}

/** Spectral norm of the features, rounded up. Breathes before each block of rows, and before the eigenvalues. */
export async function featureNorm(rows: HeadRows, breathe: Breathe): Promise<number> {
  const { features, width } = rows;
  const products = new Float64Array(width * width);
  for (let from = 0; from < features.length; from += width) {
    if ((from / width) % BLOCK === 0) await breathe();
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) products[i * width + j]! += features[from + i]! * features[from + j]!;
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) products[j * width + i] = products[i * width + j]!;
  await breathe();
  // sums of n products, and some reflections for each column
  const slack = 1 + 4 * (rowCount(rows) + 16 * width) * width * UNIT;
  return Math.sqrt(Math.max(0, ...eigenOf(products, width).values) * slack);
}

/** Weights as float32 holds them, and by how much the gradient may have moved with that. */
function stored(
  weights: Float64Array,
  { rows, lambda }: HeadLoss,
  norm: number,
): { weights: Float64Array; moved: number } {
  const rounded = Float64Array.from(Float32Array.from(weights));
  const by = lengthOf(weights.map((w, i) => w - rounded[i]!));
  return { weights: rounded, moved: (BEND(rows.outputs) * norm ** 2 + lambda * rowCount(rows)) * by };
}

/**
 * By how much float64 may have the gradient wrong, and the Hessian along `step`: every sum by its number of terms times what its terms
 * come to, outputs first, then chances, then the sum over rows.
 */
function rounding({ rows, lambda, noise }: HeadLoss, weights: Float64Array, step?: Float64Array): number {
  const { features, width, outputs } = rows;
  const [n, size, along] = [rowCount(rows), lengthOf(weights), step ? lengthOf(step) : 0];
  let [sum, squares, longest] = [0, 0, 0];
  for (let r = 0; r < n; r++) {
    const length = lengthOf(features.subarray(r * width, (r + 1) * width));
    sum += length;
    squares += length ** 2;
    longest = Math.max(longest, length);
  }
  const gradient = lambda * n * size + 3 * sum + squares * size + (noise ? lengthOf(noise) : 0);
  const bent = along * (lambda * n + squares * (4 + 2 * longest * size));
  return 2 * (n + width + outputs + 16) * UNIT * (gradient + bent);
}

export interface Removal {
  /** As float32 holds them. */
  weights: Float64Array;
  /** What the bound on the residual grows by. */
  spent: number;
}

/** The minimum as it is stored, and what the length of the gradient there is at most. */
export function startOf(
  loss: HeadLoss,
  { weights, residual }: { weights: Float64Array; residual: number },
  norm: number,
): Removal {
  const there = stored(weights, loss, norm);
  return { weights: there.weights, spent: residual + there.moved + rounding(loss, weights) };
}

/**
 * Takes rows out by one Newton step on the loss of those that stay. If the gradient of the loss of all rows (their costs, lambda n / 2
 * times the squared weights, a linear term that nobody needs to know here) had at most the length b, that of the loss of
 * the rows that stay has at most b + spent: a residual of the linear system, the third derivatives along the step, and rounding.
 * `norm`: of the features, of all rows or of those that stay.
 */
export async function removeRows(given: {
  weights: Float64Array;
  stay: HeadRows;
  go: HeadRows;
  lambda: number;
  norm: number;
  breathe: Breathe;
}): Promise<Removal> {
  const { weights, lambda, norm, breathe } = given;
  const [stay, go] = [
    { rows: given.stay, lambda },
    { rows: given.go, lambda },
  ];
  // the decay of the removed goes with them: lambda n / 2 becomes lambda (n - m) / 2
  const { x, left } = await solveHead(headHessian(stay, weights), headGradient(go, weights), breathe);
  let fourth = 0;
  for (let r = 0; r < rowCount(stay.rows); r++) {
    const step = outputsOf(stay.rows, x, r);
    fourth += step.reduce((sum, value) => sum + value * value, 0) ** 2;
  }
  const bent = (norm * CHANGE(stay.rows.outputs) * Math.sqrt(fourth)) / 2;
  const there = stored(
    weights.map((w, i) => w + x[i]!),
    stay,
    norm,
  );
  const rounded = rounding(stay, weights, x) + rounding(go, weights);
  // rounding of the two products themselves
  const slack = 1 + 4 * (rowCount(stay.rows) + stay.rows.width) * UNIT;
  return { weights: there.weights, spent: (left + bent + there.moved) * slack + rounded };
}

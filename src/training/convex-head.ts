// The last layer of a classifier on features that stay as they are: a convex problem, in float64. n rows of `width` features, the
// last of which may be a constant 1; weights (width, outputs) row-major.
import type { Breathe } from '../domain/breathing.ts';

export interface HeadRows {
  /** (n, width). */
  features: Float64Array;
  /** Class of each row. */
  labels: Int32Array;
  width: number;
  /** One for each class; one alone, for the second of two classes. */
  outputs: number;
}

/** The sum of costs, half of lambda n times the squared weights, and their product with `noise`. */
export interface HeadLoss {
  rows: HeadRows;
  lambda: number;
  /** Absent: none. */
  noise?: Float64Array;
}

export const rowCount = ({ labels }: HeadRows): number => labels.length;
const EPSILON = 1e-12;
/** Of the gradient, which a step of Newton's need not solve for: the next one has the rest. */
const NEWTON_SHARE = 1e-4;

export function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
export const lengthOf = (v: Float64Array): number => Math.sqrt(inner(v, v));

/** x^T W of row r. */
export function outputsOf({ features, width, outputs }: HeadRows, weights: Float64Array, r: number): Float64Array {
  const z = new Float64Array(outputs);
  for (let i = 0, at = r * width; i < width; i++, at++) {
    const value = features[at]!;
    for (let k = 0; k < outputs; k++) z[k] = z[k]! + value * weights[i * outputs + k]!;
  }
  return z;
}

/** Adds x times `g` of row r to `sums`. */
function addOuter({ features, width, outputs }: HeadRows, r: number, g: Float64Array, sums: Float64Array): void {
  for (let i = 0, at = r * width; i < width; i++, at++) {
    const value = features[at]!;
    for (let k = 0; k < outputs; k++) sums[i * outputs + k] = sums[i * outputs + k]! + value * g[k]!;
  }
}

/** Probabilities of the outputs: of each class, or of the second of two. */
function chances(z: Float64Array): Float64Array {
  if (z.length === 1) return Float64Array.of(1 / (1 + Math.exp(-z[0]!)));
  const most = Math.max(...z);
  const odds = z.map((value) => Math.exp(value - most));
  const total = odds.reduce((a, b) => a + b, 0);
  return odds.map((value) => value / total);
}

/** Of the sum of costs (cross-entropy, nats), half of lambda n times the squared weights, and their product with `noise`. */
export function headGradient({ rows, lambda, noise }: HeadLoss, weights: Float64Array): Float64Array {
  const factor = lambda * rowCount(rows);
  const sums = weights.map((w, i) => factor * w + (noise?.[i] ?? 0));
  rows.labels.forEach((label, r) => {
    const g = chances(outputsOf(rows, weights, r));
    const place = rows.outputs === 1 ? 0 : label;
    g[place] = g[place]! - (rows.outputs === 1 ? label : 1);
    addOuter(rows, r, g, sums);
  });
  return sums;
}

/** The Hessian at some weights, as what it makes of a vector. */
export function headHessian({ rows, lambda }: HeadLoss, weights: Float64Array): (v: Float64Array) => Float64Array {
  const all = Array.from(rows.labels, (_, r) => chances(outputsOf(rows, weights, r)));
  const factor = lambda * rowCount(rows);
  return (v) => {
    const sums = v.map((value) => factor * value);
    all.forEach((p, r) => {
      const u = outputsOf(rows, v, r);
      const mean = inner(p, u);
      addOuter(
        rows,
        r,
        u.map((value, k) => p[k]! * (value - mean)),
        sums,
      );
    });
    return sums;
  };
}

/** x with apply(x) = b as nearly as float64 allows, or to a share of b, and how long what is left of b is. Breathes before each step. */
export async function solveHead(
  apply: (v: Float64Array) => Float64Array,
  b: Float64Array,
  breathe: Breathe,
  share = EPSILON,
): Promise<{ x: Float64Array; left: number }> {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  let direction = b.slice();
  let square = inner(b, b);
  const enough = share ** 2 * square;
  for (let step = 0; step < 4 * b.length && square > enough; step++) {
    await breathe();
    const bent = apply(direction);
    const along = square / inner(direction, bent);
    for (let i = 0; i < x.length; i++) {
      x[i] = x[i]! + along * direction[i]!;
      residual[i] = residual[i]! - along * bent[i]!;
    }
    const next = inner(residual, residual);
    direction = direction.map((value, i) => residual[i]! + (next / square) * value);
    square = next;
  }
  const reached = apply(x);
  return { x, left: lengthOf(b.map((value, i) => value - reached[i]!)) };
}

/** The minimum, by Newton's method with halved steps, and the length of the gradient there. Breathes before each pass over the rows. */
export async function minimiseHead(
  loss: HeadLoss,
  breathe: Breathe,
): Promise<{ weights: Float64Array; residual: number }> {
  let weights = new Float64Array(loss.rows.width * loss.rows.outputs);
  let gradient = headGradient(loss, weights);
  const enough = EPSILON * Math.max(1, lengthOf(gradient));
  for (let step = 0; step < 100 && lengthOf(gradient) > enough; step++) {
    await breathe();
    const { x } = await solveHead(headHessian(loss, weights), gradient, breathe, NEWTON_SHARE);
    const before = lengthOf(gradient);
    // by the gradient's length: near the minimum differences of costs are rounding alone
    for (let share = 1; share > 1e-9 && lengthOf(gradient) >= before; share /= 2) {
      await breathe();
      const next = weights.map((w, i) => w - share * x[i]!);
      const slope = headGradient(loss, next);
      if (lengthOf(slope) < before) [weights, gradient] = [next, slope];
    }
    // at the limit of float64 steps no longer help
    if (lengthOf(gradient) >= before) break;
  }
  return { weights, residual: lengthOf(gradient) };
}

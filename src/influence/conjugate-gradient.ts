// (H + damping I) x = b without H: Hessian-vector products by differences of gradients, and conjugate gradients.
// Understanding Black-box Predictions via Influence Functions, arXiv 1703.04730.
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import type { Surface } from './surface.ts';
import { combine, dot, norm, scaled, type Vector } from './vectors.ts';

/** Length of a step from the weights, as a share of theirs: differences of float32 gradients are truest about there. */
const STEP = 3e-3;
/** How often the damping may be raised where the surface is not convex, and by how much at least. */
const RAISES = 6;
const RAISE = 4;

/** Labels that rows are learned by. */
export const labelsOf = (rows: readonly TokenRow[]): number =>
  rows.reduce((sum, { ids, promptLength }) => sum + ids.length - promptLength, 0);

/** H v, where H is the Hessian of the mean cost of a label of `rows`. Two gradients. */
export async function hessianTimes(surface: Surface, rows: readonly TokenRow[], v: Vector): Promise<Vector> {
  const length = norm(v);
  if (length === 0) return v;
  const step = (STEP * (1 + norm(surface.point))) / length;
  const above = await surface.gradient(rows, { direction: v, step });
  const below = await surface.gradient(rows, { direction: v, step: -step });
  const factor = 1 / (2 * step * labelsOf(rows));
  return combine(factor, above, -factor, below);
}

export interface Solution {
  x: Vector;
  /** What was added to the diagonal in the end. */
  damping: number;
  iterations: number;
}

/** Where some direction does not bend upwards x would be no minimum of anything: then how much it bends, for its length. */
async function solve(
  apply: (v: Vector) => Promise<Vector>,
  b: Vector,
  options: { iterations: number; tolerance: number },
): Promise<{ x: Vector; iterations: number } | { bend: number }> {
  let x = scaled(0, b);
  let residual = b;
  let direction = b;
  let square = dot(b, b);
  const enough = options.tolerance ** 2 * square;
  let taken = 0;
  while (taken < options.iterations && square > enough) {
    taken++;
    const bent = await apply(direction);
    const curvature = dot(direction, bent);
    if (!(curvature > 0)) return { bend: curvature / dot(direction, direction) };
    const along = square / curvature;
    x = combine(1, x, along, direction);
    residual = combine(1, residual, -along, bent);
    const next = dot(residual, residual);
    direction = combine(1, residual, next / square, direction);
    square = next;
  }
  return { x, iterations: taken };
}

/**
 * Solves (H + damping I) x = b over the rows. Where that is not convex, the damping is raised until it is. Throws
 * `compute-failed` when that does not help.
 */
export async function solveDamped(
  surface: Surface,
  rows: readonly TokenRow[],
  b: Vector,
  options: { damping: number; iterations: number; tolerance?: number },
): Promise<Solution> {
  const { iterations, tolerance = 1e-3 } = options;
  let { damping } = options;
  for (let raised = 0; raised <= RAISES; raised++) {
    const apply = async (v: Vector) => combine(1, await hessianTimes(surface, rows, v), damping, v);
    const found = await solve(apply, b, { iterations, tolerance });
    if ('x' in found) return { ...found, damping };
    damping = Math.max(RAISE * damping, 2 * (damping - found.bend));
  }
  throw new ExpungeError(
    'compute-failed',
    `The loss bends downwards still with a damping of ${damping}: give more, or use another method.`,
  );
}

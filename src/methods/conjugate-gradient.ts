// (H + damping I) x = b without H: Hessian-vector products by differences of gradients, and conjugate gradients.
// Understanding Black-box Predictions via Influence Functions, arXiv 1703.04730.
import { combine, dot, norm, scaled, type Vector } from '../domain/vectors.ts';
import { ExpungeError } from '../errors.ts';

/** Length of a step from the weights, as a share of theirs: differences of float32 gradients are truest about there. */
const STEP = 3e-3;
/** How often the damping may be raised where the surface is not convex, and by how much at least. */
const RAISES = 6;
const RAISE = 4;

/** A loss around some weights. */
export interface Bend {
  /** The weights. */
  point: Vector;
  /** Gradient of the loss at the weights plus `step` times `direction`. */
  gradientAt(direction: Vector, step: number): Promise<Vector>;
}

/** H v, where H is the Hessian of the loss. Two gradients. */
export async function hessianTimes({ point, gradientAt }: Bend, v: Vector): Promise<Vector> {
  const length = norm(v);
  if (length === 0) return v;
  const step = (STEP * (1 + norm(point))) / length;
  const above = await gradientAt(v, step);
  const below = await gradientAt(v, -step);
  return combine(1 / (2 * step), above, -1 / (2 * step), below);
}

export interface Solution {
  x: Vector;
  /** What was added to the diagonal in the end. */
  damping: number;
}

/** Where some direction does not bend upwards x would be no minimum of anything: then how much it bends, for its length. */
async function solve(
  apply: (v: Vector) => Promise<Vector>,
  b: Vector,
  options: { iterations: number; tolerance: number },
): Promise<{ x: Vector } | { bend: number }> {
  let x = scaled(0, b);
  let residual = b;
  let direction = b;
  let square = dot(b, b);
  const enough = options.tolerance ** 2 * square;
  for (let taken = 0; taken < options.iterations && square > enough; taken++) {
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
  return { x };
}

/**
 * Solves (H + damping I) x = b. Where that is not convex, the damping is raised until it is. Throws `compute-failed` when that does
 * not help.
 */
export async function solveDamped(
  bend: Bend,
  b: Vector,
  options: { damping: number; iterations: number; tolerance?: number },
): Promise<Solution> {
  const { iterations, tolerance = 1e-3 } = options;
  let { damping } = options;
  for (let raised = 0; raised <= RAISES; raised++) {
    const apply = async (v: Vector) => combine(1, await hessianTimes(bend, v), damping, v);
    const found = await solve(apply, b, { iterations, tolerance });
    if ('x' in found) return { ...found, damping };
    damping = Math.max(RAISE * damping, 2 * (damping - found.bend));
  }
  throw new ExpungeError(
    'compute-failed',
    `The loss bends downwards still with a damping of ${damping}: give more, or use another method.`,
  );
}

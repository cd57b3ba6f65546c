// Removal by one Newton step: where the minimum moves when records go, and how far the step may be taken.
import { scaled, type Vector } from '../domain/vectors.ts';
import { type Bend, type Solution, solveDamped } from './conjugate-gradient.ts';

/**
 * The step from the minimum of a loss over all records to that over the retained: share (H + damping I)^-1 g, where H is the
 * Hessian of the retained records' mean loss, g the gradient of the forgotten ones' mean loss, and `share` how many terms this is a
 * mean over for each term of the other. Exact where the loss is quadratic.
 */
export async function newtonRemoval(
  retained: Bend,
  forgotten: Vector,
  options: { share: number; damping: number; iterations: number },
): Promise<Solution> {
  const { x, damping } = await solveDamped(retained, scaled(options.share, forgotten), options);
  return { x, damping };
}

export interface Search {
  /** Whether a step of so many times the Newton step may be taken. */
  allowed(scale: number): Promise<boolean>;
  /** Powers of two that are tried above and below 1. */
  doublings: number;
  halvings: number;
  /** How often the interval between the last that may and the first that may not is halved. */
  refinements: number;
}

/** The largest scale that is allowed, by doubling or halving from 1 and bisection; 0: none is. */
export async function largestScale({ allowed, doublings, halvings, refinements }: Search): Promise<number> {
  let [low, high] = [0, 1];
  if (await allowed(1)) {
    low = 1;
    for (let i = 0; i < doublings && low === high; i++) {
      high = 2 * low;
      if (await allowed(high)) low = high;
    }
    if (low === high) return low;
  } else {
    for (let i = 0; i < halvings && low === 0; i++) {
      if (await allowed(high / 2)) low = high / 2;
      else high /= 2;
    }
    if (low === 0) return 0;
  }
  for (let i = 0; i < refinements; i++) {
    const middle = (low + high) / 2;
    if (await allowed(middle)) low = middle;
    else high = middle;
  }
  return low;
}

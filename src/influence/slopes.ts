// How fast the costs of many rows change along a direction: the product of each row's gradient with it, without a gradient.
import { dot, norm, type Vector } from '../domain/vectors.ts';
import type { TokenRow } from '../training/batches.ts';
import type { Surface } from './surface.ts';

/** Share of the query's cost that a step changes: enough to stand out of float32, and little enough to be straight. */
const CHANGE = 0.03;
/** A step is at most this share of the weights. */
const LONGEST = 0.01;

/** What a direction was made of: rows, their cost together and its gradient. */
export interface Query {
  cost: number;
  gradient: Vector;
}

/** Cost and gradient of the rows that are asked about. */
export async function queryOf(surface: Surface, rows: readonly TokenRow[]): Promise<Query> {
  const costs = await surface.costs(rows);
  return { cost: costs.reduce((sum, cost) => sum + cost, 0), gradient: await surface.gradient(rows) };
}

/** How far to step along `direction` to either side. */
export function stepFor({ point }: Pick<Surface, 'point'>, { cost, gradient }: Query, direction: Vector): number {
  const slope = Math.abs(dot(gradient, direction));
  const longest = (LONGEST * norm(point)) / norm(direction);
  const step = (CHANGE * cost) / slope;
  // where the model is certain, the cost is 0 in float32 and its gradient is not: no step at all would show nothing
  return step > 0 ? Math.min(longest, step) : longest;
}

/**
 * <gradient of each row, direction> by a central difference: two forward passes over all rows, where gradients would take
 * a backward pass for each row by itself. A direction of length 0 gives zeros.
 */
export async function slopes(
  surface: Surface,
  rows: readonly TokenRow[],
  query: Query,
  direction: Vector,
): Promise<Float64Array> {
  if (norm(direction) === 0) return new Float64Array(rows.length);
  const step = stepFor(surface, query, direction);
  const above = await surface.costs(rows, { direction, step });
  const below = await surface.costs(rows, { direction, step: -step });
  return above.map((cost, i) => (cost - below[i]!) / (2 * step));
}

// How much of what is retained a run can look at.
import type { Method } from '../domain/method.ts';
import { MOST_ROWS } from './batch-size.ts';
import { LONGEST_REPAIR } from './unlearn.ts';

/** What other answers and losses are sampled from, however few the steps. */
const LEAST = 4096;
/** More is drawn again and again rather than held. */
const MOST = 1 << 16;

interface Asked {
  max_steps?: number;
  repair_steps?: number;
  retain_batch?: number;
  /** Of edits that look at a set before they repair. */
  importance_rows?: number;
  curvature_rows?: number;
}

/**
 * Retained records that a run needs: a seeded sample of so many stands for all of them, since steps draw at random and without
 * putting back. Infinite for a training from a recipe, and for a proof, which see all.
 */
export function retainedNeeded({ kind }: Pick<Method, 'kind'>, params: Asked): number {
  if (kind === 'retrain' || kind === 'certified') return Number.POSITIVE_INFINITY;
  if (kind === 'edit') return Math.max(MOST, params.importance_rows ?? 0, params.curvature_rows ?? 0);
  const { max_steps = 0, repair_steps = 0 } = params;
  const retain_batch = params.retain_batch || MOST_ROWS;
  return Math.min(MOST, Math.max(LEAST, (max_steps + LONGEST_REPAIR * repair_steps) * retain_batch));
}

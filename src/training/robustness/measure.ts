// What a changed model gives back of the forgotten and of people never seen.
import type { State } from '../../domain/engine.ts';
import type { Attacked, AttackedRow, Recall } from '../../domain/robustness.ts';
import { kindOf } from '../kinds.ts';

type Sets = { forget: readonly AttackedRow[]; holdout: readonly AttackedRow[] };

/** Recall of both sets under the weights of `state`. */
export function measureOf({ engine, architecture, config }: Attacked, recall: Recall, state: State) {
  const score = kindOf(architecture).scorer(engine, architecture, config, state);
  const of = async (rows: readonly AttackedRow[]) => (rows.length === 0 ? null : recall(rows, await score([...rows])));
  return async ({ forget, holdout }: Sets) => ({ forget: await of(forget), holdout: await of(holdout) });
}

/** One point for each change of the candidate's weights; `change` works in place. All are scored by the same compiled graphs. */
export async function pointsOf(
  attacked: Attacked,
  recall: Recall,
  changes: readonly { at: number; change: (weights: Awaited<ReturnType<Attacked['weights']>>) => void }[],
) {
  const points = [];
  const state = attacked.engine.createState({});
  const measure = measureOf(attacked, recall, state);
  try {
    for (const { at, change } of changes) {
      attacked.signal.throwIfAborted();
      const weights = await attacked.weights();
      change(weights);
      state.write(weights);
      points.push({ at, ...(await measure(attacked)) });
    }
  } finally {
    state.dispose();
  }
  return points;
}

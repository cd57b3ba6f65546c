// Gradients of some records of everybody who is compared: a pass that needs the memory of a training step.
import type { Learner } from '../domain/architecture.ts';
import type { State } from '../domain/engine.ts';
import type { RowScore } from '../domain/verification.ts';
import { createGradientNorm } from '../training/gradient-norms.ts';
import { parametersOf } from '../training/learning-rate.ts';
import type { StageContext } from './context.ts';
import { rowsOfEach, samplePeople } from './people-sample.ts';
import type { TextRow } from './sets.ts';

/** Beyond so many weights a gradient may not fit beside them: nothing is measured, and the report says so. */
const MOST_WEIGHTS = 50e6;

type Compared = 'forget' | 'holdout';

/** Writes the norm into `each` rows of every person, forgotten or never seen; the same seed picks the same rows. */
export async function addGradientNorms(
  model: { architecture: Learner; config: unknown; state: State },
  rows: Record<Compared, TextRow[]>,
  scores: Record<Compared, RowScore[]>,
  { each, seed }: { each: number; seed: number },
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<void> {
  if (each === 0 || parametersOf(model) > MOST_WEIGHTS) return;
  const norm = createGradientNorm(engine, model.architecture, model.config, model.state);
  for (const set of ['forget', 'holdout'] as const) {
    const everybody = samplePeople(rows[set], rows[set].length, seed);
    for (const index of rowsOfEach(everybody, each, `${seed}/gradients/${set}`)) {
      signal.throwIfAborted();
      scores[set][index]!.gradNorm = await norm(rows[set][index]!);
    }
  }
}

// Gradients of some records of everybody who is compared: a pass that needs the memory of a training step.
import type { Learner } from '../domain/architecture.ts';
import type { HostTensors } from '../domain/engine.ts';
import { GRADIENT_WEIGHTS } from '../domain/sample-sizes.ts';
import type { RowScore } from '../domain/verification.ts';
import { createGradientNorm } from '../training/gradient-norms.ts';
import { parametersOf } from '../training/learning-rate.ts';
import type { StageContext } from './context.ts';
import { asManyAs, rowsOfEach, samplePeople } from './people-sample.ts';
import type { TextRow } from './sets.ts';

type Compared = 'forget' | 'holdout';
type Model = { architecture: Learner; config: unknown; weights: HostTensors };

/**
 * `each` rows of every person, forgotten or never seen, or all there are, and of strangers no more than of the forgotten, by set; the same
 * seed picks the same. None of a model that is too large.
 */
export function gradientRows(
  model: Omit<Model, 'weights'>,
  rows: Record<Compared, TextRow[]>,
  each: number,
  seed: number,
): Record<Compared, number[]> {
  if (each === 0 || parametersOf(model) > GRADIENT_WEIGHTS) return { forget: [], holdout: [] };
  const people = (set: Compared) => samplePeople(rows[set], rows[set].length, seed);
  const [forget, holdout] = [people('forget'), people('holdout')];
  return {
    forget: rowsOfEach(forget, each, `${seed}/gradients/forget`),
    holdout: rowsOfEach(holdout, asManyAs([forget], holdout, each), `${seed}/gradients/holdout`),
  };
}

/** Writes the norm into those rows. */
export async function addGradientNorms(
  model: Model,
  rows: Record<Compared, TextRow[]>,
  scores: Record<Compared, RowScore[]>,
  chosen: Record<Compared, number[]>,
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<void> {
  const state = engine.createState(model.weights);
  try {
    const norm = createGradientNorm(engine, model.architecture, model.config, state);
    for (const set of ['forget', 'holdout'] as const)
      for (const index of chosen[set]) {
        signal.throwIfAborted();
        scores[set][index]!.gradNorm = await norm(rows[set][index]!);
      }
  } finally {
    state.dispose();
  }
}

// How hard what is to be forgotten pulls at the weights, before anything is unlearned: a pass back over some of it and of what is kept.
import type { UnlearnJob } from '../domain/compute.ts';
import { sampleRows } from '../domain/random.ts';
import { GRADIENT_WEIGHTS } from '../domain/sample-sizes.ts';
import type { UnusualPerson } from '../domain/suspicion.ts';
import { steepPeople } from '../domain/unusual-records.ts';
import { byPerson } from '../training/batches.ts';
import { createGradientNorm } from '../training/gradient-norms.ts';
import { parametersOf } from '../training/learning-rate.ts';
import type { StageContext } from './context.ts';
import { type AnyModel, loadAnyWeights } from './models.ts';
import { rowsOfEach } from './people-sample.ts';
import type { LoadedSets, TextRow } from './sets.ts';

/** Rows that are looked at: of what is kept and of strangers, and of each person. A row is a pass of its own. */
const SAMPLE = { others: 100, each: 3 };

/** Those of whom somebody should look at the request first; nobody where the job does not ask, or the model is too large for a gradient beside it. */
export async function steepRecords(
  { watch, parent_dir, seed }: UnlearnJob,
  model: AnyModel,
  { forget, retain, calibration }: LoadedSets,
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<UnusualPerson[]> {
  if (!watch?.gradient || forget.length === 0 || parametersOf(model) > GRADIENT_WEIGHTS) return [];
  const state = engine.createState(await loadAnyWeights(parent_dir));
  try {
    const norm = createGradientNorm(engine, model.architecture, model.config, state);
    const norms = async (rows: readonly TextRow[]) => {
      const found: number[] = [];
      for (const row of rows) {
        signal.throwIfAborted();
        found.push(await norm(row));
      }
      return found;
    };
    const some = rowsOfEach(byPerson(forget), SAMPLE.each, `${seed}/watched`).map((index) => forget[index]!);
    const of = await norms(some);
    return steepPeople(
      {
        forget: some.map(({ person }, i) => ({ person, value: of[i]! })),
        retained: await norms(sampleRows(retain, SAMPLE.others, seed)),
        strangers: await norms(sampleRows(calibration, SAMPLE.others, seed)),
      },
      watch.gradient,
    );
  } finally {
    state.dispose();
  }
}

// What the model makes of whom it is to forget, before anything is unlearned: one pass over their rows and a sample of what is kept.
import type { UnlearnJob } from '../domain/compute.ts';
import { sampleRows } from '../domain/random.ts';
import type { UnusualPerson } from '../domain/suspicion.ts';
import { unusualPeople } from '../domain/unusual-records.ts';
import { meanNll } from '../training/scoring.ts';
import type { StageContext } from './context.ts';
import { type AnyModel, loadAnyWeights } from './models.ts';
import type { LoadedSets, TextRow } from './sets.ts';
import { createScales } from './weighed-model.ts';

/** Rows of a kind that are looked at: enough to show what nearly all cost. */
const SAMPLE = 200;

/** Those of whom somebody should look at the request first; nobody where the job does not ask. */
export async function unknownPeople(
  { watch, parent_dir, seed }: UnlearnJob,
  model: AnyModel,
  { forget, retain, calibration }: LoadedSets,
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<UnusualPerson[]> {
  if (!watch?.loss || forget.length === 0) return [];
  const scales = createScales(engine);
  try {
    const { score } = scales.put(model, await loadAnyWeights(parent_dir));
    const costs = async (rows: TextRow[]) => {
      signal.throwIfAborted();
      return (await score(rows)).map(meanNll);
    };
    const some = (rows: TextRow[]) => costs(sampleRows(rows, SAMPLE, seed));
    const of = await costs(forget);
    return unusualPeople(
      {
        forget: forget.map(({ person }, i) => ({ person, value: of[i]! })),
        ...{ retained: await some(retain), strangers: await some(calibration) },
      },
      watch.loss,
    );
  } finally {
    scales.dispose();
  }
}

// What is kept of people forgotten before, from the file that the worker handed over to token rows.
import type { EarlierJob } from '../domain/compute.ts';
import { KEPT_RECORDS } from '../domain/kept-probes.ts';
import { sampleRows, seedFrom } from '../domain/random.ts';
import { receive } from '../evidence/handed-over.ts';
import { rowsOf } from './models.ts';
import type { TextRow } from './sets.ts';

/**
 * At most KEPT_RECORDS rows of each person, since a record may be many; null where the job names nobody. Throws `compute-failed`
 * for what does not open, and an Error without any text for a record that the model cannot take.
 */
export async function loadEarlier(
  { earlier, seed }: { earlier?: Pick<EarlierJob, 'probes'>; seed: number },
  model: Parameters<typeof rowsOf>[0],
): Promise<TextRow[] | null> {
  if (!earlier?.probes) return null;
  const people = await receive(earlier.probes);
  return people.flatMap(({ person, records }) => {
    const rows = records.flatMap((record, i) =>
      rowsOf(model, record).map((row) => ({ ...row, person, record: `${person}/${i}` })),
    );
    return sampleRows(rows, KEPT_RECORDS, seedFrom(`${seed}/earlier/${person}`));
  });
}

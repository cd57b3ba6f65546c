// Whether what a run is to forget stands in more shards, or in earlier slices, than people of the model do.
import { readPlacement } from '../checkpoints/sisa.ts';
import type { UnlearnJob } from '../domain/compute.ts';
import { type Standing, unusualSpread } from '../domain/shard-spread.ts';
import type { UnusualPerson } from '../domain/suspicion.ts';
import { type Cell, cellsOf } from '../training/sisa/placement.ts';
import type { AnyModel } from './models.ts';
import type { LoadedSets, TextRow } from './sets.ts';

/** Records that name nobody are each somebody's. */
function standingsOf(rows: readonly TextRow[], cells: ReadonlyMap<string, Cell>): Standing[] {
  const people = Map.groupBy(rows, ({ person, record }) => (person < 0 ? record : person));
  return [...people.values()].map((own) => {
    const records = new Set(own.map(({ record }) => record));
    return {
      ...{ person: own[0]!.person, records: records.size },
      cells: [...records].flatMap((record) => cells.get(record) ?? []),
    };
  });
}

/** Those of whom somebody should look at the request first; nobody where the job does not ask, or where all shards are trained in any case. */
export async function spreadPeople(
  { watch, method, parent_dir, seed }: UnlearnJob,
  _: AnyModel,
  { forget, retain }: LoadedSets,
): Promise<UnusualPerson[]> {
  if (!watch?.spread || method.name !== 'sisa') return [];
  const placement = await readPlacement(parent_dir);
  if (placement === null) return [];
  const cells = cellsOf(placement);
  const size = { shards: placement.length, slices: Math.max(...placement.map((slices) => slices.length)) };
  const [asked, others] = [standingsOf(forget, cells), standingsOf(retain, cells)];
  return unusualSpread(asked, others, size, { odds: watch.spread, seed });
}

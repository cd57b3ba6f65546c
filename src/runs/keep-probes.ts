// Keeps what later runs need to look again at the people of this one. Sealed files come first and are known from publication on, so
// that nobody is forgotten without them, and nothing is kept of a run that publishes nothing.
import { v7 as uuid } from 'uuid';
import { KEPT_RECORDS, type ProbePlace } from '../domain/kept-probes.ts';
import { sampleRows, seedFrom } from '../domain/random.ts';
import type { SetRow, TrainingRecord } from '../domain/record.ts';
import type { RunDeps } from './deps.ts';
import type { Claim, NewKeptProbes, RequestRecords } from './ports.ts';

/** Requests whose text is held at a time. */
const AT_ONCE = 50;

type Row = RequestRecords['rows'][number];
type Keeping = RequestRecords & { keep_ms: number };

export const nameOf = ({ corpus_id, ordinal }: Row): string => `${corpus_id}/${ordinal}`;

async function read(deps: Pick<RunDeps, 'corpora'>, rows: readonly Row[]): Promise<Map<string, TrainingRecord>> {
  const found = new Map<string, TrainingRecord>();
  for (const [corpus_id, own] of Map.groupBy(rows, (row) => row.corpus_id)) {
    const ordinals = new Set(own.map(({ ordinal }) => ordinal));
    for await (const { ordinal, ...record } of deps.corpora.readLines(corpus_id, ordinals))
      found.set(nameOf({ corpus_id, ordinal }), record);
  }
  return found;
}

/** The number that most of the rows carry; a record may be several people's. */
export function personOf(rows: readonly Row[], people: ReadonlyMap<string, number>): number {
  const counts = Map.groupBy(rows, (row) => people.get(nameOf(row)) ?? -1);
  return [...counts].reduce((most, one) => (one[1].length > most[1].length ? one : most))[0];
}

/** Seals a sample of the records of every request that wants it; what is returned is for `publish`. */
export async function keepProbes(
  deps: Pick<RunDeps, 'store' | 'corpora' | 'probes' | 'settings'>,
  claim: Claim,
  forget: readonly SetRow[],
): Promise<NewKeptProbes[]> {
  const people = new Map(forget.map((row) => [nameOf(row), row.person]));
  const wanted = (await deps.store.requestRecords(claim))
    .map((one): Keeping => ({ ...one, keep_ms: one.keep_ms ?? deps.settings.reverifyForMs }))
    .filter(({ keep_ms }) => keep_ms > 0);
  const kept: NewKeptProbes[] = [];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const some = wanted.slice(from, from + AT_ONCE).map((one) => ({
      ...one,
      person: personOf(one.rows, people),
      rows: sampleRows(one.rows, KEPT_RECORDS, seedFrom(one.request_id)),
    }));
    const texts = await read(
      deps,
      some.flatMap(({ rows }) => rows),
    );
    for (const { request_id, keep_ms, person, rows } of some) {
      const place: ProbePlace = { model_id: claim.model.id, request_id, run_id: claim.run.id, key_id: uuid() };
      // an id may say more of the person than the text does
      const records = rows.map((row, i) => ({ ...texts.get(nameOf(row))!, id: String(i) }));
      kept.push({ ...place, ...(await deps.probes.keep(place, { person, records })), records: rows.length, keep_ms });
    }
  }
  return kept;
}

/** Of a candidate that was not published after all. */
export async function discardProbes(deps: Pick<RunDeps, 'probes'>, kept: readonly NewKeptProbes[]): Promise<void> {
  for (const place of kept) await deps.probes.remove(place);
}

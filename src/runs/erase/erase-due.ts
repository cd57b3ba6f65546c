// A chore of the sweep: once a request is done, and nothing can be rolled back to a model that knew its records, their text goes.
import { v7 as uuid } from 'uuid';
import type { DeletedRecord } from '../../domain/deletion-entry.ts';
import type { TrainingRecord } from '../../domain/record.ts';
import type { RunDeps } from '../deps.ts';
import type { ErasedOf, LookAgain, RecordPlace, SealedPrints } from '../ports.ts';
import { type EraseDeps, eraseRecords } from './erase-records.ts';
import { recordDigest } from './record-digest.ts';

/** Requests that a sweep looks at. */
const AT_ONCE = 100;
/** Records whose text is held at a time. */
const RECORDS_AT_ONCE = 500;
/** Rollback windows say when they end, and what could free a text mostly says so; these are for the rest. */
const AGAIN: LookAgain = { undone_ms: 60_000, needed_ms: 3_600_000, most_ms: 24 * 3_600_000 };

type ChoreDeps = EraseDeps &
  Pick<RunDeps, 'subjectKeys' | 'printer' | 'log'> & {
    settings: Pick<RunDeps['settings'], 'eraseAfterMs' | 'fingerprintMs'>;
  };

function* batchesOf(places: readonly RecordPlace[]): Generator<[corpus_id: string, ordinals: number[]]> {
  for (const [corpus_id, own] of Map.groupBy(places, (place) => place.corpus_id))
    for (let from = 0; from < own.length; from += RECORDS_AT_ONCE)
      yield [corpus_id, own.slice(from, from + RECORDS_AT_ONCE).map(({ ordinal }) => ordinal)];
}

/** Fingerprints, sealed under a key of their own; null where none are kept. */
function sealPrints(deps: ChoreDeps, of: ErasedOf, records: Iterable<TrainingRecord>): SealedPrints | null {
  const keep_ms = deps.settings.fingerprintMs;
  if (keep_ms === 0) return null;
  return { key_id: uuid(), keep_ms, ...deps.printer.seal(of, records) };
}

/** Marks them; null where something has come to need one: the next sweep sees that. */
async function markBatch(
  deps: ChoreDeps,
  of: ErasedOf,
  corpus_id: string,
  ordinals: number[],
): Promise<DeletedRecord[] | null> {
  const texts = new Map<number, TrainingRecord>();
  for await (const { ordinal, ...record } of deps.corpora.readLines(corpus_id, new Set(ordinals)))
    texts.set(ordinal, record);
  const records = ordinals.map((ordinal): DeletedRecord => {
    const text = texts.get(ordinal);
    return { ordinal, digest: text === undefined ? null : recordDigest(deps.subjectKeys, of.tenant, text) };
  });
  const prints = sealPrints(deps, of, texts.values());
  return (await deps.store.markErased(of, corpus_id, records, prints)) ? records : null;
}

/** Destroys what may go of one request; true when nothing of it is left. */
async function eraseRequest(deps: ChoreDeps, of: ErasedOf): Promise<boolean> {
  const { free, marked } = await deps.store.erasurePlaces(of);
  const cutOff = Map.groupBy(marked, ({ corpus_id }) => corpus_id);
  for (const [corpus_id, own] of cutOff)
    await eraseRecords(
      deps,
      { ...of, corpus_id },
      own.map(({ ordinal, digest }) => ({ ordinal, digest })),
    );
  for (const [corpus_id, ordinals] of batchesOf(free)) {
    const records = await markBatch(deps, of, corpus_id, ordinals);
    if (records !== null) await eraseRecords(deps, { ...of, corpus_id }, records);
  }
  return deps.store.endErasure(of, AGAIN, deps.worker);
}

/** Returns how many requests had all their text destroyed. One that fails leaves the others alone, and is tried again. */
export async function eraseDue(deps: ChoreDeps): Promise<number> {
  await deps.corpora.sweep();
  await deps.store.deleteExpiredPrints();
  const { eraseAfterMs } = deps.settings;
  if (eraseAfterMs === null) return 0;
  let erased = 0;
  for (const of of await deps.store.dueErasures(eraseAfterMs, AT_ONCE, AGAIN.most_ms)) {
    try {
      if (!(await eraseRequest(deps, of))) continue;
      erased++;
      deps.log.info({ request_id: of.request_id }, 'The text of the records of a request was destroyed');
    } catch (error) {
      deps.log.warn(
        { request_id: of.request_id, err: error },
        'The text of a request was not destroyed; tried again later',
      );
      await deps.store.endErasure(of, AGAIN, deps.worker);
    }
  }
  return erased;
}

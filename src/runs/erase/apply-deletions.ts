// After a restore: whoever was erased since the backup was made is in it again, and is erased again.
import type { DeletedRecord, DeletionEntry } from '../../domain/deletion-entry.ts';
import type { RunDeps } from '../deps.ts';
import { placesDigest } from '../digests.ts';
import type { RecordPlace } from '../ports.ts';
import { type EraseDeps, eraseRecords } from './erase-records.ts';
import { recordDigest } from './record-digest.ts';

export interface AppliedDeletions {
  /** Records whose text was there again and is gone. */
  erased: number;
  /** Requests that were made for records that a restored model knows again: their text goes when it has forgotten them. */
  request_ids: string[];
  /** Records that are others now, or are in no corpus that is here: left as they are. */
  unknown: number;
}

type ApplyDeps = EraseDeps & Pick<RunDeps, 'subjectKeys' | 'clock'>;

/** Of those whose text is there, which are what was erased; one that nobody could read when it went is known by nothing. */
async function sameRecords(deps: ApplyDeps, tenant: string, corpus_id: string, records: readonly DeletedRecord[]) {
  const there = new Map<number, string>();
  if (await deps.corpora.holds(corpus_id)) {
    const ordinals = new Set(records.map(({ ordinal }) => ordinal));
    for await (const { ordinal, ...record } of deps.corpora.readLines(corpus_id, ordinals))
      there.set(ordinal, recordDigest(deps.subjectKeys, tenant, record));
  }
  return {
    same: records.filter(({ ordinal, digest }) => there.has(ordinal) && there.get(ordinal) === digest),
    other: records.filter(({ ordinal, digest }) => there.has(ordinal) && there.get(ordinal) !== digest),
  };
}

/** A request for what a restored model knows again; null where an open one that names the records themselves has it already. */
async function askAgain(deps: ApplyDeps, { tenant }: DeletionEntry, places: RecordPlace[]): Promise<string | null> {
  const digest = deps.subjectKeys.pseudonym(tenant, 'records', placesDigest(places));
  const outcome = await deps.store.createRequest({
    ...{ tenant, external_id: null, ground: null, model_ids: null, method: null, actor: deps.worker, subjects: [] },
    ...{ places, submitted_at: deps.clock().toISOString() },
    asked_records: {
      digest: `sha256:${Buffer.from(digest, 'base64url').toString('hex')}`,
      ...{ record_ids: 0, texts: [], matched: places.length },
    },
  });
  return outcome.status === 'created' ? outcome.request.id : null;
}

/**
 * Applies entries of the list of deletions to what was restored: where a model knows the records again a deletion request is made, which
 * forgets them and then destroys their text as any does; where none does the text is destroyed at once. Applying an entry twice does
 * nothing the second time. Where the request that an entry tells of waits again itself, it is left to that one. A record that is another one now (another corpus of the same id, or lines in another order) is left alone.
 */
export async function applyDeletions(
  deps: ApplyDeps,
  entries: AsyncIterable<DeletionEntry> | Iterable<DeletionEntry>,
): Promise<AppliedDeletions> {
  const applied: AppliedDeletions = { erased: 0, request_ids: [], unknown: 0 };
  for await (const entry of entries) {
    const { tenant, corpus_id, deletion_request_id: request_id } = entry;
    const { known, waiting, free } = await deps.store.sortDeletions(entry);
    applied.unknown += entry.records.length - known.length - waiting.length - free.length;
    const byOrdinal = new Map(entry.records.map((record) => [record.ordinal, record]));
    const asked = await sameRecords(
      deps,
      tenant,
      corpus_id,
      known.map(({ ordinal }) => byOrdinal.get(ordinal)!),
    );
    const gone = await sameRecords(deps, tenant, corpus_id, free);
    applied.unknown += asked.other.length + gone.other.length;
    const places = asked.same.map(({ ordinal }) => ({ corpus_id, ordinal }));
    const made = places.length === 0 ? null : await askAgain(deps, entry, places);
    if (made !== null) applied.request_ids.push(made);
    if (gone.same.length === 0) continue;
    await deps.store.restoreDeletions(entry, gone.same);
    await eraseRecords(deps, { tenant, request_id, corpus_id }, gone.same);
    applied.erased += gone.same.length;
  }
  return applied;
}

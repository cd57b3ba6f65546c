// Takes an upload of records: text to its file, index to the store, all of it or nothing.
import { passing } from '../corpora/collect.ts';
import { createFinder, type SubjectFinder } from '../corpora/find-subjects.ts';
import type { LineBlock } from '../domain/batches.ts';
import type { TrainingRecord } from '../domain/record.ts';
import type { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles, IndexBlock, VersionedPerson } from '../runs/ports.ts';
import { notFound } from './links.ts';
import { blocksOf } from './ndjson.ts';
import { findInPages } from './paging.ts';
import { BlockParser, type ParsedBlock } from './parse-block.ts';
import type { Principal } from './principal.ts';
import { createSpool, lineAt, type Spool } from './spool.ts';
import { type FilledCorpus, type OnSuppressed, suppressedUpload } from './suppressed.ts';
import type { AppDeps } from './types.ts';

type UploadDeps = Pick<AppDeps, 'config' | 'store' | 'corpora' | 'subjectKeys'>;

// Two uploads to one corpus would both build on the same old file; they wait for each other here. One API
// process writes to a corpus folder.
const turns = new Map<string, Promise<unknown>>();

/** Runs `work` after all earlier work of this corpus. */
export async function inTurn<T>(corpusId: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(corpusId) ?? Promise.resolve();
  const mine = before.then(work, work);
  turns.set(corpusId, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(corpusId) === mine) turns.delete(corpusId);
  }
}

/** Where the lines of an upload come from, how many bytes may come, and what tells that nobody waits any more. */
export interface Source {
  chunks: AsyncIterable<Buffer>;
  totalBytes: number;
  signal?: AbortSignal;
  onSuppressed: OnSuppressed;
}

/** Of an upload that is under way. */
interface Tally {
  skipped: number;
  /** Named by keys of an earlier version too, which the store does not see. */
  refused: number;
  /** The same, taken in all the same; null: the store sees them all. */
  kept: number | null;
  /** Known to be restricted under a key of some version, by the key that is stored. */
  restricted: Map<string, VersionedPerson>;
}

/** A client's hash that is nobody's. */
const PROBE = { type: 'version', sha256: '0'.repeat(64) };

const finderOf = async ({ subject_rules }: Corpus): Promise<SubjectFinder | undefined> =>
  subject_rules === null ? undefined : createFinder(subject_rules);

/** Who was restricted before a rotation stands in the restriction by an earlier key alone. */
async function noteRestricted({ store }: UploadDeps, tenant: string, { people, versions }: ParsedBlock, tally: Tally) {
  const restricted = await store.restrictedKeys(tenant, [...people]);
  if (restricted.size === 0) return;
  // of this block: what is known of earlier ones has been looked at with them
  for (const key of people) {
    const person = versions.get(key);
    if (person?.known.some((one) => restricted.has(one))) tally.restricted.set(key, person);
  }
}

async function* texts(
  deps: UploadDeps,
  { chunks, totalBytes, signal, onSuppressed }: Source,
  tenant: string,
  spool: Spool,
  tally: Tally,
  finder: SubjectFinder | undefined,
): AsyncGenerator<LineBlock> {
  const limits = { lineBytes: deps.config.limits.recordBytes, totalBytes };
  const { subjectKeys } = deps;
  // entries of the suppression list that are older than a rotation are found by their own version alone
  const rotated = subjectKeys.keysFor(tenant, PROBE).length > 1;
  if (rotated && onSuppressed === 'keep') tally.kept = 0;
  const skips = onSuppressed === 'skip' || rotated;
  const keysFor = rotated
    ? (...asked: Parameters<typeof subjectKeys.keysFor>) => subjectKeys.keysFor(...asked)
    : undefined;
  const parser = new BlockParser({ tenant, lineBytes: limits.lineBytes, keys: subjectKeys, finder, skips, keysFor });
  const passed = passing();
  for await (const block of blocksOf(chunks, limits)) {
    signal?.throwIfAborted();
    let parsed = parser.parse(block);
    if (rotated) await noteRestricted(deps, tenant, parsed, tally);
    if (skips) {
      const without = await deps.store.suppressedKeys(tenant, [...parsed.people]);
      if (without.size > 0) parsed = parser.parse(block, without);
      if (tally.kept === null) tally[onSuppressed === 'skip' ? 'skipped' : 'refused'] += parsed.left;
      else {
        tally.kept += parsed.left;
        // once to count, once to take everybody in
        if (parsed.left > 0) parsed = parser.parse(block, new Set());
      }
    }
    const { lines, spooled, objects } = parsed;
    await spool.add(spooled);
    yield lines;
    passed(objects);
  }
}

async function* index(spool: Spool, firstOrdinal: number, signal: AbortSignal | undefined): AsyncGenerator<IndexBlock> {
  let first_ordinal = firstOrdinal;
  for await (const { lines, index } of spool.blocks()) {
    signal?.throwIfAborted();
    yield { first_ordinal, ...index };
    first_ordinal += lines.length;
  }
  signal?.throwIfAborted();
}

async function* nothing(): AsyncGenerator<TrainingRecord> {}

/** Cuts the file back to the lines that the index knows. */
async function cutBack(corpora: CorpusFiles, corpusId: string, lines: number): Promise<void> {
  const cut = await corpora.append(corpusId, nothing(), lines);
  await cut.commit();
}

const inUse = () => new ExpungeError('corpus-in-use', 'A model is registered with this corpus; its records are fixed.');

async function duplicate(
  spool: Spool,
  firstOrdinal: number,
  { ordinal, first }: { ordinal: number; first: number },
): Promise<ExpungeError> {
  const line = await lineAt(spool, ordinal - firstOrdinal);
  const detail =
    first < firstOrdinal
      ? `Line ${line}: its id stands in the corpus already.`
      : `Line ${line}: its id is that of line ${await lineAt(spool, first - firstOrdinal)}.`;
  return new ExpungeError('duplicate-record-id', detail, { extra: { line } });
}

/**
 * The index, after the text. The store's transaction decides what counts: the file is renamed into place
 * first, so a crash in between leaves a file with more lines than the index knows, never an index without text.
 * Rows are read by their ordinal, so nobody sees the surplus, and the next upload drops it (`append` keeps only
 * the indexed lines). A refusal of the store cuts it off at once.
 */
async function indexAfterText(
  deps: UploadDeps,
  who: Principal,
  before: Corpus,
  appended: Awaited<ReturnType<CorpusFiles['append']>>,
  spool: Spool,
  { signal, onSuppressed }: Source,
  restricted: Tally['restricted'],
): Promise<Omit<FilledCorpus, 'skipped'>> {
  await appended.commit();
  try {
    // what was skipped is not in it: somebody whose request has ended since is refused
    const refusing = onSuppressed === 'keep' ? 'keep' : 'refuse';
    const records = index(spool, appended.first_ordinal, signal);
    const { tenant, actor } = who;
    const add = [tenant, before.id, records, appended.digest, actor, refusing, restricted.values()] as const;
    const outcome = await deps.store.addRecords(...add);
    if (outcome.status === 'added') return { ...outcome.corpus, suppressed: outcome.suppressed };
    if (outcome.status === 'suppressed') throw suppressedUpload(outcome.records);
    throw outcome.status === 'in_use' ? inUse() : await duplicate(spool, appended.first_ordinal, outcome);
  } catch (error) {
    // when the connection broke during COMMIT the rows may be there: only what the store says now is cut off
    const now = await deps.store.getCorpus(who.tenant, before.id).catch(() => undefined);
    // it was deleted meanwhile, and its text before ours came
    if (now === null) await deps.corpora.remove(before.id);
    else if (now !== undefined && now.records === before.records)
      await cutBack(deps.corpora, before.id, before.records);
    throw error;
  }
}

/**
 * Adds an NDJSON stream to a corpus. Throws `not-found`, `corpus-in-use`, `malformed-line`, `record-too-large`,
 * `body-too-large`, `empty-corpus`, `duplicate-record-id`, `suppressed-subjects`; after each of them the corpus is as it was.
 */
export async function upload(
  deps: UploadDeps,
  who: Principal,
  corpusId: string,
  source: Source,
): Promise<FilledCorpus> {
  return inTurn(corpusId, async () => {
    source.signal?.throwIfAborted();
    const before = await deps.store.getCorpus(who.tenant, corpusId);
    if (before === null) throw notFound('corpus');
    const owner = await findInPages(
      (query) => deps.store.listModels(who.tenant, query),
      (model) => model.corpora.some((corpus) => corpus.corpus_id === corpusId),
    );
    if (owner !== null) throw inUse();
    const finder = await finderOf(before);
    const spool = await createSpool();
    const tally: Tally = { skipped: 0, refused: 0, kept: null, restricted: new Map() };
    try {
      const appended = await deps.corpora.append(
        corpusId,
        texts(deps, source, who.tenant, spool, tally, finder),
        before.records,
      );
      try {
        if (tally.refused > 0) throw suppressedUpload(tally.refused);
        if (appended.count === 0) throw new ExpungeError('empty-corpus', 'The upload holds no record.');
        if (appended.first_ordinal !== before.records) {
          throw new ExpungeError('internal', 'The corpus file and its index are apart; the upload was not kept.');
        }
      } catch (error) {
        await appended.rollback();
        throw error;
      }
      const corpus = await indexAfterText(deps, who, before, appended, spool, source, tally.restricted);
      const { skipped, kept } = tally;
      return { ...corpus, suppressed: kept ?? corpus.suppressed + skipped, skipped };
    } finally {
      await spool.close();
    }
  });
}

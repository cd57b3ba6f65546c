// The sets of a run, from ordinals in corpus files to token rows.
import { readRecords } from '../corpora/records.ts';
import { ALL_RETAINED, type RetainSample, readSets } from '../corpora/sets-file.ts';
import type { SetsFile } from '../domain/compute.ts';
import type { SetRow, TrainingRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { RecordRow } from '../training/rows.ts';
import type { PersonRow } from '../training/unlearn.ts';
import { rowsOf } from './models.ts';

/** A token row that still knows what a generated answer is held against. */
export interface TextRow extends PersonRow, RecordRow {
  /** Id of its record. */
  record: string;
}
export type LoadedSets = Record<Exclude<keyof SetsFile, 'world' | 'restricted'>, TextRow[]> & {
  world?: TextRow[];
  /** Whom earlier runs forgot; of no file. */
  earlier?: TextRow[];
};
const rowsIn = (sets: SetsFile, name: keyof SetsFile): readonly SetRow[] => sets[name] ?? [];

const NAMES: (keyof SetsFile)[] = ['forget', 'retain', 'calibration', 'holdout', 'world'];
const NO_RETAINED: RetainSample = { most: 0, seed: 0 };

/** The records that some set names, each corpus file read once. */
async function* recordsNamed(
  sets: SetsFile,
  corpora: Record<string, string>,
  keep: readonly (keyof SetsFile)[],
): AsyncGenerator<{ corpus: string; ordinal: number; record: TrainingRecord }> {
  const wanted = new Map<string, Set<number>>();
  for (const { corpus_id, ordinal } of keep.flatMap((name) => rowsIn(sets, name))) {
    const ordinals = wanted.get(corpus_id) ?? new Set();
    wanted.set(corpus_id, ordinals.add(ordinal));
  }
  for (const [corpus, ordinals] of wanted) {
    const path = corpora[corpus];
    if (path === undefined) throw new ExpungeError('compute-failed', `The job names no file for corpus ${corpus}.`);
    for await (const { ordinal, ...record } of readRecords(path, ordinals)) yield { corpus, ordinal, record };
  }
}

async function readNeeded(
  ...given: Parameters<typeof recordsNamed>
): Promise<Map<string, Map<number, TrainingRecord>>> {
  const found = new Map<string, Map<number, TrainingRecord>>();
  for await (const { corpus, ordinal, record } of recordsNamed(...given)) {
    const records = found.get(corpus) ?? new Map<number, TrainingRecord>();
    found.set(corpus, records.set(ordinal, record));
  }
  return found;
}

/** Ids of all records of these sets that are still there; nothing else of them is kept. Throws `corpus-mismatch` as `loadSets` does. */
export async function idsOf(
  job: { sets_file: string; corpora: Record<string, string> },
  names: readonly (keyof SetsFile)[],
): Promise<Set<string>> {
  const sets = await readSets(job.sets_file, names.includes('retain') ? ALL_RETAINED : NO_RETAINED);
  const ids = new Set<string>();
  for await (const { record } of recordsNamed(sets, job.corpora, names)) ids.add(record.id);
  return ids;
}

/**
 * Null for a record that was erased since the sets were made: whoever retains it or holds it out does without. What is to be forgotten
 * cannot be left out without its being said: throws `records-gone`.
 */
function textOf(
  records: ReadonlyMap<string, ReadonlyMap<number, TrainingRecord>>,
  { corpus_id, ordinal }: SetRow,
  set: keyof SetsFile,
): TrainingRecord | null {
  const record = records.get(corpus_id)?.get(ordinal) ?? null;
  if (record !== null || set !== 'forget') return record;
  throw new ExpungeError('records-gone', `The text of line ${ordinal + 1} of corpus ${corpus_id} was erased.`);
}

/** The records of one set, in its order. Throws as `loadSets` does. */
export async function loadRecords(
  job: { sets_file: string; corpora: Record<string, string> },
  name: keyof SetsFile,
): Promise<TrainingRecord[]> {
  const sets = await readSets(job.sets_file, name === 'retain' ? ALL_RETAINED : NO_RETAINED);
  const records = await readNeeded(sets, job.corpora, [name]);
  return rowsIn(sets, name).flatMap((row) => textOf(records, row, name) ?? []);
}

/**
 * The sets of a job as token rows; sets that `keep` leaves out come back empty, and of retained records those of the sample alone are
 * read. Throws `corpus-mismatch` for a line that
 * is missing or no record, `records-gone` for one to be forgotten that was erased, `compute-failed` for a record that the model cannot
 * take, naming corpus and line.
 */
export async function loadSets(
  job: { sets_file: string; corpora: Record<string, string> },
  model: Parameters<typeof rowsOf>[0],
  keep: readonly (keyof SetsFile)[] = NAMES,
  retained: RetainSample = ALL_RETAINED,
): Promise<LoadedSets> {
  const sets = await readSets(job.sets_file, keep.includes('retain') ? retained : NO_RETAINED);
  const records = await readNeeded(sets, job.corpora, keep);
  const encode = (row: SetRow, set: keyof SetsFile): TextRow[] => {
    const { corpus_id, ordinal, person } = row;
    const record = textOf(records, row, set);
    if (record === null) return [];
    const where = `line ${ordinal + 1} of corpus ${corpus_id}`;
    try {
      return rowsOf(model, record).map((row) => ({ ...row, person, record: record.id }));
    } catch (error) {
      throw new ExpungeError('compute-failed', `At ${where}: ${(error as Error).message}`, { cause: error });
    }
  };
  return Object.fromEntries(
    NAMES.map((name) => [name, keep.includes(name) ? rowsIn(sets, name).flatMap((row) => encode(row, name)) : []]),
  ) as unknown as LoadedSets;
}

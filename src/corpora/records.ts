// The stored form of a corpus: one canonical JSON line a record, without identifiers.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { type TrainingRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import { isErasedLine } from './erased-line.ts';
import { indexOf, type LineIndex, STRIDE } from './line-index.ts';
import { readRange, splitLines } from './lines.ts';

/** Strides that are read though nothing is wanted of them: about as much as another read costs. */
const NEAR = 8;

/** Canonical line of a record, with its line feed: members in one order, nothing else. */
export const toLine = (record: UploadedRecord | TrainingRecord): string =>
  `${JSON.stringify(trainingRecordOf(record))}\n`;

/** A record with its line number in the stored file, from 0. */
export type StoredRecord = TrainingRecord & { ordinal: number };

const strideOf = (ordinal: number): number => Math.floor(ordinal / STRIDE);

/** Ordinals, ascending, in runs that lie close together. */
function* runsOf(ordinals: Uint32Array): Generator<Uint32Array> {
  let from = 0;
  for (let i = 1; i <= ordinals.length; i++) {
    if (i < ordinals.length && strideOf(ordinals[i]!) - strideOf(ordinals[i - 1]!) <= NEAR) continue;
    yield ordinals.subarray(from, i);
    from = i;
  }
}

/** Where a run is read: from the stride of its first line to the end of that of its last. */
function placeOf(run: Uint32Array, { offsets, size }: LineIndex) {
  const first = strideOf(run[0]!);
  return { ordinal: first * STRIDE, start: offsets[first]!, end: offsets[strideOf(run.at(-1)!) + 1] ?? size };
}

/**
 * Records of a corpus file in order; with `ordinals` only those lines, found through the index of the file's lines. Lines whose
 * record was erased are passed over, and keep their ordinal.
 * Throws `corpus-mismatch` when an ordinal is not in the file or a line is no record.
 */
export async function* readRecords(path: string, ordinals?: ReadonlySet<number>): AsyncGenerator<StoredRecord> {
  if (ordinals?.size === 0) return;
  const file = await open(path, 'r');
  try {
    if (ordinals === undefined) {
      let ordinal = 0;
      for await (const line of splitLines(readRange(file))) {
        if (!isErasedLine(line)) yield { ordinal, ...parse(line, path, ordinal) };
        ordinal++;
      }
      return;
    }
    const index = await indexOf(file, path);
    const wanted = Uint32Array.from(ordinals).sort();
    const beyond = wanted.findIndex((ordinal) => ordinal >= index.lines);
    for (const run of runsOf(beyond === -1 ? wanted : wanted.subarray(0, beyond))) {
      let { ordinal, start, end } = placeOf(run, index);
      let next = 0;
      for await (const line of splitLines(readRange(file, start, end))) {
        if (ordinal === run[next]) {
          next++;
          if (!isErasedLine(line)) yield { ordinal, ...parse(line, path, ordinal) };
        }
        ordinal++;
      }
    }
    if (beyond !== -1)
      throw new ExpungeError(
        'corpus-mismatch',
        `${basename(path)}: ${wanted.length - beyond} of ${wanted.length} records asked for lie beyond its ${index.lines} lines. Restore the file.`,
      );
  } finally {
    await file.close();
  }
}

const isMessage = (value: unknown): boolean => {
  const { role, content } = Object(value) as Partial<Record<string, unknown>>;
  return typeof role === 'string' && typeof content === 'string';
};

/** Held against the schema when it came: this finds a file that was damaged or changed since. */
function isStored(value: unknown): value is TrainingRecord {
  const { id, prompt, answer, text, messages, input, label } = Object(value) as Partial<Record<string, unknown>>;
  if (typeof id !== 'string') return false;
  if (answer !== undefined) return typeof prompt === 'string' && typeof answer === 'string';
  if (text !== undefined) return typeof text === 'string';
  if (messages !== undefined) return Array.isArray(messages) && messages.every(isMessage);
  return input !== undefined && (typeof label === 'string' || typeof label === 'number');
}

function parse(line: Buffer, path: string, ordinal: number): TrainingRecord {
  try {
    const record: unknown = JSON.parse(line.toString('utf8'));
    if (isStored(record)) return trainingRecordOf(record);
  } catch {
    // The message of a JSON error quotes the text, which is personal.
  }
  throw new ExpungeError(
    'corpus-mismatch',
    `${basename(path)}: line ${ordinal + 1} is not a record. Restore the file.`,
  );
}

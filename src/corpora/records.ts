// The stored form of a corpus: one canonical JSON line a record, without identifiers.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { type TrainingRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import { splitLines } from './lines.ts';

/** Canonical line of a record, with its line feed: members in one order, nothing else. */
export const toLine = (record: UploadedRecord | TrainingRecord): string =>
  `${JSON.stringify(trainingRecordOf(record))}\n`;

/** A record with its line number in the stored file, from 0. */
export type StoredRecord = TrainingRecord & { ordinal: number };

/**
 * Records of a corpus file in order; with `ordinals` only those lines, and reading ends after the last of them.
 * Throws `corpus-mismatch` when an ordinal is not in the file or a line is no record.
 */
export async function* readRecords(path: string, ordinals?: ReadonlySet<number>): AsyncGenerator<StoredRecord> {
  let left = ordinals?.size ?? Number.POSITIVE_INFINITY;
  let ordinal = -1;
  if (left > 0)
    for await (const line of splitLines(createReadStream(path, { highWaterMark: 1 << 18 }))) {
      ordinal++;
      if (ordinals && !ordinals.has(ordinal)) continue;
      yield { ordinal, ...parse(line, path, ordinal) };
      if (--left === 0) return;
    }
  if (ordinals && left > 0)
    throw new ExpungeError(
      'corpus-mismatch',
      `${basename(path)}: ${left} of ${ordinals.size} records asked for lie beyond its ${ordinal + 1} lines. Restore the file.`,
    );
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

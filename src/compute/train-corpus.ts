// A file of training records as `expunge train` reads it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { splitLines } from '../corpora/lines.ts';
import { toLine } from '../corpora/records.ts';
import { readUploaded } from '../corpora/uploaded-record.ts';
import type { TrainingRecord, UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';

export interface CorpusFile<Taken> {
  records: Taken[];
  /** Digest of the text as the service stores it, so that recipe and registered corpus can be matched. */
  digest: string;
}

/** `take` makes of a line what is learned, and refuses what cannot be. Throws `malformed-line`, `empty-corpus`. */
export async function readCorpus<Taken extends TrainingRecord>(
  path: string,
  take: (uploaded: UploadedRecord, number: number) => Taken,
): Promise<CorpusFile<Taken>> {
  const records: Taken[] = [];
  const hash = createHash('sha256');
  let number = 0;
  for await (const bytes of splitLines(createReadStream(path))) {
    const line = bytes.toString('utf8');
    number++;
    if (line.trim() === '') continue;
    const record = take(readUploaded({ text: line, number }), number);
    records.push(record);
    hash.update(toLine(record));
  }
  if (records.length === 0) throw new ExpungeError('empty-corpus', 'The corpus file holds no records.');
  return { records, digest: `sha256:${hash.digest('hex')}` };
}

/** What a recipe says of the files that it was made from. */
export const recipeCorpora = (train: CorpusFile<unknown>, holdout: CorpusFile<unknown> | null) => [
  { name: 'train', role: 'train' as const, digest: train.digest, records: train.records.length },
  ...(holdout
    ? [{ name: 'holdout', role: 'holdout' as const, digest: holdout.digest, records: holdout.records.length }]
    : []),
];

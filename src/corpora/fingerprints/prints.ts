// Fingerprints of a text that is to be destroyed: keyed digests of some of its runs of letters, chosen so that every longer piece holds
// one (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003). No text can be
// read from them; whoever has the key can try whether a text was it, so they are sealed, under a key that ends.
import { createHmac } from 'node:crypto';
import { fieldsOf, type TrainingRecord } from '../../domain/record.ts';
import { lettersOf } from './letters.ts';
import { RollingHash, RUN, tableOf } from './rolling.ts';

/** Of so many runs in a row one at least is chosen: a piece of `RUN` + `WINDOW` - 1 letters holds one. */
const WINDOW = 16;
/** About so many of a long text at most: of one that would have more every longer piece holds one. */
const MOST = 512;
const HASH_BYTES = 4;
const DIGEST_BYTES = 12;
export const PRINT_BYTES = HASH_BYTES + DIGEST_BYTES;

/** Of a tenant: what keeps fingerprints from being read is the key that they are sealed under, one for each request. */
export interface PrintKey {
  key: string;
  table: Int32Array;
}
export const printKey = (key: string): PrintKey => ({ key, table: tableOf(key) });

/** Rolling hash, by which one is looked for, and digest of the run, by which it is known. */
export function printOf({ key }: PrintKey, hash: number, run: Uint8Array): Buffer {
  const print = Buffer.alloc(PRINT_BYTES);
  print.writeUInt32LE(hash);
  createHmac('sha256', key).update(run).digest().copy(print, HASH_BYTES, 0, DIGEST_BYTES);
  return print;
}

/** Places of the chosen hashes: of each window the least, of equal ones the last. */
export function chosenOf(hashes: Uint32Array, window: number): number[] {
  const chosen: number[] = [];
  const width = Math.min(window, hashes.length);
  for (let end = width; end <= hashes.length; end++) {
    let least = end - width;
    for (let i = least + 1; i < end; i++) if (hashes[i]! <= hashes[least]!) least = i;
    if (chosen.at(-1) !== least) chosen.push(least);
  }
  return chosen;
}

/** Of one text; none of a text that is too short to be told from others. */
export function printsOf(key: PrintKey, text: string): Buffer[] {
  const letters = lettersOf(text);
  if (letters.length < RUN) return [];
  const rolling = new RollingHash(key.table);
  const hashes = new Uint32Array(letters.length - RUN + 1);
  for (const [i, letter] of letters.entries()) {
    const hash = rolling.add(letter);
    if (i >= RUN - 1) hashes[i - RUN + 1] = hash;
  }
  const window = Math.max(WINDOW, Math.ceil((2 * hashes.length) / MOST));
  return chosenOf(hashes, window).map((at) => printOf(key, hashes[at]!, letters.subarray(at, at + RUN)));
}

/** Every text of a record, as it may stand somewhere by itself. */
function textsOf(record: TrainingRecord): string[] {
  if (!('input' in record)) return fieldsOf(record).map(([, text]) => text);
  return [typeof record.input === 'string' ? record.input : JSON.stringify(record.input)];
}

/** Fingerprints by record, and how many texts were too short for any. */
export interface RecordPrints {
  records: Buffer[][];
  short: number;
}

export function recordPrints(key: PrintKey, records: Iterable<TrainingRecord>): RecordPrints {
  const found: RecordPrints = { records: [], short: 0 };
  for (const record of records) {
    const texts = textsOf(record)
      .filter((text) => text !== '')
      .map((text) => printsOf(key, text));
    found.short += texts.filter((prints) => prints.length === 0).length;
    found.records.push(texts.flat());
  }
  return found;
}

/** Bytes to be sealed: for each record how many, then they. */
export const encodePrints = (records: readonly (readonly Buffer[])[]): Buffer =>
  Buffer.concat(
    records.flatMap((prints) => {
      const count = Buffer.alloc(4);
      count.writeUInt32LE(prints.length);
      return [count, ...prints];
    }),
  );

export function decodePrints(bytes: Buffer): Buffer[][] {
  const records: Buffer[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = bytes.readUInt32LE(at);
    at += 4;
    records.push(
      Array.from({ length: count }, (_, i) => bytes.subarray(at + i * PRINT_BYTES, at + (i + 1) * PRINT_BYTES)),
    );
    at += count * PRINT_BYTES;
  }
  return records;
}

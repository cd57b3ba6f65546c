// Which records hold a given text, or nearly the same one: by digest of its words, and by shingles of three words (A. Broder, "On the
// resemblance and containment of documents", 1997), compared exactly since a record is short. Pure; a sketch holds no text.
import { hash } from 'node:crypto';
import { fieldsOf, type TrainingRecord } from '../domain/record.ts';

/** Words of a shingle. */
const SHINGLE = 3;

/** Scripts that put no space between words: there each letter counts as one. */
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+/gu;

export interface TextSketch {
  /** SHA-256 of its words, lower-case, one space between them: punctuation and space do not count. */
  digest: string;
  /** Of the words in a row, 32 bits: what differs here has another digest, which takes longer to make. */
  row: number;
  /** Different ones. */
  shingles: Int32Array;
}

const wordsOf = (text: string): string[] => text.normalize('NFKC').toLowerCase().match(WORDS) ?? [];
const digestOf = (words: readonly string[]): string => hash('sha256', words.join(' '));

const START = 0x811c9dc5;
/** FNV-1a, a letter at a time. */
const hashLetter = (h: number, letter: number): number => Math.imul(h ^ letter, 0x01000193);

function hashOf(word: string): number {
  let h = START;
  for (let i = 0; i < word.length; i++) h = hashLetter(h, word.charCodeAt(i));
  return h;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isSmall = (code: number): boolean => code >= 0x61 && code <= 0x7a;

/** Hashes of the words of a text: plain ASCII letter by letter, several times as fast as by words. */
function hashesOf(text: string): number[] {
  const hashes: number[] = [];
  let h = START;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return wordsOf(text).map(hashOf);
    // a capital becomes small; of what else that makes a letter there are none between @ and [
    const small = code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
    if (isSmall(small) || isDigit(small)) h = hashLetter(h, small);
    else if (h !== START) {
      hashes.push(h);
      h = START;
    }
  }
  if (h !== START) hashes.push(h);
  return hashes;
}

/** Calls with each shingle: of every three words in a row; of fewer words, the one of all. 32 bits: two that differ meet once in four billion. */
function eachShingle(hashes: readonly number[], take: (shingle: number) => void): void {
  const most = Math.max(1, hashes.length - SHINGLE + 1);
  const width = Math.min(SHINGLE, hashes.length);
  for (let start = 0; start < most; start++) {
    let h = 0;
    for (let i = start; i < start + width; i++) h = Math.imul(h, 0x9e3779b1) ^ hashes[i]!;
    take(h);
  }
}

const rowOf = (hashes: readonly number[]): number => hashes.reduce((h, word) => Math.imul(h, 0x85ebca6b) ^ word, 0);

function shinglesOf(hashes: readonly number[]): Set<number> {
  const shingles = new Set<number>();
  eachShingle(hashes, (shingle) => shingles.add(shingle));
  return shingles;
}

/** What is kept of a text to find it by; null for one without any letter or digit. */
export function sketchOf(text: string): TextSketch | null {
  const words = wordsOf(text);
  if (words.length === 0) return null;
  const hashes = words.map(hashOf);
  return { digest: digestOf(words), row: rowOf(hashes), shingles: Int32Array.from(shinglesOf(hashes)) };
}

/** Every text of a record that somebody may have at hand: each field, and all of them. */
function piecesOf(record: TrainingRecord): string[][] {
  if ('input' in record) return typeof record.input === 'string' ? [[record.input]] : [];
  const fields = fieldsOf(record).map(([, text]) => text);
  return fields.length > 1 ? [...fields.map((text) => [text]), fields] : [fields];
}

export type Likeness = 'exact' | 'near';

/** Places of a table that says of most shingles at once that no text has them. */
const SIEVE = 1 << 16;

/**
 * Holds records against texts. `similarity`, above 0: the least Jaccard index of the shingles of a text and of a piece of a record
 * that counts as near; at 1 only the same words in the same order count.
 */
export class TextMatcher {
  readonly #texts: readonly { sketch: TextSketch; similarity: number }[];
  readonly #byShingle = new Map<number, number[]>();
  readonly #byDigest = new Map<string, number[]>();
  readonly #rows: Set<number>;
  readonly #sieve = new Uint8Array(SIEVE);
  /** Fewest shingles that a piece shares with any text that it is near to. */
  readonly #fewest: number;

  constructor(texts: readonly { sketch: TextSketch; similarity: number }[]) {
    this.#texts = texts;
    this.#rows = new Set(texts.map(({ sketch }) => sketch.row));
    let fewest = Number.POSITIVE_INFINITY;
    for (const [i, { sketch, similarity }] of texts.entries()) {
      push(this.#byDigest, sketch.digest, i);
      if (similarity >= 1) continue;
      for (const shingle of sketch.shingles) {
        push(this.#byShingle, shingle, i);
        this.#sieve[shingle & (SIEVE - 1)] = 1;
      }
      fewest = Math.min(fewest, similarity * sketch.shingles.length);
    }
    this.#fewest = fewest;
  }

  /** How the record is like each text, by the text's number; texts that it is unlike are not in it. */
  match(record: TrainingRecord): Map<number, Likeness> {
    const found = new Map<number, Likeness>();
    const known = new Map<string, number[]>();
    for (const piece of piecesOf(record)) {
      const hashes = piece.flatMap((text) => {
        const own = known.get(text) ?? hashesOf(text);
        known.set(text, own);
        return own;
      });
      if (hashes.length === 0) continue;
      if (this.#rows.has(rowOf(hashes)))
        for (const i of this.#byDigest.get(digestOf(piece.flatMap(wordsOf))) ?? []) found.set(i, 'exact');
      if (this.#mayBeNear(hashes)) for (const i of this.#near(hashes)) if (!found.has(i)) found.set(i, 'near');
    }
    return found;
  }

  /** False of nearly everything, at a fraction of the price of looking. */
  #mayBeNear(hashes: readonly number[]): boolean {
    if (hashes.length < this.#fewest) return false;
    let passed = 0;
    eachShingle(hashes, (shingle) => {
      passed += this.#sieve[shingle & (SIEVE - 1)]!;
    });
    return passed >= this.#fewest;
  }

  *#near(hashes: readonly number[]): Generator<number> {
    const shingles = shinglesOf(hashes);
    const shared = new Map<number, number>();
    for (const shingle of shingles)
      for (const i of this.#byShingle.get(shingle) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1);
    for (const [i, common] of shared) {
      const { sketch, similarity } = this.#texts[i]!;
      if (common / (shingles.size + sketch.shingles.length - common) >= similarity) yield i;
    }
  }
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

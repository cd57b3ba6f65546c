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
  words: number;
  /** Different ones. */
  shingles: Set<number>;
}

const wordsOf = (text: string): string[] => text.normalize('NFKC').toLowerCase().match(WORDS) ?? [];
const digestOf = (words: readonly string[]): string => hash('sha256', words.join(' '));

function hashOf(word: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return h;
}

/** Of every three words in a row; of fewer words, the one of all. 32 bits: two that differ meet once in four billion. */
function shinglesOf(words: readonly string[]): Set<number> {
  const hashes = words.map(hashOf);
  const shingles = new Set<number>();
  const most = Math.max(1, words.length - SHINGLE + 1);
  for (let start = 0; start < most; start++) {
    let h = 0;
    for (let i = start; i < Math.min(start + SHINGLE, hashes.length); i++) h = Math.imul(h, 0x9e3779b1) ^ hashes[i]!;
    shingles.add(h >>> 0);
  }
  return shingles;
}

/** What is kept of a text to find it by; null for one without any letter or digit. */
export function sketchOf(text: string): TextSketch | null {
  const words = wordsOf(text);
  if (words.length === 0) return null;
  return { digest: digestOf(words), words: words.length, shingles: shinglesOf(words) };
}

/** Words of every text of a record that somebody may have at hand: each field, and all of it. */
function* piecesOf(record: TrainingRecord): Generator<string[]> {
  if ('input' in record) {
    if (typeof record.input === 'string') yield wordsOf(record.input);
    return;
  }
  const fields = fieldsOf(record).map(([, text]) => wordsOf(text));
  yield* fields;
  if (fields.length > 1) yield fields.flat();
}

export type Likeness = 'exact' | 'near';

/**
 * Holds records against texts. `similarity`, above 0: the least Jaccard index of the shingles of a text and of a piece of a record
 * that counts as near; at 1 only the same words in the same order count.
 */
export class TextMatcher {
  readonly #sketches: readonly TextSketch[];
  readonly #similarity: readonly number[];
  readonly #byShingle = new Map<number, number[]>();
  readonly #byDigest = new Map<string, number[]>();
  readonly #lengths: Set<number>;
  /** Fewest shingles of a piece that can be near any of them. */
  readonly #fewest: number;

  constructor(texts: readonly { sketch: TextSketch; similarity: number }[]) {
    this.#sketches = texts.map(({ sketch }) => sketch);
    this.#similarity = texts.map(({ similarity }) => similarity);
    this.#lengths = new Set(this.#sketches.map(({ words }) => words));
    for (const [i, { digest }] of this.#sketches.entries()) push(this.#byDigest, digest, i);
    let fewest = Number.POSITIVE_INFINITY;
    for (const [i, { shingles }] of this.#sketches.entries()) {
      if (this.#similarity[i]! >= 1) continue;
      for (const shingle of shingles) push(this.#byShingle, shingle, i);
      fewest = Math.min(fewest, this.#similarity[i]! * shingles.size);
    }
    this.#fewest = fewest;
  }

  /** How the record is like each text, by the text's number; texts that it is unlike are not in it. */
  match(record: TrainingRecord): Map<number, Likeness> {
    const found = new Map<number, Likeness>();
    for (const words of piecesOf(record)) {
      if (words.length === 0) continue;
      if (this.#lengths.has(words.length))
        for (const i of this.#byDigest.get(digestOf(words)) ?? []) found.set(i, 'exact');
      if (words.length >= this.#fewest) for (const i of this.#near(words)) if (!found.has(i)) found.set(i, 'near');
    }
    return found;
  }

  *#near(words: readonly string[]): Generator<number> {
    const shingles = shinglesOf(words);
    const shared = new Map<number, number>();
    for (const shingle of shingles)
      for (const i of this.#byShingle.get(shingle) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1);
    for (const [i, common] of shared) {
      const union = shingles.size + this.#sketches[i]!.shingles.size - common;
      if (common / union >= this.#similarity[i]!) yield i;
    }
  }
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

// What the index of a corpus is told of records, packed: a few numbers each, in buffers that are used again.
import type { IndexBlock, IndexedRecord, SubjectKey } from '../runs/ports.ts';
import { GrowingWords } from './growing.ts';
import { DIGEST_WORDS, digestWords } from './short-digest.ts';

function sameDigest(a: Int32Array, at: number, b: Int32Array, from: number): boolean {
  for (let i = 0; i < DIGEST_WORDS; i++) if (a[at + i] !== b[from + i]) return false;
  return true;
}

export class IndexPacker {
  readonly #ids = new GrowingWords();
  readonly #places = new GrowingWords();
  readonly #subjects = new GrowingWords();
  readonly #links = new GrowingWords();
  /** Of the people on the record that is under way. */
  readonly #types = new GrowingWords();

  get records(): number {
    return this.#ids.length / DIGEST_WORDS;
  }

  /** The next record, with the digest of its id. */
  add(id: Int32Array): void {
    this.#link();
    this.#ids.copy(id, 0, DIGEST_WORDS);
  }

  /** Somebody whom that record names, by the digest of a key. `type`: a number that identifiers of one type share on this record. */
  name(key: Int32Array, type: number): void {
    const subjects = this.#subjects;
    const own = this.#types.length;
    for (let from = subjects.length - own * DIGEST_WORDS; from < subjects.length; from += DIGEST_WORDS)
      if (sameDigest(subjects.words, from, key, 0)) return;
    subjects.copy(key, 0, DIGEST_WORDS);
    this.#places.push(this.records - 1);
    this.#types.push(type);
  }

  /** The records since the last time; it stands until the next is added. */
  take(first_ordinal: number, keys: readonly SubjectKey[]): IndexBlock {
    this.#link();
    const [ids, places, subjects, links] = [this.#ids, this.#places, this.#subjects, this.#links];
    const block = {
      ...{ first_ordinal, keys, ids: ids.view(), places: places.view(), subjects: subjects.view() },
      links: links.view(),
    };
    for (const one of [ids, places, subjects, links]) one.length = 0;
    return block;
  }

  /** Ends a record. What names one person each time is tied to one of its keys: that of least digest, whatever their order. */
  #link(): void {
    const own = this.#types.length;
    const types = this.#types.words;
    this.#types.length = 0;
    if (own < 2) return;
    for (let i = 1; i < own; i++) for (let j = 0; j < i; j++) if (types[i] === types[j]) return;
    const first = this.#subjects.length - own * DIGEST_WORDS;
    const { words } = this.#subjects;
    let least = first;
    for (let at = first; at < this.#subjects.length; at += DIGEST_WORDS) if (words[at]! < words[least]!) least = at;
    for (let at = first; at < this.#subjects.length; at += DIGEST_WORDS) {
      if (at === least) continue;
      this.#links.copy(words, least, DIGEST_WORDS);
      this.#links.copy(words, at, DIGEST_WORDS);
    }
  }
}

/** A record as a block of its own. */
export function packRecord(packer: IndexPacker, { ordinal, record_id, subjects }: IndexedRecord): IndexBlock {
  packer.add(digestWords(record_id));
  const types = subjects.map(({ type }) => type);
  for (const { key, type } of subjects) packer.name(digestWords(key), types.indexOf(type));
  return packer.take(ordinal, subjects);
}

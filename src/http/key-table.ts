// Subject keys of identifiers that were met before, found by the bytes of a line: the records of an upload name the same people again and
// again, and making a key takes longer than reading the record. One table of numbers, without an object for each of them.
import { GrowingBytes } from '../corpora/growing.ts';
import { DIGEST_WORDS, digestWords } from '../corpora/short-digest.ts';
import type { Identifier } from '../domain/record.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';

/** 32 MB at most, for the identifiers of a few hundred thousand people; where more come in turn, those met first are forgotten. */
const MOST_PLACES = 1 << 20;
const FIRST_PLACES = 1 << 10;
/** Places that an identifier may take. */
const WAYS = 8;
/** Digest of an identifier, digest of its key. */
const PLACE_WORDS = 2 * DIGEST_WORDS;
/** No type holds these. */
const [RAW, HASHED] = [0x3d, 0x23];

/** Where an identifier stands among bytes. */
export interface Where {
  typeFrom: number;
  typeTo: number;
  from: number;
  to: number;
  /** Hashed by the client. */
  hashed: boolean;
}

export class KeyTable {
  /** Keys that were made since the last time somebody took them away. */
  made: SubjectKey[] = [];
  readonly #keyFor: (identifier: Identifier) => SubjectKey;
  readonly #most: number;
  #table: Int32Array;
  #used = 0;
  readonly #name = new GrowingBytes();
  readonly #named = new Int32Array(DIGEST_WORDS);
  readonly #found = new Int32Array(DIGEST_WORDS);
  #turn = 0;
  constructor(tenant: string, { keyFor }: Pick<SubjectKeys, 'keyFor'>, most = MOST_PLACES) {
    this.#keyFor = (identifier) => {
      const key = keyFor(tenant, identifier);
      this.made.push(key);
      return key;
    };
    this.#most = most;
    this.#table = new Int32Array(Math.min(FIRST_PLACES, most) * PLACE_WORDS);
  }

  /** Digest of the key of an identifier that stands in UTF-8; it stands until the next call. Throws what `keyFor` throws. */
  find(bytes: Buffer, where: Where): Int32Array {
    const { typeFrom, typeTo, from, to, hashed } = where;
    const name = this.#name;
    name.length = 0;
    name.reserve(typeTo - typeFrom + 1 + to - from);
    for (let at = typeFrom; at < typeTo; at++) name.bytes[name.length++] = bytes[at]!;
    name.bytes[name.length++] = hashed ? HASHED : RAW;
    for (let at = from; at < to; at++) name.bytes[name.length++] = bytes[at]!;
    this.#named.set(digestWords(name.view()));
    const known = this.#known(this.#bucket(this.#named[0]!));
    if (known !== null) {
      const start = known * PLACE_WORDS + DIGEST_WORDS;
      for (let i = 0; i < DIGEST_WORDS; i++) this.#found[i] = this.#table[start + i]!;
      return this.#found;
    }
    const [type, value] = [bytes.toString('latin1', typeFrom, typeTo), bytes.toString('utf8', from, to)];
    const digest = digestWords(this.#keyFor(hashed ? { type, sha256: value } : { type, value }).key);
    this.#remember(digest);
    return digest;
  }

  #known(bucket: number): number | null {
    const [table, named] = [this.#table, this.#named];
    for (let place = bucket; place < bucket + WAYS; place++) {
      const start = place * PLACE_WORDS;
      let i = 0;
      while (i < DIGEST_WORDS && table[start + i] === named[i]) i++;
      if (i === DIGEST_WORDS) return place;
    }
    return null;
  }

  /** The first place of the bucket of a name, whose digest begins so. */
  #bucket(word: number): number {
    return ((word >>> 0) % (this.#table.length / PLACE_WORDS / WAYS)) * WAYS;
  }

  #remember(digest: Int32Array): void {
    const places = this.#table.length / PLACE_WORDS;
    if (2 * this.#used > places && places < this.#most) this.#grow();
    this.#put(this.#named, 0, digest, 0);
  }

  /** In a free place, or in that of another, each in turn. */
  #put(names: Int32Array, name: number, digests: Int32Array, digest: number): void {
    const bucket = this.#bucket(names[name]!);
    let place = bucket;
    while (place < bucket + WAYS && this.#table[place * PLACE_WORDS] !== 0) place++;
    if (place === bucket + WAYS) place = bucket + (this.#turn++ % WAYS);
    else this.#used++;
    const at = place * PLACE_WORDS;
    for (let i = 0; i < DIGEST_WORDS; i++) {
      this.#table[at + i] = names[name + i]!;
      this.#table[at + DIGEST_WORDS + i] = digests[digest + i]!;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(2 * old.length);
    this.#used = 0;
    for (let at = 0; at < old.length; at += PLACE_WORDS) if (old[at] !== 0) this.#put(old, at, old, at + DIGEST_WORDS);
  }
}

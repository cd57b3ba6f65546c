// Subject keys of identifiers that were met a moment ago, found by the bytes of a line: the records of an upload name the same people
// again and again, and making a key takes longer than reading the record. A table of one size, without an object for each of them.
import { GrowingBytes } from '../corpora/growing.ts';
import { DIGEST_WORDS, digestWords } from '../corpora/short-digest.ts';
import type { Identifier } from '../domain/record.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';

/** Some 11 MB, of which as much is used as there are people. */
const PLACES = 1 << 17;
/** Places that an identifier may take. */
const WAYS = 4;
/** Type and value of those that are remembered; longer ones are rare. */
const NAME_BYTES = 64;
const [RAW, HASHED] = [0x3d, 0x23];
// FNV-1a
const BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

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
  readonly #names: Uint8Array;
  readonly #lengths: Uint8Array;
  readonly #digests: Int32Array;
  readonly #buckets: number;
  /** What is looked for: type, what the value is, value. */
  readonly #name = new Uint8Array(NAME_BYTES);
  #length = 0;
  readonly #found = new Int32Array(DIGEST_WORDS);
  readonly #written = new GrowingBytes();
  #turn = 0;
  constructor(tenant: string, { keyFor }: Pick<SubjectKeys, 'keyFor'>, places = PLACES) {
    this.#keyFor = (identifier) => {
      const key = keyFor(tenant, identifier);
      this.made.push(key);
      return key;
    };
    this.#buckets = places / WAYS;
    this.#names = new Uint8Array(places * NAME_BYTES);
    this.#lengths = new Uint8Array(places);
    this.#digests = new Int32Array(places * DIGEST_WORDS);
  }

  /** Digest of the key of an identifier that stands in UTF-8; it stands until the next call. Throws what `keyFor` throws. */
  find(bytes: Buffer, where: Where): Int32Array {
    const { typeFrom, typeTo, from, to, hashed } = where;
    this.#length = typeTo - typeFrom + 1 + to - from;
    const bucket = this.#length > NAME_BYTES ? null : this.#bucketOf(bytes, where);
    const known = bucket === null ? null : this.#known(bucket);
    if (known !== null) {
      for (let i = 0; i < DIGEST_WORDS; i++) this.#found[i] = this.#digests[known * DIGEST_WORDS + i]!;
      return this.#found;
    }
    const [type, value] = [bytes.toString('latin1', typeFrom, typeTo), bytes.toString('utf8', from, to)];
    const digest = digestWords(this.#keyFor(hashed ? { type, sha256: value } : { type, value }).key);
    if (bucket !== null) this.#remember(bucket, digest);
    return digest;
  }

  /** The same of an identifier that has one of value and hash. */
  digestOf(identifier: Identifier): Int32Array {
    const { type, value, sha256 } = identifier;
    const text = value ?? sha256!;
    // half a surrogate pair has no UTF-8 to be found by
    if (!text.isWellFormed()) return digestWords(this.#keyFor(identifier).key);
    const written = this.#written;
    written.length = 0;
    written.text(type);
    const typeTo = written.length;
    written.text(text);
    return this.find(written.bytes, {
      ...{ typeFrom: 0, typeTo, from: typeTo, to: written.length, hashed: value === undefined },
    });
  }

  /** Writes down what is looked for. */
  #bucketOf(bytes: Buffer, { typeFrom, typeTo, from, to, hashed }: Where): number {
    const name = this.#name;
    let length = 0;
    for (let at = typeFrom; at < typeTo; at++) name[length++] = bytes[at]!;
    name[length++] = hashed ? HASHED : RAW;
    for (let at = from; at < to; at++) name[length++] = bytes[at]!;
    let hash = BASIS;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ name[i]!, PRIME);
    // the low digits of this hash depend on the low digits of the bytes alone
    return ((hash ^ (hash >>> 15)) >>> 0) % this.#buckets;
  }

  #known(bucket: number): number | null {
    const length = this.#length;
    for (let place = bucket * WAYS; place < (bucket + 1) * WAYS; place++) {
      if (this.#lengths[place] !== length) continue;
      const start = place * NAME_BYTES;
      let i = 0;
      while (i < length && this.#names[start + i] === this.#name[i]) i++;
      if (i === length) return place;
    }
    return null;
  }

  /** In a free place, or in that of another, each in turn. */
  #remember(bucket: number, digest: Int32Array): void {
    let place = bucket * WAYS;
    while (place < (bucket + 1) * WAYS && this.#lengths[place] !== 0) place++;
    if (place === (bucket + 1) * WAYS) place = bucket * WAYS + (this.#turn++ % WAYS);
    this.#names.set(this.#name.subarray(0, this.#length), place * NAME_BYTES);
    this.#digests.set(digest, place * DIGEST_WORDS);
    this.#lengths[place] = this.#length;
  }
}

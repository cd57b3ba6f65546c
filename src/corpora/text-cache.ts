// Short texts by name, in memory of one size. Maps of strings that come and go grow old before they go: the heap of a long upload then
// grows to a multiple of what it holds.
import { crc32 } from 'node:zlib';

/** Entries of one place; the one that was used last stays. */
const WAYS = 2;
/** Lengths of name and text before them. */
const HEAD_BYTES = 2;
const MOST_LENGTH = 255;

export class TextCache {
  readonly #places: number;
  readonly #bytes: number;
  readonly #entries: Buffer;
  /** Entry that goes next, of each place. */
  readonly #next: Uint8Array;
  readonly #name: Buffer;

  /** `most` entries, in `bytes` each: names and texts that take more, or over 255 bytes of UTF-8 alone, are not remembered. */
  constructor(most: number, bytes: number) {
    this.#places = Math.max(1, Math.floor(most / WAYS));
    this.#bytes = bytes;
    this.#entries = Buffer.alloc(this.#places * WAYS * bytes);
    this.#next = new Uint8Array(this.#places);
    this.#name = Buffer.alloc(MOST_LENGTH);
  }

  get(name: string): string | undefined {
    const length = this.#write(name);
    if (length === 0) return undefined;
    const place = this.#placeOf(length);
    for (let way = 0; way < WAYS; way++) {
      const at = (place * WAYS + way) * this.#bytes;
      const from = at + HEAD_BYTES;
      if (this.#entries[at] !== length || this.#name.compare(this.#entries, from, from + length, 0, length) !== 0)
        continue;
      this.#next[place] = (way + 1) % WAYS;
      return this.#entries.toString('utf8', from + length, from + length + this.#entries[at + 1]!);
    }
    return undefined;
  }

  /** Remembers what `get` has not found. */
  set(name: string, text: string): void {
    const length = this.#write(name);
    const size = Buffer.byteLength(text);
    if (length === 0 || size > MOST_LENGTH || HEAD_BYTES + length + size > this.#bytes) return;
    const place = this.#placeOf(length);
    const way = this.#next[place]!;
    const at = (place * WAYS + way) * this.#bytes;
    this.#entries[at] = length;
    this.#entries[at + 1] = size;
    this.#name.copy(this.#entries, at + HEAD_BYTES, 0, length);
    this.#entries.write(text, at + HEAD_BYTES + length);
    this.#next[place] = (way + 1) % WAYS;
  }

  /** Bytes of the name; 0 for one that is empty or too long. */
  #write(name: string): number {
    return Buffer.byteLength(name) > MOST_LENGTH ? 0 : this.#name.write(name);
  }

  #placeOf(length: number): number {
    return crc32(this.#name.subarray(0, length)) % this.#places;
  }
}

// A keyed hash of every run of so many letters, one multiplication a letter (R. Karp, M. Rabin, "Efficient randomized pattern-matching
// algorithms", 1987), over a table of random words for the letters: without the key nobody can say which letters a hash is of.
import { createHmac } from 'node:crypto';

/** Letters of a run: fewer are found in other texts too. */
export const RUN = 24;

const BASE = 0x01000193;
let power = 1;
for (let i = 0; i < RUN; i++) power = Math.imul(power, BASE);
const OLDEST = power;

/** Spreads what the low bits know to all of them. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Words for the 256 letters. */
export function tableOf(key: string): Int32Array {
  const table = new Int32Array(256);
  for (let block = 0; block < 32; block++) {
    const bytes = createHmac('sha256', key).update(`letters/${block}`).digest();
    for (let i = 0; i < 8; i++) table[8 * block + i] = bytes.readInt32LE(4 * i);
  }
  return table;
}

export class RollingHash {
  readonly #table: Int32Array;
  /** The last letters, each twice, so that a run is one piece of it. */
  readonly #ring = new Uint8Array(2 * RUN);
  #hash = 0;
  #at = 0;
  #seen = 0;
  constructor(table: Int32Array) {
    this.#table = table;
  }

  /** The hash of the last `RUN` letters, 32 bits; -1 while there are fewer. */
  add(letter: number): number {
    const table = this.#table;
    const oldest = this.#seen < RUN ? 0 : Math.imul(table[this.#ring[this.#at]!]!, OLDEST);
    this.#hash = (Math.imul(this.#hash, BASE) + table[letter]! - oldest) | 0;
    this.#ring[this.#at] = letter;
    this.#ring[this.#at + RUN] = letter;
    if (++this.#at === RUN) this.#at = 0;
    if (this.#seen < RUN) this.#seen++;
    return this.#seen < RUN ? -1 : mixed(this.#hash);
  }

  /** The last `RUN` letters, as a view that stands until the next one is added. */
  run(): Uint8Array {
    return this.#ring.subarray(this.#at, this.#at + RUN);
  }

  /** What comes next does not follow what came before. */
  restart(): void {
    this.#hash = 0;
    this.#at = 0;
    this.#seen = 0;
  }
}

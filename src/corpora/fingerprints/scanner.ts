// Looks for fingerprints in whatever passes by, at one hash a letter: memory goes by the fingerprints, never by what is searched.
import { Letters } from './letters.ts';
import { PRINT_BYTES, type PrintKey, printOf } from './prints.ts';
import { RollingHash } from './rolling.ts';

/** Places of a table that says of most runs at once that they are none. */
const SIEVE_BITS = 20;
const SIEVE_MASK = (1 << SIEVE_BITS) - 1;

/** A fingerprint with the record that it is of. */
interface Known {
  record: number;
  print: Buffer;
}

export class PrintScanner {
  readonly #key: PrintKey;
  readonly #sieve = new Uint8Array(1 << SIEVE_BITS);
  readonly #byHash = new Map<number, Known[]>();
  readonly #sizes: number[];
  #letters = new Letters();
  readonly #rolling: RollingHash;
  #found = new Map<Known, number>();
  /** Letters that passed, of all that was searched. */
  passed = 0;

  constructor(key: PrintKey, records: readonly (readonly Buffer[])[]) {
    this.#key = key;
    this.#rolling = new RollingHash(key.table);
    this.#sizes = records.map((prints) => prints.length);
    for (const [record, prints] of records.entries())
      for (const print of prints) {
        const hash = print.readUInt32LE();
        this.#sieve[hash & SIEVE_MASK] = 1;
        const same = this.#byHash.get(hash) ?? [];
        this.#byHash.set(hash, [...same, { record, print }]);
      }
  }

  /** Searches on, where the last bytes ended. */
  add(bytes: Uint8Array): void {
    const letters = this.#letters.pass(bytes);
    this.passed += letters.length;
    for (let i = 0; i < letters.length; i++) {
      const hash = this.#rolling.add(letters[i]!);
      if (hash < 0 || this.#sieve[hash & SIEVE_MASK] === 0) continue;
      const known = this.#byHash.get(hash);
      if (known === undefined) continue;
      const print = printOf(this.#key, hash, this.#rolling.run());
      for (const one of known) if (one.print.equals(print)) this.#found.set(one, (this.#found.get(one) ?? 0) + 1);
    }
  }

  /** What was found since the last call, by record: which of how many of its fingerprints. The next bytes are another place's. */
  take(): { record: number; prints: Buffer[]; of: number }[] {
    this.#letters = new Letters();
    this.#rolling.restart();
    const found = Map.groupBy(this.#found.keys(), ({ record }) => record);
    this.#found = new Map();
    return Array.from(found, ([record, known]) => ({
      record,
      prints: known.map(({ print }) => print),
      of: this.#sizes[record]!,
    }));
  }

  /** From now on these are no fingerprints of anything: others have them too. */
  forget(prints: Iterable<Buffer>): void {
    for (const print of prints) {
      const hash = print.readUInt32LE();
      const left = (this.#byHash.get(hash) ?? []).filter((one) => !one.print.equals(print));
      if (left.length === 0) this.#byHash.delete(hash);
      else this.#byHash.set(hash, left);
    }
  }

  /** Different fingerprints that are looked for. */
  get size(): number {
    let size = 0;
    for (const known of this.#byHash.values())
      size += new Set(known.map(({ print }) => print.toString('latin1', 0, PRINT_BYTES))).size;
    return size;
  }
}

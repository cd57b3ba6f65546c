// A sample of what passes by, whose number is known only when all has passed.
import { createRandom } from './random.ts';

/** A seeded uniform sample of at most `limit` things, in their order: algorithm R (Vitter, Random Sampling with a Reservoir, 1985). */
export class Reservoir<T> {
  readonly #limit: number;
  readonly #random;
  readonly #kept: { place: number; thing: T }[] = [];
  #passed = 0;

  constructor(limit: number, seed: number) {
    this.#limit = limit;
    this.#random = createRandom(seed);
  }

  add(thing: T): void {
    const place = this.#passed++;
    const at = place < this.#limit ? place : this.#random.int(this.#passed);
    if (at < this.#limit) this.#kept[at] = { place, thing };
  }

  taken(): T[] {
    return [...this.#kept].sort((a, b) => a.place - b.place).map(({ thing }) => thing);
  }
}

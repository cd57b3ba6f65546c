// Text for COPY, as the bytes that are sent. A string that grows by pieces is a tree of them: hundreds of thousands of small objects that
// outlive a young generation, so that the heap of a long upload grows to a multiple of what it holds.

const FIRST_BYTES = 1 << 16;
/** Of one UTF-16 unit in UTF-8. */
const MOST_BYTES = 3;

export class CopyText {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #spare = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  add(text: string): void {
    const needed = this.#length + MOST_BYTES * text.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Everything added since the last time; it stays as it is until the next call but one is made. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    [this.#bytes, this.#spare] = [this.#spare, this.#bytes];
    this.#length = 0;
    return taken;
  }
}

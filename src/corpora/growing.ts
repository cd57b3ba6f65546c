// Buffers that grow to what one block needs and are then used again: a stream of millions of records leaves no garbage behind, so that
// its heap stays as it was at the first. What they show stands until they are next emptied.

const FIRST = 1 << 12;
/** Of one UTF-16 unit in UTF-8. */
const MOST_BYTES = 3;

export class GrowingBytes {
  bytes = Buffer.alloc(FIRST);
  length = 0;

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    // not of the pool of small buffers, of which others hold the rest
    const larger = Buffer.alloc(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** The bytes of another from `start` up to `end`. */
  copy(from: Buffer, start = 0, end = from.length): void {
    this.reserve(end - start);
    from.copy(this.bytes, this.length, start, end);
    this.length += end - start;
  }

  text(text: string): void {
    this.reserve(MOST_BYTES * text.length);
    this.length += this.bytes.write(text, this.length);
  }

  /** Drops the first so many; the others move up. */
  drop(first: number): void {
    // a long line that comes in small pieces stands still
    if (first > 0) this.bytes.copyWithin(0, first, this.length);
    this.length -= first;
  }

  view(): Buffer<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

/** Numbers of four bytes. */
export class GrowingWords {
  words = new Int32Array(FIRST);
  length = 0;

  push(word: number): void {
    if (this.length === this.words.length) this.#grow(1);
    this.words[this.length++] = word;
  }

  /** So many words of another from `at`. */
  copy(from: Int32Array, at: number, count: number): void {
    if (this.length + count > this.words.length) this.#grow(count);
    for (let i = 0; i < count; i++) this.words[this.length++] = from[at + i]!;
  }

  view(): Int32Array<ArrayBuffer> {
    return this.words.subarray(0, this.length);
  }

  #grow(more: number): void {
    const larger = new Int32Array(Math.max(this.length + more, 2 * this.words.length));
    larger.set(this.words);
    this.words = larger;
  }
}

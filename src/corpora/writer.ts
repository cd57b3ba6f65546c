// Writes a corpus file in large blocks; hashes it and notes where its lines begin on the way.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { LineBlock } from '../domain/batches.ts';
import type { TrainingRecord } from '../domain/record.ts';
import { LineCounter, type LineIndex } from './line-index.ts';
import { readRange } from './lines.ts';
import { toLine } from './records.ts';

const BUFFER_BYTES = 1 << 20;
const ENCODER = new TextEncoder();

/** Records as they are stored. */
export function blockOf(records: readonly TrainingRecord[]): LineBlock {
  const lines = records.map(toLine);
  const lengths = Uint32Array.from(lines, (line) => Buffer.byteLength(line));
  return { text: ENCODER.encode(lines.join('')), lengths };
}

export class CorpusWriter {
  readonly #hash: Hash = createHash('sha256');
  readonly #lines = new LineCounter();
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  /** Of the file so far, what waits included. */
  #size = 0;
  constructor(file: FileHandle) {
    this.#file = file;
  }

  get lines(): number {
    return this.#lines.lines;
  }

  /** Copies whole lines of a stored file, the first `keep` of them. */
  async copy(path: string, keep = Number.POSITIVE_INFINITY): Promise<void> {
    const stored = await open(path, 'r');
    try {
      let unfinished = false;
      for await (const chunk of readRange(stored, 0, Number.POSITIVE_INFINITY, BUFFER_BYTES)) {
        for (let start = 0; start < chunk.length; ) {
          if (!unfinished && this.lines === keep) return await this.#write(chunk.subarray(0, start));
          if (!unfinished) this.#lines.add(this.#size + start);
          const end = chunk.indexOf(0x0a, start);
          unfinished = end < 0;
          start = unfinished ? chunk.length : end + 1;
        }
        await this.#write(chunk);
      }
      if (unfinished) await this.#write(Buffer.from('\n'));
    } finally {
      await stored.close();
    }
  }

  async add({ text, lengths }: LineBlock): Promise<void> {
    let offset = this.#size;
    for (const length of lengths) {
      this.#lines.add(offset);
      offset += length;
    }
    await this.#write(text);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#size += bytes.byteLength;
    this.#bytes += bytes.byteLength;
    if (this.#bytes >= BUFFER_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const block = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    this.#hash.update(block);
    await this.#file.writeFile(block);
  }

  /** Flushes; the file is complete then. */
  async finish(): Promise<{ digest: string; index: LineIndex; mtimeNs: bigint }> {
    await this.#flush();
    await this.#file.sync();
    const { mtimeNs } = await this.#file.stat({ bigint: true });
    return { digest: `sha256:${this.#hash.digest('hex')}`, index: this.#lines.finish(this.#size), mtimeNs };
  }
}

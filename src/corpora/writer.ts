// Writes a corpus file in large blocks; hashes it and notes where its lines begin on the way.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { LineBlock } from '../domain/batches.ts';
import type { TrainingRecord } from '../domain/record.ts';
import { BlockFile } from './block-file.ts';
import { LineCounter, type LineIndex } from './line-index.ts';
import { readRange } from './lines.ts';
import { toLine } from './records.ts';

const BUFFER_BYTES = 1 << 20;
const ENCODER = new TextEncoder();

/** Records as they are stored. */
export function blockOf(records: readonly TrainingRecord[]): LineBlock {
  const lines = records.map(toLine);
  const lengths = Int32Array.from(lines, (line) => Buffer.byteLength(line));
  return { text: ENCODER.encode(lines.join('')), lengths };
}

export class CorpusWriter {
  readonly #hash: Hash = createHash('sha256');
  readonly #lines = new LineCounter();
  readonly #file: FileHandle;
  readonly #blocks: BlockFile;
  constructor(file: FileHandle) {
    this.#file = file;
    this.#blocks = new BlockFile(file, BUFFER_BYTES, (block) => this.#hash.update(block));
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
          if (!unfinished && this.lines === keep) return await this.#blocks.add(chunk.subarray(0, start));
          if (!unfinished) this.#lines.add(this.#blocks.size + start);
          const end = chunk.indexOf(0x0a, start);
          unfinished = end < 0;
          start = unfinished ? chunk.length : end + 1;
        }
        await this.#blocks.add(chunk);
      }
      if (unfinished) await this.#blocks.add(Buffer.from('\n'));
    } finally {
      await stored.close();
    }
  }

  async add({ text, lengths }: LineBlock): Promise<void> {
    let offset = this.#blocks.size;
    for (const length of lengths) {
      this.#lines.add(offset);
      offset += length;
    }
    await this.#blocks.add(text);
  }

  /** Flushes; the file is complete then. */
  async finish(): Promise<{ digest: string; index: LineIndex; mtimeNs: bigint }> {
    await this.#blocks.flush();
    await this.#file.sync();
    const { mtimeNs } = await this.#file.stat({ bigint: true });
    return { digest: `sha256:${this.#hash.digest('hex')}`, index: this.#lines.finish(this.#blocks.size), mtimeNs };
  }
}

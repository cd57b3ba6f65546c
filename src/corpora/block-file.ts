// Writes to a file through one buffer, so that small pieces cost no call each and leave nothing behind.
import type { FileHandle } from 'node:fs/promises';

export class BlockFile {
  readonly #file: FileHandle;
  readonly #seen: (block: Uint8Array) => void;
  readonly #buffer: Buffer;
  #length = 0;
  /** Of the file so far, what waits included. */
  size = 0;
  /** `seen` is shown everything in order, before it is written. */
  constructor(file: FileHandle, bufferBytes: number, seen: (block: Uint8Array) => void = () => {}) {
    this.#file = file;
    this.#seen = seen;
    this.#buffer = Buffer.alloc(bufferBytes);
  }

  /** Takes the bytes over before it resolves. */
  async add(bytes: Uint8Array): Promise<void> {
    if (this.#length + bytes.length > this.#buffer.length) await this.flush();
    this.size += bytes.length;
    if (bytes.length > this.#buffer.length) return this.#write(bytes);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async flush(): Promise<void> {
    const waiting = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    await this.#write(waiting);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#seen(bytes);
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

// Lines of a byte stream. Only a line feed ends a line: readers of text also split at U+2028, which JSON leaves bare.
import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 1 << 18;

/** Lines without their line feed; a last line without one counts when it is not empty. Memory: the longest line. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      const tail = bytes.subarray(start, end);
      yield rest.length > 0 ? Buffer.concat([...rest, tail]) : tail;
      rest = [];
      start = end + 1;
    }
    if (start < bytes.byteLength) rest.push(bytes.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** Bytes of an open file from `start` up to `end`, or as far as it goes; where it stands for others does not matter. */
export async function* readRange(
  file: FileHandle,
  start = 0,
  end = Number.POSITIVE_INFINITY,
  blockBytes = BLOCK_BYTES,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const length = Math.min(blockBytes, end - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** All bytes of an open file, in one buffer that is used again: each block stands until the next is asked for. */
export async function* readAgain(file: FileHandle, blockBytes = BLOCK_BYTES): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(blockBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

// Takes a byte stream apart into lines without ever holding more of them than a chunk has.
import { isUtf8 } from 'node:buffer';
import { ExpungeError } from '../errors.ts';

export interface Line {
  /** Counts from 1, empty lines included: what an editor shows. */
  number: number;
  text: string;
}
/** Whole lines, in memory of their own; only the last of a stream may lack its line feed. */
export interface Block {
  bytes: Uint8Array<ArrayBuffer>;
  firstLine: number;
}
interface Limits {
  lineBytes: number;
  totalBytes: number;
}

const NEWLINE = 0x0a;
const BLANK = /^\s*$/;
const BYTE_ORDER_MARK = '\uFEFF';

const malformed = (number: number, why: string) =>
  new ExpungeError('malformed-line', `Line ${number}: ${why}.`, { extra: { line: number } });

function tooLong(number: number, limit: number): ExpungeError {
  return new ExpungeError('record-too-large', `Line ${number} is longer than ${limit} bytes; nothing was kept.`, {
    extra: { line: number },
  });
}

function decode(bytes: Buffer, number: number): string {
  if (!isUtf8(bytes)) throw malformed(number, 'its bytes are not UTF-8');
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Non-empty lines of a block. Throws `record-too-large` or `malformed-line` once it has come to that line. */
export function* linesOf({ bytes, firstLine }: Block, lineBytes: number): Generator<Line> {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let number = firstLine;
  for (let start = 0; start < block.length; number++) {
    const found = block.indexOf(NEWLINE, start);
    const end = found === -1 ? block.length : found;
    if (end - start > lineBytes) throw tooLong(number, lineBytes);
    const text = decode(block.subarray(start, end), number);
    if (!BLANK.test(text)) yield { number, text };
    start = end + 1;
  }
}

function together(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/**
 * Whole lines of a byte stream, those of a chunk together. Memory: one line and one chunk. Throws `body-too-large` over
 * `totalBytes`, and `record-too-large` for a line that is not ended within `lineBytes`, after the lines before it.
 */
export async function* blocksOf(
  chunks: AsyncIterable<Buffer>,
  { lineBytes, totalBytes }: Limits,
): AsyncGenerator<Block> {
  let parts: Buffer[] = [];
  let held = 0;
  let total = 0;
  let firstLine = 1;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > totalBytes) {
      throw new ExpungeError('body-too-large', `The upload is over ${totalBytes} bytes; nothing was kept.`);
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const bytes = together([...parts, chunk.subarray(0, end)], held + end);
      const lines = countLines(bytes);
      yield { bytes, firstLine };
      firstLine += lines;
      [parts, held] = [[], 0];
    }
    if (end < chunk.length) parts.push(chunk.subarray(end));
    held += chunk.length - end;
    if (held > lineBytes) throw tooLong(firstLine, lineBytes);
  }
  if (held > 0) yield { bytes: together(parts, held), firstLine };
}

/** Non-empty lines of a byte stream, at most `limits.lineBytes` each and `limits.totalBytes` together. */
export async function* readLines(chunks: AsyncIterable<Buffer>, limits: Limits): AsyncGenerator<Line> {
  for await (const block of blocksOf(chunks, limits)) yield* linesOf(block, limits.lineBytes);
}

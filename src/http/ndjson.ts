// Takes a byte stream apart into lines without ever holding more of them than a chunk has.
import { isUtf8 } from 'node:buffer';
import { GrowingBytes } from '../corpora/growing.ts';
import { ExpungeError } from '../errors.ts';

export interface Line {
  /** Counts from 1, empty lines included: what an editor shows. */
  number: number;
  text: string;
}
/** Whole lines; only the last of a stream may lack its line feed. It stands until the next block is asked for. */
export interface Block {
  bytes: Buffer<ArrayBuffer>;
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

/** Throws `record-too-large` for a line of more bytes than the limit. */
export function refuseLong(number: number, bytes: number, limit: number): void {
  if (bytes > limit) throw tooLong(number, limit);
}

/** What a line says; null where it is blank. Throws `malformed-line`. */
export function textOf(bytes: Buffer, number: number): string | null {
  if (!isUtf8(bytes)) throw malformed(number, 'its bytes are not UTF-8');
  const text = bytes.toString('utf8');
  if (BLANK.test(text)) return null;
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/**
 * Whole lines of a byte stream, those of a chunk together. Memory: one line and one chunk.
 * Throws `body-too-large` over
 * `totalBytes`, and `record-too-large` for a line that is not ended within `lineBytes`, after the lines before it.
 */
export async function* blocksOf(
  chunks: AsyncIterable<Buffer>,
  { lineBytes, totalBytes }: Limits,
): AsyncGenerator<Block> {
  // what is held stands at its beginning: the lines that were handed on last, then the beginning of the next
  const buffer = new GrowingBytes();
  let handed = 0;
  let total = 0;
  let firstLine = 1;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > totalBytes) {
      throw new ExpungeError('body-too-large', `The upload is over ${totalBytes} bytes; nothing was kept.`);
    }
    buffer.drop(handed);
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    handed = end > 0 ? buffer.length + end : 0;
    buffer.copy(chunk);
    if (handed > 0) {
      const bytes = buffer.view().subarray(0, handed);
      const lines = countLines(bytes);
      yield { bytes, firstLine };
      firstLine += lines;
    }
    refuseLong(firstLine, buffer.length - handed, lineBytes);
  }
  buffer.drop(handed);
  if (buffer.length > 0) yield { bytes: buffer.view(), firstLine };
}

/** Non-empty lines of a byte stream, at most `limits.lineBytes` each and `limits.totalBytes` together. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  { lineBytes, totalBytes }: Limits,
): AsyncGenerator<Line> {
  for await (const { bytes, firstLine } of blocksOf(chunks, { lineBytes, totalBytes })) {
    let number = firstLine;
    for (let start = 0; start < bytes.length; number++) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found === -1 ? bytes.length : found;
      refuseLong(number, end - start, lineBytes);
      const text = textOf(bytes.subarray(start, end), number);
      if (text !== null) yield { number, text };
      start = end + 1;
    }
  }
}

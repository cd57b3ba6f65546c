// Splits a byte stream into lines without ever holding more than one of them.
import { ExpungeError } from '../errors.ts';

export interface Line {
  /** Counts from 1, empty lines included: what an editor shows. */
  number: number;
  text: string;
}

const NEWLINE = 0x0a;
const BLANK = /^\s*$/;

const malformed = (number: number, why: string) =>
  new ExpungeError('malformed-line', `Line ${number}: ${why}.`, { extra: { line: number } });

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed(number, 'its bytes are not UTF-8');
  }
}

function tooLong(number: number, limit: number): ExpungeError {
  return new ExpungeError('record-too-large', `Line ${number} is longer than ${limit} bytes; nothing was kept.`, {
    extra: { line: number },
  });
}

/**
 * Non-empty lines of a byte stream, at most `limits.lineBytes` each and `limits.totalBytes` together. Memory: one
 * line and one chunk. Throws `record-too-large` naming the line, `body-too-large`, or `malformed-line`.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  limits: { lineBytes: number; totalBytes: number },
): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Buffer[] = [];
  let held = 0;
  let total = 0;
  let number = 1;
  const hold = (part: Buffer): void => {
    held += part.length;
    if (held > limits.lineBytes) throw tooLong(number, limits.lineBytes);
    if (part.length > 0) parts.push(part);
  };
  const take = (): Line => {
    const text = decode(decoder, Buffer.concat(parts), number);
    parts = [];
    held = 0;
    return { number: number++, text };
  };
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limits.totalBytes) {
      throw new ExpungeError('body-too-large', `The upload is over ${limits.totalBytes} bytes; nothing was kept.`);
    }
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (!BLANK.test(line.text)) yield line;
    }
    hold(chunk.subarray(start));
  }
  const last = take();
  if (!BLANK.test(last.text)) yield last;
}

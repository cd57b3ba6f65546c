// Lines of a batch become wishes, or say why they cannot: one that is wrong spoils no other. Nothing raw is kept of them.
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { ExpungeError, type FieldError, type ProblemCode } from '../errors.ts';
import type { AskingWish } from './asked-records.ts';
import { blocksOf } from './ndjson.ts';
import { checkPairs } from './surrogates.ts';
import { describeValidation, type SchemaError } from './validation.ts';

export const BATCH_LINES = 10_000;
export const BATCH_BYTES = 32 * 1024 * 1024;
const LINE_BYTES = 65_536;

/** A line that is not taken in. */
export interface Refusal {
  code: ProblemCode;
  errors: FieldError[];
  existing?: string;
}
export interface WishLine {
  /** Counts from 1, empty lines included. */
  line: number;
  wish: AskingWish | Refusal;
}
export const isRefusal = (wish: AskingWish | Refusal): wish is Refusal => 'code' in wish;

export interface Validate {
  (value: unknown): boolean;
  errors?: readonly unknown[] | null;
}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ExpungeError)) throw error;
  const { existing } = error.extra;
  return {
    code: error.code,
    errors: error.errors.length > 0 ? error.errors : [{ pointer: '#', detail: error.message }],
    ...(typeof existing === 'string' ? { existing } : {}),
  };
}

const notJson = (detail: string): Refusal => ({ code: 'malformed-json', errors: [{ pointer: '#', detail }] });

function readLine<Given>(
  bytes: Buffer,
  validate: Validate,
  wishOf: (given: Given) => AskingWish,
): AskingWish | Refusal {
  if (bytes.length > LINE_BYTES) return { ...notJson(`is longer than ${LINE_BYTES} bytes`), code: 'record-too-large' };
  if (!isUtf8(bytes)) return notJson('is not UTF-8');
  const text = bytes.toString('utf8');
  let given: unknown;
  try {
    // as an upload of records: editors put one before the first line
    given = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    // a parser's message quotes what it was given
    return notJson('is not JSON');
  }
  try {
    checkPairs(text, given);
    if (!validate(given)) throw describeValidation((validate.errors ?? []) as SchemaError[], 'line');
    return wishOf(given as Given);
  } catch (error) {
    return refusalOf(error);
  }
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/**
 * All lines, in order. Memory: what is kept of a line is keys and sketches of texts, and lines and bytes are bounded. Throws `body-too-large` and
 * `record-too-large` before anything is stored. `seen` gets every line, empty ones included.
 */
export async function readWishes<Given>(
  stream: Readable,
  validate: Validate,
  wishOf: (given: Given) => AskingWish,
  seen: (line: Buffer) => void = () => undefined,
): Promise<WishLine[]> {
  // leaving early must not destroy the request: its socket still has to carry the problem document
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const wishes: WishLine[] = [];
  for await (const { bytes, firstLine } of blocksOf(chunks, { lineBytes: LINE_BYTES, totalBytes: BATCH_BYTES })) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let start = 0, line = firstLine; start < block.length; line++) {
      const found = block.indexOf(NEWLINE, start);
      const end = found === -1 ? block.length : found;
      const text = block.subarray(start, end);
      start = end + 1;
      seen(text);
      if (isBlank(text)) continue;
      if (wishes.length === BATCH_LINES)
        throw new ExpungeError('body-too-large', `The batch has over ${BATCH_LINES} lines; nothing was kept.`);
      wishes.push({ line, wish: readLine(text, validate, wishOf) });
    }
  }
  return wishes;
}

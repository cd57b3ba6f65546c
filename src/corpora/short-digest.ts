// How ids and subject keys are held against each other in the index of a corpus.
import { hash } from 'node:crypto';

/** Of a digest, in words of four bytes. */
export const DIGEST_WORDS = 4;
const DIGEST_BYTES = 16;

/** Half of a SHA-256, as hexadecimal digits: two texts that differ never meet. */
export const shortDigest = (text: string): string => hash('sha256', text).slice(0, 2 * DIGEST_BYTES);

const bytes = Buffer.alloc(DIGEST_BYTES);
const words = new Int32Array(bytes.buffer, bytes.byteOffset, DIGEST_WORDS);

/** The same, of a text or its UTF-8, as words in the order of its bytes; they stand until the next call. */
export function digestWords(text: string | Uint8Array): Int32Array<ArrayBuffer> {
  bytes.write(hash('sha256', text, 'binary'), 0, DIGEST_BYTES, 'latin1');
  return words;
}

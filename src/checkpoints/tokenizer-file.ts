// tokenizer.json of a checkpoint folder, and the digest that a recipe names it by.
import { createHash } from 'node:crypto';

export const TOKENIZER = 'tokenizer.json';

/** Of the parsed file: white space does not count. */
export const tokenizerDigest = (json: object): string =>
  `sha256:${createHash('sha256').update(JSON.stringify(json)).digest('hex')}`;

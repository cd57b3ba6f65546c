// Which records are retained, as a digest that is made while they pass by.
import { createHash } from 'node:crypto';
import type { SetRow } from '../domain/record.ts';

/** Of records in their order. A record's text never changes under its corpus and ordinal, so these stand for it. */
export function createRetainedDigest(): { add(rows: readonly SetRow[]): void; digest(): string } {
  const hash = createHash('sha256');
  return {
    add: (rows) => {
      for (const { corpus_id, ordinal } of rows) hash.update(`${corpus_id}:${ordinal}\n`);
    },
    digest: () => `sha256:${hash.digest('hex')}`,
  };
}

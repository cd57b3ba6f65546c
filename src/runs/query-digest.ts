// Digests of whom something is about: equal for the same person or records, and of no use to whoever has no keys.
import { hash } from 'node:crypto';
import type { RecordPlace } from './influence-port.ts';

/** `sha256:` and the SHA-256 over lines in order. */
const digestOf = (lines: readonly string[]): string => `sha256:${hash('sha256', lines.toSorted().join('\n'))}`;

/** Of a person by their keys, which are HMACs: as certificates name the subject. */
export const subjectDigest = (keys: readonly string[]): string => digestOf(keys);

export const placesDigest = (places: readonly RecordPlace[]): string =>
  digestOf(places.map(({ corpus_id, ordinal }) => `${corpus_id}/${ordinal}`));

// Digests by which reports, policies, people and records are named.
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { RecordPlace } from './influence-port.ts';

/** `sha256:` and the SHA-256 of the RFC 8785 form of what JSON makes of a value. */
export const canonicalDigest = (value: object): string =>
  `sha256:${hash('sha256', canonicalize(JSON.parse(JSON.stringify(value)))!)}`;

const digestOf = (lines: readonly string[]): string => `sha256:${hash('sha256', lines.toSorted().join('\n'))}`;

/** Of a person by their keys, which are HMACs: as certificates name the subject. Of no use to whoever has not the key. */
export const subjectDigest = (keys: readonly string[]): string => digestOf(keys);

/** Of the question who of everybody forgotten came back: the same each time that it is asked of a model. */
export const earlierDigest = (modelId: string): string => canonicalDigest({ asks: 'earlier', model_id: modelId });

/** Of records by where they stand. */
export const placesDigest = (places: readonly RecordPlace[]): string =>
  digestOf(places.map(({ corpus_id, ordinal }) => `${corpus_id}/${ordinal}`));

// What of an erased record is kept to know it by, should it come back.
import { createHash } from 'node:crypto';
import type { TrainingRecord } from '../../domain/record.ts';
import type { SubjectKeys } from '../ports.ts';

/** Keyed by the installation: without its key nobody can try which record it is of. */
export function recordDigest(keys: Pick<SubjectKeys, 'pseudonym'>, tenant: string, record: TrainingRecord): string {
  const plain = createHash('sha256').update(JSON.stringify(record)).digest('hex');
  return keys.pseudonym(tenant, 'erased-record', plain);
}

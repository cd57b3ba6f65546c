// Whether the ledger holds this very certificate: its proof names the digest of the signed bytes.
import { hash } from 'node:crypto';
import type { InclusionProof } from '../domain/ledger.ts';
import type { TreeHead } from './checkpoint-note.ts';
import { checkInclusion } from './ledger-proof.ts';

export type RecordedCheck =
  | { ok: true; seq: number; at: string; head: TreeHead; kid: string }
  | { ok: false; reason: string };

/** What the entry of a certificate names it by. */
export const certificateDigest = (jws: string): string => `sha256:${hash('sha256', jws)}`;

/** Checks that the proof is valid and that its entry records this certificate. `jws` was verified by itself. */
export function checkRecorded(
  jws: string,
  certificateId: string,
  proof: InclusionProof,
  jwks: { keys: Record<string, unknown>[] },
): RecordedCheck {
  const check = checkInclusion(proof, jwks);
  if (!check.ok) return check;
  const { seq, at, type, data } = check.entry;
  const { certificate_id, digest } = data;
  if (type !== 'certificate.issued' || certificate_id !== certificateId || digest !== certificateDigest(jws))
    return { ok: false, reason: 'its entry is not that of this certificate' };
  return { ok: true, seq, at, head: check.head, kid: check.kid };
}

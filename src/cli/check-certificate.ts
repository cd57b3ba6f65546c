// The whole offline check of a certificate: signature and form, and where there is a proof, that the ledger holds it.
import { type CertificateCheck, verifyCertificate } from '../evidence/certificate.ts';
import { verifyCheckpoint } from '../evidence/checkpoint-note.ts';
import { parseProof } from '../evidence/ledger-proof.ts';
import { checkRecorded } from '../evidence/recorded.ts';

interface Recorded {
  /** Entry of the ledger. */
  seq: number;
  at: string;
  /** Of the ledger that the proof is for. */
  origin: string;
  size: number;
}
export type WholeCheck =
  | (Extract<CertificateCheck, { ok: true }> & { /** Null: nobody gave a proof. */ recorded: Recorded | null })
  | Extract<CertificateCheck, { ok: false }>;

export interface Evidence {
  jws: string;
  /** JSON or tlog-proof. */
  proof: string | null;
  /** A checkpoint that the verifier got elsewhere: the proof must be for that one. */
  checkpoint: string | null;
}

type Jwks = { keys: Record<string, unknown>[] };

/** Why the proof is not for the checkpoint that is held, or null. */
function otherCheckpoint(held: string, size: number, root: Uint8Array, origin: string, jwks: Jwks): string | null {
  const check = verifyCheckpoint(held, jwks);
  if (!check.ok) return `the checkpoint that was given does not verify: ${check.reason}`;
  const { head } = check;
  if (head.origin !== origin) return 'the checkpoint that was given is of another ledger';
  if (head.size !== size)
    return `the proof is for ${size} entries, the checkpoint that was given for ${head.size}; get one with size=${head.size}`;
  if (Buffer.compare(head.root, root) !== 0)
    return `two checkpoints of ${size} entries differ: the ledger was rewritten`;
  return null;
}

/** Never throws on bad input. */
export async function checkCertificate({ jws, proof, checkpoint }: Evidence, jwks: Jwks): Promise<WholeCheck> {
  const check = await verifyCertificate(jws, jwks);
  if (!check.ok) return check;
  if (proof === null) {
    if (checkpoint !== null) return { ok: false, reason: 'there is no proof to hold against the checkpoint' };
    return { ...check, recorded: null };
  }
  const parsed = parseProof(proof);
  if (parsed === null) return { ok: false, reason: 'the proof is neither JSON nor a tlog-proof' };
  const recorded = checkRecorded(jws, check.statement.predicate.certificate_id, parsed, jwks);
  if (!recorded.ok) return { ok: false, reason: `the ledger does not show it: ${recorded.reason}` };
  const { seq, at, head } = recorded;
  const { size, root, origin } = head;
  const other = checkpoint === null ? null : otherCheckpoint(checkpoint, size, root, origin, jwks);
  return other === null ? { ...check, recorded: { seq, at, origin, size } } : { ok: false, reason: other };
}

// Proofs made from the store: of one entry against a checkpoint, and of one checkpoint against an earlier one.
import type { ConsistencyProof, InclusionProof, LedgerCheckpoint } from '../domain/ledger.ts';
import type { LedgerEntry, LedgerStore } from '../runs/ports.ts';
import { proveConsistency, proveInclusion } from './tree.ts';

type Reader = Pick<LedgerStore, 'ledgerNodes'>;
const encode = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('base64'));

/** That an entry is in the ledger; the checkpoint covers it. */
export async function inclusionOf(
  store: Reader,
  entry: LedgerEntry,
  { size, checkpoint }: LedgerCheckpoint,
): Promise<InclusionProof> {
  const index = entry.seq - 1;
  const hashes = await proveInclusion((nodes) => store.ledgerNodes(nodes), index, size);
  return { entry, index, size, hashes: encode(hashes), checkpoint };
}

/** That the ledger of `to` entries begins with that of `from`; 0 < from <= to, and a checkpoint covers them. */
export async function consistencyOf(store: Reader, from: number, to: number): Promise<ConsistencyProof> {
  const hashes = await proveConsistency((nodes) => store.ledgerNodes(nodes), from, to);
  return { from, to, hashes: encode(hashes) };
}

/** The proof that a certificate was recorded, against `checkpoint`; null where that does not cover it. */
export async function proofOfCertificate(
  store: Reader & Pick<LedgerStore, 'ledgerEntry'>,
  tenant: string,
  certificate_id: string,
  checkpoint: LedgerCheckpoint | null,
): Promise<InclusionProof | null> {
  const entry = await store.ledgerEntry(tenant, { certificate_id });
  return entry && checkpoint && checkpoint.size >= entry.seq ? inclusionOf(store, entry, checkpoint) : null;
}

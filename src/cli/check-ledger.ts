// The check of a whole ledger in the store, with the certificates that it records.
import { auditLedger, type LedgerCheck } from '../evidence/audit.ts';
import { verifyCertificate } from '../evidence/certificate.ts';
import { storedCheckpoints, storedEntries } from '../evidence/ledger-file.ts';
import { certificateDigest } from '../evidence/recorded.ts';
import type { LedgerEntry, Store } from '../runs/ports.ts';

export type Jwks = { keys: Record<string, unknown>[] };
type Stored = Pick<Store, 'readLedger' | 'ledgerCheckpoint' | 'ledgerCheckpoints' | 'ledgerNodes' | 'getCertificate'>;

/** Whether each certificate that these entries record is there, as it was signed. */
async function checkCertificates(store: Pick<Store, 'getCertificate'>, entries: readonly LedgerEntry[], jwks: Jwks) {
  for (const { seq, tenant, type, data } of entries) {
    if (type !== 'certificate.issued') continue;
    const certificate = await store.getCertificate(tenant, String(data.certificate_id));
    if (certificate === null || certificateDigest(certificate.jws) !== data.digest)
      return `the certificate that entry ${seq} records is ${certificate === null ? 'gone' : 'another one now'}`;
    const check = await verifyCertificate(certificate.jws, jwks);
    if (!check.ok) return `the certificate that entry ${seq} records does not verify: ${check.reason}`;
  }
  return null;
}

/** Checks the whole ledger of a store, the certificates that it records included. */
export const checkLedger = (store: Stored, jwks: Jwks): Promise<LedgerCheck> =>
  auditLedger(
    {
      entries: () => storedEntries(store),
      checkpoints: () => storedCheckpoints(store),
      nodes: (nodes) => store.ledgerNodes(nodes),
      records: (entries) => checkCertificates(store, entries, jwks),
    },
    jwks,
  );

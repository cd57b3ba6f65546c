// The check of a whole ledger in the store, with the certificates that it records.
import type { Certificate } from '../domain/resources.ts';
import { auditLedger, type LedgerCheck } from '../evidence/audit.ts';
import { verifyCertificate } from '../evidence/certificate.ts';
import { storedCheckpoints, storedEntries } from '../evidence/ledger-file.ts';
import { certificateDigest } from '../evidence/recorded.ts';
import type { LedgerEntry, Store } from '../runs/ports.ts';

type Jwks = { keys: Record<string, unknown>[] };
type Stored = Pick<Store, 'readLedger' | 'ledgerCheckpoint' | 'ledgerCheckpoints' | 'ledgerNodes' | 'getCertificate'>;

const COLUMNS = ['request_id', 'target_id', 'run_id', 'kid'] as const;

/** What is wrong with the certificate that an entry records, as it is shown now; null: nothing. */
async function checkIssued(certificate: Certificate | null, { data }: LedgerEntry, jwks: Jwks): Promise<string | null> {
  if (certificate === null) return 'is gone';
  if (certificateDigest(certificate.jws) !== data.digest) return 'is another one now';
  const check = await verifyCertificate(certificate.jws, jwks);
  if (!check.ok) return `does not verify: ${check.reason}`;
  const { issued_at } = check.statement.predicate.times;
  const same = COLUMNS.every((name) => certificate[name] === data[name]) && certificate.created_at === issued_at;
  return same ? null : 'is shown with other facts than were recorded';
}

/** Checks of what the entries say of certificates, page by page. */
function certificateChecks(store: Pick<Store, 'getCertificate'>, jwks: Jwks) {
  /** Shown as void, with no entry so far that says so. */
  const unexplained = new Set<string>();
  return {
    async records(entries: readonly LedgerEntry[]): Promise<string | null> {
      for (const entry of entries) {
        const { seq, tenant, type, data } = entry;
        if (type !== 'certificate.issued' && type !== 'certificate.revoked') continue;
        const id = String(data.certificate_id);
        const certificate = await store.getCertificate(tenant, id);
        if (type === 'certificate.revoked') {
          if (certificate?.revoked_at == null) return `the certificate that entry ${seq} revokes is shown as valid`;
          unexplained.delete(id);
          continue;
        }
        const wrong = await checkIssued(certificate, entry, jwks);
        if (wrong !== null) return `the certificate that entry ${seq} records ${wrong}`;
        if (certificate?.revoked_at != null) unexplained.add(id);
      }
      return null;
    },
    ended(): string | null {
      const [id] = unexplained;
      return id === undefined ? null : `certificate ${id} is shown as revoked, and no entry says so`;
    },
  };
}

/** Checks the whole ledger of a store, the certificates that it records included. */
export const checkLedger = (store: Stored, jwks: Jwks, held?: string): Promise<LedgerCheck> =>
  auditLedger(
    {
      entries: () => storedEntries(store),
      checkpoints: () => storedCheckpoints(store),
      nodes: (nodes) => store.ledgerNodes(nodes),
      ...certificateChecks(store, jwks),
      ...(held === undefined ? {} : { held }),
    },
    jwks,
  );

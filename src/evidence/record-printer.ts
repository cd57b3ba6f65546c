// Fingerprints of records that are about to be destroyed, under seal: for `expunge doctor --erased`, for as long as their key is kept.
import { decodePrints, encodePrints, type PrintKey, printKey, recordPrints } from '../corpora/fingerprints/prints.ts';
import type { RecordPrinter, SubjectKeys } from '../runs/ports.ts';
import { createVault } from './vault.ts';

export function createRecordPrinter(installation: Pick<SubjectKeys, 'seal' | 'open' | 'pseudonym'>): RecordPrinter {
  const vault = createVault(installation);
  const keys = new Map<string, PrintKey>();
  const keyOf = (tenant: string): PrintKey => {
    const known = keys.get(tenant) ?? printKey(installation.pseudonym(tenant, 'fingerprints', 'v1'));
    keys.set(tenant, known);
    return known;
  };
  const aboutOf = (tenant: string, request_id: string) => ['prints', tenant, request_id];
  return {
    keyOf,
    seal({ tenant, request_id }, records) {
      const { records: prints, short } = recordPrints(keyOf(tenant), records);
      const sealed = vault.seal(aboutOf(tenant, request_id), encodePrints(prints));
      return { ...sealed, prints: prints.reduce((sum, one) => sum + one.length, 0), short };
    },
    open(tenant, { request_id, wrapped_key, sealed }) {
      const bytes = vault.open(aboutOf(tenant, request_id), wrapped_key, sealed);
      return bytes && decodePrints(bytes);
    },
  };
}

// What `expunge doctor --erased` says of one deletion request.
import type { Config } from '../../config.ts';
import { PrintScanner } from '../../corpora/fingerprints/scanner.ts';
import { ExpungeError } from '../../errors.ts';
import { createSubjectKeys } from '../../evidence/keys.ts';
import { createRecordPrinter } from '../../evidence/record-printer.ts';
import type { Store } from '../../runs/ports.ts';
import { bytes } from '../terminal.ts';
import { type Searched, searchEverywhere } from './search.ts';

export interface ErasedReport {
  deletion_request_id: string;
  /** clean: all was searched and nothing found; unknown: that cannot be said. */
  verdict: 'clean' | 'found' | 'unknown';
  /** Null: it can be said. */
  why_unknown: string | null;
  erased_at: string | null;
  records: number;
  records_gone: number;
  /** That were looked for in the end. */
  fingerprints: number;
  /** Texts that were too short to have any. */
  too_short: number;
  /** At most so likely is any find a chance one. */
  chance: number;
  searched: Searched | null;
}

/** Two digests of 96 bits that meet by chance, for each letter and each fingerprint. */
const MEET = 2 ** -96;

/** Searches for what is left of the records of a request. Throws `not-found`. */
export async function lookForErased(
  store: Store,
  config: Config,
  { tenant, request_id }: { tenant: string; request_id: string },
): Promise<ErasedReport> {
  const facts = await store.erasureFacts({ tenant, request_id });
  if (facts === null) throw new ExpungeError('not-found', `There is no deletion request ${request_id}`);
  const { erased_at, records, gone: records_gone, prints } = facts;
  const about = { deletion_request_id: request_id, erased_at, records, records_gone };
  const too_short = prints.reduce((sum, { short }) => sum + short, 0);
  const unknown = (why_unknown: string): ErasedReport => ({
    ...{ ...about, verdict: 'unknown', why_unknown, fingerprints: 0, too_short, chance: 0, searched: null },
  });
  if (records_gone === 0) return unknown('None of its records was erased yet.');
  if (prints.length === 0)
    return unknown('No fingerprints of its records are kept: their time is over, or FINGERPRINT_DAYS was 0.');
  const printer = createRecordPrinter(await createSubjectKeys(config, await store.subjectKeyVersions()));
  const known = prints.flatMap((one) => printer.open(tenant, one) ?? []);
  const scanner = new PrintScanner(printer.keyOf(tenant), known);
  const [before, searched] = [scanner.size, await searchEverywhere(scanner, store, config)];
  const why =
    searched.unread.length > 0
      ? `${searched.unread.length} files or folders could not be read.`
      : scanner.size === 0
        ? 'Living records say all that its records said, so nothing tells them apart.'
        : null;
  return {
    ...about,
    ...{ verdict: searched.found.length > 0 ? 'found' : why === null ? 'clean' : 'unknown', why_unknown: why },
    ...{ fingerprints: scanner.size, too_short, chance: scanner.passed * before * MEET, searched },
  };
}

/** For people. */
export function printErased(report: ErasedReport): string {
  const { erased_at, records, records_gone, searched, why_unknown, verdict } = report;
  const when = erased_at === null ? `${records_gone} of ${records} records are erased` : `erased ${erased_at}`;
  const lines = [`request   ${report.deletion_request_id}: ${records} records, ${when}`];
  if (searched !== null) {
    const queue = searched.queue_keys === null ? 'the queue among them' : `${searched.queue_keys} keys of the queue`;
    lines.push(
      `searched  ${searched.files} files (${bytes(searched.bytes)}), ${searched.values} values of ${searched.tables} tables, ${queue}`,
      `for       ${report.fingerprints} fingerprints; ${searched.common} more stand in living records, ${report.too_short} texts are too short for any`,
      ...searched.found.map((one) => `found     ${one.in} ${one.where}: ${one.fingerprints} fingerprints`),
      ...searched.unread.map((name) => `unread    ${name}`),
    );
  }
  if (why_unknown !== null) lines.push(`unknown   ${why_unknown}`);
  lines.push(`verdict   ${verdict}`);
  return `${lines.join('\n')}\n`;
}

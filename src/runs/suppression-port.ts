// Who must not be trained on again.
import type { Page, PageQuery } from './store-port.ts';

/** What a completed request left behind: its person's keys. */
export interface Suppression {
  /** The request's id. */
  id: string;
  identifier_types: string[];
  added_at: string;
}

export interface SuppressionStore {
  /** Of these keys, those that are suppressed. */
  suppressedKeys(tenant: string, keys: readonly string[]): Promise<Set<string>>;
  /** Newest first. */
  listSuppressions(tenant: string, query: PageQuery): Promise<Page<Suppression>>;
  countSuppressions(tenant: string): Promise<{ requests: number; keys: number }>;
  /**
   * Ends the suppressions of a request, or of every request that has one of these keys, since all of a request's are one person's; with an
   * event and a ledger entry. Returns the requests; none where nobody was suppressed.
   */
  liftSuppressions(
    tenant: string,
    whom: { request_id: string } | { keys: readonly string[] },
    by: { actor: string; reason: string },
  ): Promise<string[]>;
}

// Tenants that were off-boarded: nothing of theirs begins any more.
import { ExpungeError } from '../errors.ts';
import type { Asks } from './asks.ts';

/** Entries of what begins or comes in. What ends, or is cleared away, goes on after the off-boarding. */
const BEGINS = new Set<string>([
  ...['corpus.created', 'records.added', 'model.registered', 'request.created', 'restriction.placed'],
  ...['api-key.created', 'api-key.rotated', 'webhook-endpoint.created', 'verification-policy.chosen'],
  ...['verification.requested', 'subject_key.rotated'],
]);

export const tenantOffboarded = (tenant: string): ExpungeError =>
  new ExpungeError('tenant-offboarded', `The tenant ${tenant} was off-boarded.`);

/**
 * To be asked under the lock of the ledger: a call that was let in just before the off-boarding finds its entry there, or is seen by
 * it. Throws `tenant-offboarded`.
 */
export async function refuseOffboarded(
  { ask }: Pick<Asks, 'ask'>,
  entries: readonly { tenant: string; type: string }[],
): Promise<void> {
  const beginning = [...new Set(entries.filter(({ type }) => BEGINS.has(type)).map(({ tenant }) => tenant))];
  if (beginning.length === 0) return;
  const [one] = await ask<{ tenant_id: string }>({
    text: `select tenant_id from ledger where type = 'tenant.offboarded' and tenant_id = any($1::text[]) limit 1`,
    values: [beginning],
  });
  if (one !== undefined) throw tenantOffboarded(one.tenant_id);
}

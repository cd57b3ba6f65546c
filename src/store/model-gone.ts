// What waits for a model that is deleted: a request may have found it in the moment in which it went.
import type { Context, Trx } from './db.ts';
import { append } from './ledger.ts';
import { lockRequests, refreshRequests } from './targets.ts';

const REASON = 'The model was deleted before a run began.';

/** Ends as `failed` whatever waits for it. The caller holds the model's row. */
export async function failWaiting(
  context: Context,
  trx: Trx,
  { tenant, model_id, worker }: { tenant: string; model_id: string; worker: string },
): Promise<void> {
  const waiting = () =>
    trx
      .selectFrom('request_targets')
      .select(['id', 'request_id'])
      .where('tenant_id', '=', tenant)
      .where('model_id', '=', model_id)
      .where('state', '=', 'queued')
      .where('run_id', 'is', null)
      .orderBy('id')
      .execute();
  const seen = await waiting();
  await lockRequests(
    trx,
    tenant,
    seen.map((target) => target.request_id),
  );
  // read again under the lock: one of them may have been cancelled meanwhile
  const known = new Set(seen.map(({ id }) => id));
  const targets = (await waiting()).filter(({ id }) => known.has(id));
  if (targets.length === 0) return;
  const at = await context.now(trx);
  const ids = targets.map(({ id }) => id);
  await trx
    .updateTable('request_targets')
    .set({ state: 'failed', reason: REASON, updated_at: at, split_of: null, split_part: null })
    .where('tenant_id', '=', tenant)
    .where('id', 'in', ids)
    .execute();
  const request_ids = [...new Set(targets.map(({ request_id }) => request_id))];
  await refreshRequests(trx, tenant, request_ids, at);
  const data = { model_id, request_ids, targets: ids, to: 'failed' };
  await append(context, trx, { tenant, type: 'request.model_gone', actor: worker, data });
}

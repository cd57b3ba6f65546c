// Cancelling a request: only what still waits.
import { isWaitingTarget } from '../domain/states.ts';
import type { Store } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { loadRequest } from './requests.ts';
import { lockRequests, refreshRequests } from './targets.ts';

const targetsOf = (trx: Trx, tenant: string, id: string) =>
  trx
    .selectFrom('request_targets')
    .select(['id', 'model_id', 'state', 'run_id'])
    .where('tenant_id', '=', tenant)
    .where('request_id', '=', id)
    .orderBy('id')
    .execute();

/**
 * Targets that no worker holds. A claimed target may still be `queued`; a run that was given back has no lease, and
 * its targets may go. Locks those runs first, as every writer does.
 */
async function cancellable(trx: Trx, tenant: string, id: string) {
  const before = await targetsOf(trx, tenant, id);
  const runs = before.flatMap((target) => (target.run_id === null ? [] : [target.run_id]));
  const free = new Set<string>();
  if (runs.length > 0) {
    const query = trx.selectFrom('runs').select(['id', 'lease_expires_at']).where('tenant_id', '=', tenant);
    for (const run of await query.where('id', 'in', runs).orderBy('id').forNoKeyUpdate().execute()) {
      if (run.lease_expires_at === null) free.add(run.id);
    }
  }
  await lockRequests(trx, tenant, [id]);
  const now = await targetsOf(trx, tenant, id);
  return now.filter((target) => isWaitingTarget(target.state) && (target.run_id === null || free.has(target.run_id)));
}

export const cancelStore = (context: Context): Pick<Store, 'cancelRequest'> => ({
  cancelRequest: (tenant, id, actor) =>
    transact(context, async (trx) => {
      const waiting = await cancellable(trx, tenant, id);
      const request = await loadRequest(trx, tenant, id);
      if (!request) return { status: 'unknown' };
      if (waiting.length === 0) return { status: 'conflict', state: request.state };
      const at = await context.now(trx);
      const ids = waiting.map((target) => target.id);
      await trx.deleteFrom('run_targets').where('tenant_id', '=', tenant).where('target_id', 'in', ids).execute();
      await trx
        .updateTable('request_targets')
        .set({ state: 'cancelled', run_id: null, updated_at: at })
        .where('tenant_id', '=', tenant)
        .where('id', 'in', ids)
        .execute();
      await refreshRequests(trx, tenant, [id], at);
      const data = { request_id: id, targets: waiting.map(({ id, model_id }) => ({ id, model_id })) };
      await append(context, trx, { tenant, type: 'request.cancelled', actor, data });
      return { status: 'cancelled', request: (await loadRequest(trx, tenant, id))! };
    }),
});

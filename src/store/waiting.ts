// Requests that wait: the end of a cooling-off time, and what a run would find.
import { sql } from 'kysely';
import type { TargetState } from '../domain/states.ts';
import type { LifecycleStore } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { eventsOf } from './events.ts';
import { waitsAt } from './gates.ts';
import { setCounts } from './intake.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';
import { remaining } from './remaining.ts';
import { suppressLate } from './suppressions.ts';
import { lockRequests, refreshRequests } from './targets.ts';

/** Requests that one transaction moves on. */
const BATCH = 500;

/** The requests of a tenant whose cooling-off time is over move to the next gate; returns how many. */
async function moveOn(context: Context, trx: Trx, actor: string): Promise<number> {
  const now = await context.now(trx);
  const cooling = () =>
    trx.selectFrom('deletion_requests').where('state', '=', 'received').where('starts_after', '<=', now);
  const first = await cooling().select('tenant_id').orderBy('starts_after').limit(1).executeTakeFirst();
  if (!first) return 0;
  const tenant = first.tenant_id;
  const seen = await cooling()
    .select('id')
    .where('tenant_id', '=', tenant)
    .orderBy('starts_after')
    .limit(BATCH)
    .execute();
  const ids = seen.map((row) => row.id);
  await lockRequests(trx, tenant, ids);
  // read again under the lock: one of them may have been cancelled meanwhile
  const gates = ['id', 'verified_at', 'starts_after', 'approval_required', 'approved_at'] as const;
  const still = await cooling().select(gates).where('tenant_id', '=', tenant).where('id', 'in', ids).execute();
  const byState: Map<TargetState, typeof still> = Map.groupBy(still, (row) => waitsAt(row, now));
  for (const [to, rows] of byState) {
    const request_ids = rows.map((row) => row.id);
    await trx
      .updateTable('request_targets')
      .set({ state: to, updated_at: now })
      .where('tenant_id', '=', tenant)
      .where('request_id', 'in', request_ids)
      .where('state', '=', 'received')
      .execute();
    await refreshRequests(trx, tenant, request_ids, now);
  }
  for (const [to, rows] of byState) {
    const data = { to, request_ids: rows.map((row) => row.id) };
    await append(context, trx, { tenant, type: 'request.cooled', actor, data });
  }
  return ids.length;
}

/** The same of requests that had nothing to forget: their people are on the suppression list from now on. */
async function suppressCooled(context: Context, trx: Trx, actor: string): Promise<number> {
  const now = await context.now(trx);
  const cooled = () =>
    trx
      .selectFrom('deletion_requests')
      .where('suppression_waits', '=', true)
      .where('starts_after', '<=', now)
      .where('verified_at', 'is not', null)
      .where((eb) => eb.or([eb('approved_at', 'is not', null), eb('approval_required', '=', false)]));
  const first = await cooled().select('tenant_id').orderBy('starts_after').limit(1).executeTakeFirst();
  if (!first) return 0;
  const tenant = first.tenant_id;
  const mine = () => cooled().select('id').where('tenant_id', '=', tenant);
  const seen = (await mine().orderBy('starts_after').limit(BATCH).execute()).map((row) => row.id);
  await lockRequests(trx, tenant, seen);
  // read again under the lock: one of them may have been opened for review meanwhile
  const request_ids = (await mine().where('id', 'in', seen).orderBy('id').execute()).map((row) => row.id);
  if (request_ids.length > 0) {
    await suppressLate(trx, tenant, request_ids, now);
    await append(context, trx, { tenant, type: 'request.suppressed', actor, data: { request_ids } });
  }
  return seen.length;
}

export const waitingStore = (
  context: Context,
): Pick<LifecycleStore, 'endCoolingOff' | 'plannableTargets' | 'requestEvents'> => ({
  async endCoolingOff(actor) {
    let moved = 0;
    for (const next of [moveOn, suppressCooled])
      for (let some = BATCH; some > 0; moved += some)
        some = await transact(context, (trx) => next(context, trx, actor));
    return moved;
  },

  plannableTargets: (tenant, id) =>
    context.db
      .transaction()
      .setAccessMode('read only')
      .execute(async (trx) => {
        const { rows } = await sql<{ id: string; model_id: string; state: TargetState | null }>`
          select t.id, t.model_id, t.state from deletion_requests r
          left join request_targets t on t.tenant_id = r.tenant_id and t.request_id = r.id
            and t.state in ('received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued')
          where r.tenant_id = ${tenant} and r.id = ${id} order by t.id`.execute(trx);
        if (rows.length === 0) return null;
        const waiting = rows.filter((row) => row.id !== null);
        const left = await remaining(
          trx,
          tenant,
          waiting.map((row) => row.id),
        );
        const targets = [];
        for (const { id: target_id, model_id, state } of waiting) {
          const counts = await setCounts(trx, tenant, { model_id, ...(left.get(target_id) ?? { records: 0 }) });
          targets.push({ target_id, state: state!, model: (await loadModel(trx, tenant, model_id))!, ...counts });
        }
        return targets;
      }),

  async requestEvents(tenant, id) {
    const events = await eventsOf(context.db, tenant, [id]);
    return events.map(({ request_id: _, ...event }) => event);
  },
});

// What is left to forget when a run starts: an earlier run may have removed it while the request waited.
import { sql } from 'kysely';
import type { Context, Trx } from './db.ts';
import { append } from './ledger.ts';
import { isGone } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';
import { refreshRequests } from './targets.ts';

interface Waiting {
  id: string;
  request_id: string;
}

export interface Remaining {
  records: number;
  /** Of these, those that another method has removed, which is not enough for the request. */
  again: number;
}

/**
 * Train records that each target's request is about and that its model has not forgotten; targets without any are not in it. Where the
 * request takes exact removal alone, forgotten is what an exact training has left out.
 */
export async function remaining(trx: Trx, tenant: string, ids: readonly string[]): Promise<Map<string, Remaining>> {
  const { rows } = await sql<Remaining & { id: string }>`
    select t.id, count(distinct (s.corpus_id, s.ordinal))::int as records,
      count(distinct (s.corpus_id, s.ordinal)) filter (where e.ordinal is not null)::int as again
    from request_targets t
    join deletion_requests d on d.tenant_id = t.tenant_id and d.id = t.request_id
    cross join lateral ${placesOfRequest('t')} s
    join model_corpora mc on mc.tenant_id = t.tenant_id and mc.corpus_id = s.corpus_id
      and mc.model_id = t.model_id and mc.role = 'train' and s.ordinal < mc.records
    left join erased_records e on e.tenant_id = t.tenant_id and e.model_id = t.model_id
      and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal
    where t.tenant_id = ${tenant} and t.id = any(${ids}::uuid[])
      and (e.ordinal is null or not ${sql.raw(isGone('e', 'd.method'))})
    group by t.id`.execute(trx);
  return new Map(rows.map(({ id, ...left }) => [id, left]));
}

/**
 * Counts again what the targets ask for, and ends those `completed_no_data` of which nothing is left: a run must not
 * certify for them what it did to others. Returns the targets that still wait. The caller holds the locks of the model,
 * so that nothing is erased meanwhile, and of the requests.
 */
export async function dropForgotten<T extends Waiting>(
  context: Context,
  trx: Trx,
  { tenant, model_id, worker }: { tenant: string; model_id: string; worker: string },
  targets: readonly T[],
): Promise<T[]> {
  if (targets.length === 0) return [];
  const ids = targets.map((target) => target.id);
  const left = await remaining(trx, tenant, ids);
  const at = await context.now(trx);
  // in one statement: thousands may wait, and claims of the model wait for this one
  const counts = ids.map((id) => left.get(id)?.records ?? 0);
  await sql`
    update request_targets t set records = n.records,
      state = case when n.records = 0 then 'completed_no_data' else t.state end,
      reason = case when n.records = 0 then null else t.reason end,
      updated_at = case when n.records = 0 then ${at}::timestamptz else t.updated_at end
    from unnest(${ids}::uuid[], ${counts}::int[]) as n (id, records)
    where t.tenant_id = ${tenant} and t.id = n.id`.execute(trx);
  const gone = targets.filter((target) => !left.has(target.id));
  if (gone.length > 0) {
    const request_ids = gone.map((target) => target.request_id);
    await refreshRequests(trx, tenant, request_ids, at);
    const data = { model_id, request_ids, targets: gone.map((target) => target.id) };
    await append(context, trx, { tenant, type: 'request.nothing_left', actor: worker, data });
  }
  return targets.filter((target) => left.has(target.id));
}

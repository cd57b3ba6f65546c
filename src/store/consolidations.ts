// Which consolidation of a model is open, and when its turn comes: after requests, but not for ever.
import { sql } from 'kysely';
import type { Db, Trx } from './db.ts';

/** Requests go first for so long; a model that is never without one would never be exact again. */
const PATIENCE_HOURS = 24;
/** And whoever has to be forgotten within so long goes first in any case: a training may take a day. */
const DUE_WITHIN_HOURS = 72;

interface Open {
  id: string;
  run_id: string | null;
  /** No run is at it: none ever was, or what was made is not of the present line. */
  waits: boolean;
}

/** The one that waits or is under way; null where none does. Who adds one or starts one holds the model's lock. */
export async function openConsolidation(db: Db, tenant: string, modelId: string): Promise<Open | null> {
  const { rows } = await sql<Open>`
    select c.id, c.run_id, (r.state is null or r.state in ('superseded', 'cancelled')) as waits
    from consolidations c left join runs r on r.tenant_id = c.tenant_id and r.id = c.run_id
    where c.tenant_id = ${tenant} and c.model_id = ${modelId} and c.dropped_at is null
      and (r.state is null or r.state not in ('published', 'needs_review', 'failed'))
    order by c.created_at, c.id limit 1`.execute(db);
  return rows[0] ?? null;
}

/** What a claim starts when it is asked for a run: what waits too long goes before requests that have time. */
export async function waitingConsolidation(
  trx: Trx,
  { tenant, model_id }: { tenant: string; model_id: string },
): Promise<{ id: string; first: boolean } | null> {
  const open = await openConsolidation(trx, tenant, model_id);
  if (open === null || !open.waits) return null;
  const { rows } = await sql<{ first: boolean }>`
    select c.created_at < clock_timestamp() - make_interval(hours => ${PATIENCE_HOURS}) and not exists (
      select from request_targets t
      join deletion_requests d on d.tenant_id = t.tenant_id and d.id = t.request_id
      where t.tenant_id = c.tenant_id and t.model_id = c.model_id and t.state = 'queued' and t.run_id is null
        and d.due_at < clock_timestamp() + make_interval(hours => ${DUE_WITHIN_HOURS})) as first
    from consolidations c where c.tenant_id = ${tenant} and c.id = ${open.id}`.execute(trx);
  return { id: open.id, first: rows[0]!.first };
}

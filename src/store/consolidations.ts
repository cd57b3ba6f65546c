// Which consolidation of a model is open, and what its turn hangs on (domain/consolidation-turn.ts).
import { sql } from 'kysely';
import type { TurnFacts } from '../domain/consolidation-turn.ts';
import type { Db, Trx } from './db.ts';
import { trainingSeconds } from './past-runs.ts';

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

/** What a claim starts when it is asked for a run, and by what its turn is told. */
export async function waitingConsolidation(
  trx: Trx,
  { tenant, model_id }: { tenant: string; model_id: string },
): Promise<{ id: string; now: number; facts: TurnFacts } | null> {
  const open = await openConsolidation(trx, tenant, model_id);
  if (open === null || !open.waits) return null;
  const { rows } = await sql<{
    now: number;
    since: number;
    seconds: number | null;
    urgent: boolean;
    due_at: number | null;
  }>`
    select extract(epoch from clock_timestamp())::float8 as now, extract(epoch from c.created_at)::float8 as since,
      ${trainingSeconds(sql`c.tenant_id`, sql`c.model_id`)} as seconds,
      coalesce(q.urgent, false) as urgent, extract(epoch from q.due_at)::float8 as due_at
    from consolidations c cross join lateral (
      select bool_or(d.urgent) as urgent, min(d.due_at) as due_at from request_targets t
      join deletion_requests d on d.tenant_id = t.tenant_id and d.id = t.request_id
      where t.tenant_id = c.tenant_id and t.model_id = c.model_id and t.state = 'queued' and t.run_id is null) q
    where c.tenant_id = ${tenant} and c.id = ${open.id}`.execute(trx);
  const { now, since, seconds, urgent, due_at } = rows[0]!;
  const waiting = due_at === null ? null : { urgent, due_at, window_ends: null };
  return { id: open.id, now, facts: { since, seconds, waiting } };
}

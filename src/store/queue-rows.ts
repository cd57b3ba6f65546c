// The state of the queue, as the database has it: models with waiting targets or an open run.
import { sql } from 'kysely';
import type { Candidate } from '../domain/queue-order.ts';
import { USAGE_HALF_LIFE } from '../domain/queue-order.ts';
import { secondsOf } from '../domain/run-cost.ts';
import type { Db } from './db.ts';
import { historyOf, type ModelHistory } from './past-runs.ts';

export interface QueueRow {
  tenant: string;
  model_id: string;
  model_name: string;
  parameters: number;
  backend: string | null;
  memory_bytes: number | null;
  /** Targets that wait for a run that has not begun; of these, the facts that order them. Times are epoch seconds. */
  waiting: number;
  urgent: boolean;
  /** Some were in a run before, and no window holds them. */
  again: boolean;
  due_at: number | null;
  ready_at: number | null;
  window_ends: number | null;
  window_reason: string | null;
  /** The window was decided for others than wait now, or long ago. */
  window_stale: boolean;
  /** A training again for nobody waits. */
  consolidation: boolean;
  /** An open run: `live` while a worker has it, `held` while its candidate awaits promotion; `left` behind by a worker. Null: none. */
  run: 'live' | 'held' | 'left' | null;
  run_due_at: number | null;
  run_started: number | null;
  run_people: number | null;
  owner: string | null;
}

/** Where nothing was measured of a model. */
export const UNKNOWN_SECONDS = 600;
/** A window is decided again after so long: what runs take may have changed. */
const WINDOW_HOURS = 1;

export async function queueRows(db: Db): Promise<{ now: number; rows: QueueRow[] }> {
  const { rows } = await sql<QueueRow & { now: number }>`
    with queued as (
      select t.tenant_id, t.model_id, count(*)::int as waiting, bool_or(r.urgent) as urgent,
        bool_or(t.split_of is not null or exists (
          select from run_targets x where x.tenant_id = t.tenant_id and x.target_id = t.id)) as again,
        extract(epoch from min(r.due_at))::float8 as due_at, extract(epoch from min(t.updated_at))::float8 as ready_at
      from request_targets t join deletion_requests r on r.tenant_id = t.tenant_id and r.id = t.request_id
      where t.state = 'queued' and t.run_id is null group by t.tenant_id, t.model_id
    ), open_runs as (
      select r.tenant_id, r.model_id, r.lease_owner as owner, (r.counts->>'requests')::int as run_people,
        case when r.state = 'awaiting_promotion' then 'held'
          when coalesce(r.lease_expires_at > clock_timestamp(), false) then 'live' else 'left' end as run,
        extract(epoch from r.started_at)::float8 as run_started,
        (select extract(epoch from min(q.due_at))::float8 from run_targets x
          join deletion_requests q on q.tenant_id = x.tenant_id and q.id = x.request_id
          where x.tenant_id = r.tenant_id and x.run_id = r.id) as run_due_at
      from runs r where r.state in ('planned', 'unlearning', 'verifying', 'awaiting_promotion')
    )
    select extract(epoch from clock_timestamp())::float8 as now, m.tenant_id as tenant, m.id as model_id, m.name as model_name,
      m.parameters, s.backend, s.memory_bytes, coalesce(q.waiting, 0) as waiting, coalesce(q.urgent, false) as urgent,
      coalesce(q.again, false) as again, q.due_at, q.ready_at,
      extract(epoch from w.starts_at)::float8 as window_ends, w.reason as window_reason,
      coalesce(w.waiting <> q.waiting or w.decided_at < clock_timestamp() - make_interval(hours => ${WINDOW_HOURS}), true)
        as window_stale,
      c.model_id is not null as consolidation, o.run, o.run_due_at, o.run_started, o.run_people, o.owner
    from models m
    left join queued q on q.tenant_id = m.tenant_id and q.model_id = m.id
    left join open_runs o on o.tenant_id = m.tenant_id and o.model_id = m.id
    left join (
      select distinct k.tenant_id, k.model_id from consolidations k
      left join runs r on r.tenant_id = k.tenant_id and r.id = k.run_id
      where k.dropped_at is null and (r.state is null or r.state in ('superseded', 'cancelled'))
    ) c on c.tenant_id = m.tenant_id and c.model_id = m.id
    left join model_windows w on w.tenant_id = m.tenant_id and w.model_id = m.id
    left join model_scheduling s on s.tenant_id = m.tenant_id and s.model_id = m.id
    where q.model_id is not null or o.model_id is not null or c.model_id is not null
    order by m.id`.execute(db);
  return { now: rows[0]?.now ?? 0, rows };
}

/** Seconds that tenants had of late, each second counting half after a half-life. */
export async function usageOf(db: Db): Promise<Map<string, number>> {
  const { rows } = await sql<{ tenant: string; seconds: number }>`
    select tenant_id as tenant, sum(extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at)
      * power(0.5, extract(epoch from clock_timestamp() - coalesce(finished_at, clock_timestamp())) / ${USAGE_HALF_LIFE}))::float8 as seconds
    from runs where started_at > clock_timestamp() - make_interval(days => 7) group by tenant_id`.execute(db);
  return new Map(rows.map(({ tenant, seconds }) => [tenant, seconds]));
}

/** Whether requests may begin on the model now, or their window has to be decided again. */
const requestsBegin = (row: QueueRow, now: number): boolean =>
  row.run === null &&
  row.waiting > 0 &&
  (row.urgent || row.again || row.window_stale || row.window_ends === null || row.window_ends <= now);

/** Whether something may begin on the model now. */
export const mayBegin = (row: QueueRow, now: number): boolean =>
  row.run === 'left' || requestsBegin(row, now) || (row.run === null && row.consolidation);

/** What orders each model: of a run that was left behind, or of those who wait. For nobody is a run without requests. */
export function candidateOf(row: QueueRow, history: ModelHistory | undefined, now: number): Candidate {
  const { tenant, model_id, urgent } = row;
  const left = row.run === 'left';
  const people = left ? (row.run_people ?? 1) : Math.max(1, row.waiting);
  const due_at = Math.min(
    row.due_at ?? Number.POSITIVE_INFINITY,
    (left ? row.run_due_at : null) ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...{ tenant, model_id, urgent, due_at, ready_at: row.ready_at ?? now },
    seconds: history?.cost ? secondsOf(history.cost, people) : UNKNOWN_SECONDS,
    background: left ? row.run_due_at === null : row.waiting === 0,
  };
}

export const historiesOf = (db: Db, rows: readonly QueueRow[]) =>
  historyOf(
    db,
    rows.map(({ model_id }) => model_id),
  );

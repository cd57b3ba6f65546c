// The state of the queue, as the database has it: models with waiting targets or an open run.
import { sql } from 'kysely';
import { type Turn, type TurnFacts, turnOf } from '../domain/consolidation-turn.ts';
import type { Candidate } from '../domain/queue-order.ts';
import { USAGE_HALF_LIFE } from '../domain/queue-order.ts';
import { secondsOf } from '../domain/run-cost.ts';
import type { Db } from './db.ts';
import { computedSeconds, historyOf, type ModelHistory, trainingSeconds } from './past-runs.ts';
import { WINDOW_HOURS } from './windows.ts';

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
  /** Since when a training for nobody waits; null: none does. */
  consolidation_since: number | null;
  /** Seconds that such a training is thought to take, where one waits or is under way; null: nothing was measured. */
  training_seconds: number | null;
  /** An open run: `live` while a worker has it, `held` while its candidate awaits promotion; `left` behind by a worker. Null: none. */
  run: 'live' | 'held' | 'left' | null;
  run_due_at: number | null;
  run_started: number | null;
  run_people: number | null;
  owner: string | null;
}

/** Where nothing was measured of a model. */
export const UNKNOWN_SECONDS = 600;

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
      extract(epoch from c.since)::float8 as consolidation_since,
      case when c.model_id is not null or (o.model_id is not null and o.run_due_at is null)
        then ${trainingSeconds(sql`m.tenant_id`, sql`m.id`)} end as training_seconds,
      o.run, o.run_due_at, o.run_started, o.run_people, o.owner
    from models m
    left join queued q on q.tenant_id = m.tenant_id and q.model_id = m.id
    left join open_runs o on o.tenant_id = m.tenant_id and o.model_id = m.id
    left join (
      select k.tenant_id, k.model_id, min(k.created_at) as since from consolidations k
      left join runs r on r.tenant_id = k.tenant_id and r.id = k.run_id
      where k.dropped_at is null and (r.state is null or r.state in ('superseded', 'cancelled'))
      group by k.tenant_id, k.model_id
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
    select tenant_id as tenant, coalesce(sum(${computedSeconds('r')}
      * power(0.5, extract(epoch from clock_timestamp() - coalesce(finished_at,
        case when state = 'awaiting_promotion' then updated_at end, clock_timestamp())) / ${USAGE_HALF_LIFE})), 0)::float8 as seconds
    from runs r where started_at > clock_timestamp() - make_interval(days => 7) group by tenant_id`.execute(db);
  return new Map(rows.map(({ tenant, seconds }) => [tenant, seconds]));
}

/** Whether requests would begin now if no run were open, or their window has to be decided again. */
const requestsWant = (row: QueueRow, now: number): boolean =>
  row.waiting > 0 &&
  (row.urgent || row.again || row.window_stale || row.window_ends === null || row.window_ends <= now);

const requestsBegin = (row: QueueRow, now: number): boolean => row.run === null && requestsWant(row, now);

/** When requests that wait begin; null: nothing holds them. */
export const heldUntil = ({ urgent, again, window_ends }: QueueRow): number | null =>
  urgent || again ? null : window_ends;

/** What the turn of a training hangs on; null where none waits. */
export function turnFacts(row: QueueRow): TurnFacts | null {
  const { consolidation_since: since, training_seconds: seconds, urgent, due_at } = row;
  if (since === null) return null;
  return { since, seconds, waiting: due_at === null ? null : { urgent, due_at, window_ends: heldUntil(row) } };
}

export function turnIn(row: QueueRow, now: number): Turn | null {
  const facts = turnFacts(row);
  return facts === null || row.run !== null ? null : turnOf(facts, now);
}

/** Whether something may begin on the model now. */
export function mayBegin(row: QueueRow, now: number): boolean {
  const turn = turnIn(row, now);
  return row.run === 'left' || requestsBegin(row, now) || turn === 'first' || turn === 'may';
}

/** A run without requests that was left behind, and nobody waits for its end. */
const isLeftForNobody = (row: QueueRow, now: number): boolean =>
  row.run === 'left' && row.run_due_at === null && !requestsWant(row, now);

function secondsFor(row: QueueRow, history: ModelHistory | undefined): number {
  const left = row.run === 'left';
  if (left && row.run_due_at === null) return row.training_seconds ?? UNKNOWN_SECONDS;
  const people = left ? (row.run_people ?? 1) : Math.max(1, row.waiting);
  return history?.cost ? secondsOf(history.cost, people) : UNKNOWN_SECONDS;
}

/** What orders those who wait for a model, or a run of it that was left behind. */
export function candidateOf(row: QueueRow, history: ModelHistory | undefined, now: number): Candidate {
  const { tenant, model_id, urgent, run_due_at } = row;
  const background = isLeftForNobody(row, now);
  const due = background ? [] : [row.due_at, row.run === 'left' ? run_due_at : null].filter((at) => at !== null);
  return {
    ...{ tenant, model_id, urgent, due_at: Math.min(...due), ready_at: row.ready_at ?? now },
    ...{ seconds: secondsFor(row, history), background },
  };
}

/** What orders a training for nobody: it has no due date, and goes when nothing else does. */
export const trainingOf = ({ tenant, model_id, ...row }: QueueRow, now: number): Candidate => ({
  ...{ tenant, model_id, urgent: false, due_at: Number.POSITIVE_INFINITY, ready_at: row.consolidation_since ?? now },
  ...{ seconds: row.training_seconds ?? UNKNOWN_SECONDS, background: true },
});

/** Of what a claim would begin now. Requests that have to let a training go first wait for its end: it has their place. */
export function beginsOf(row: QueueRow, history: ModelHistory | undefined, now: number): Candidate {
  if (row.run !== 'left' && !requestsBegin(row, now)) return trainingOf(row, now);
  const candidate = candidateOf(row, history, now);
  return turnIn(row, now) === 'first' ? { ...candidate, seconds: trainingOf(row, now).seconds } : candidate;
}

export const historiesOf = (db: Db, rows: readonly QueueRow[]) =>
  historyOf(
    db,
    rows.map(({ model_id }) => model_id),
  );

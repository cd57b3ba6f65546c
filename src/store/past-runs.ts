// What earlier runs of models took, and how often requests for them come: what windows, order and forecast are made of.
import { type RawBuilder, sql } from 'kysely';
import { costOf, type RunCost } from '../domain/run-cost.ts';
import { DAY } from '../domain/window.ts';
import type { Db } from './db.ts';

/** Runs of a model that count: a machine may have changed since older ones. */
const PAST = 20;
/** Days in which requests are counted. */
const COUNTED = 90;

export interface ModelHistory {
  /** Null: nothing was measured. */
  cost: RunCost | null;
  /** Requests a second. */
  arrivals: number;
  /** Training records that are not forgotten. */
  records: number;
}

interface Row {
  model_id: string;
  runs: { people: number; seconds: number }[];
  requests: number;
  days: number;
  records: number;
}

/** By model id; of models of any tenant. */
export async function historyOf(db: Db, models: readonly string[]): Promise<Map<string, ModelHistory>> {
  const { rows } = await sql<Row>`
    select m.id as model_id,
      coalesce((select jsonb_agg(jsonb_build_object('people', p.people, 'seconds', p.seconds)) from (
        select (r.counts->>'people')::int as people, (
          select sum(s.value::float8) from run_attempts a cross join lateral jsonb_each_text(a.attempt->'seconds') s
          where a.tenant_id = r.tenant_id and a.run_id = r.id) as seconds
        from runs r where r.tenant_id = m.tenant_id and r.model_id = m.id and r.finished_at is not null
          and r.kind = 'deletion' and r.state in ('published', 'needs_review', 'split')
        order by r.created_at desc limit ${PAST}) p where p.seconds is not null), '[]') as runs,
      (select count(*)::int from request_targets t
        join deletion_requests q on q.tenant_id = t.tenant_id and q.id = t.request_id
        where t.tenant_id = m.tenant_id and t.model_id = m.id
          and q.received_at > clock_timestamp() - make_interval(days => ${COUNTED})) as requests,
      least(${COUNTED}, greatest(1, extract(epoch from clock_timestamp() - m.created_at) / ${DAY}))::float8 as days,
      greatest(0, coalesce((select sum(c.records) from model_corpora c
        where c.tenant_id = m.tenant_id and c.model_id = m.id and c.role = 'train'), 0)
        - (select count(*) from erased_records e where e.tenant_id = m.tenant_id and e.model_id = m.id))::int as records
    from models m where m.id = any(${models}::uuid[])`.execute(db);
  return new Map(
    rows.map(({ model_id, runs, requests, days, records }) => [
      model_id,
      { cost: costOf(runs), arrivals: requests / (days * DAY), records },
    ]),
  );
}

/**
 * Seconds that a run (`run` is its alias) has computed: from start to end, or until now where it is at work. Of one that waits for somebody
 * to publish it, or did, and of one that waits for a worker, those of its attempts, if it has any. Null before it begins.
 */
export const computedSeconds = (run: string, now = sql`clock_timestamp()`) => sql<number | null>`coalesce(
  case when ${sql.ref(`${run}.state`)} in ('planned', 'awaiting_promotion', 'published') then (
    select sum(s.value::float8) from run_attempts a cross join lateral jsonb_each_text(a.attempt->'seconds') s
    where a.tenant_id = ${sql.ref(`${run}.tenant_id`)} and a.run_id = ${sql.ref(`${run}.id`)}) end,
  extract(epoch from coalesce(${sql.ref(`${run}.finished_at`)}, ${now}) - ${sql.ref(`${run}.started_at`)}))`;

/** Trainings that a guess of the next one is from. */
const TRAININGS = 5;

/** Seconds of the longest of a model's last trainings from its recipe, verification and all; null where none was measured. */
export const trainingSeconds = (tenant: RawBuilder<string>, model: RawBuilder<string>) => sql<number | null>`(
  select max(p.seconds) from (
    select (select sum(s.value::float8) from jsonb_each_text(a.attempt->'seconds') s) as seconds
    from runs r join run_attempts a on a.tenant_id = r.tenant_id and a.run_id = r.id
    where r.tenant_id = ${tenant} and r.model_id = ${model} and r.finished_at is not null
      and a.attempt->'method'->>'name' = 'retrain'
    order by r.created_at desc, a.position desc limit ${TRAININGS}) p)`;

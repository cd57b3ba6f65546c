// What is to begin next, on which worker, and when the rest will be done.
import { sql } from 'kysely';
import { type Capabilities, fits } from '../domain/capabilities.ts';
import { mayBeginUntil } from '../domain/consolidation-turn.ts';
import { type Beside, type Expected, type ForecastOf, forecast } from '../domain/forecast.ts';
import { type Candidate, inOrder } from '../domain/queue-order.ts';
import { secondsOf } from '../domain/run-cost.ts';
import type { ModelForecast } from '../domain/scheduling.ts';
import type { QueueStore, WorkerNews } from '../runs/queue-port.ts';
import { isTaken } from './claim-limits.ts';
import type { Context, Db } from './db.ts';
import type { ModelHistory } from './past-runs.ts';
import {
  beginsOf,
  candidateOf,
  heldUntil,
  historiesOf,
  mayBegin,
  type QueueRow,
  queueRows,
  trainingOf,
  turnFacts,
  turnIn,
  usageOf,
} from './queue-rows.ts';
import { liveWorkers } from './workers.ts';

/** RFC 3339 of seconds since 1970; null where there is no such time. */
export const isoOf = (seconds: number | null): string | null =>
  seconds === null || !Number.isFinite(seconds) ? null : new Date(seconds * 1000).toISOString();

/** Model ids in their order; of those that a worker can take, where one asks. */
async function toBegin(db: Db, worker: Capabilities | null): Promise<string[]> {
  const { now, rows } = await queueRows(db);
  const open = rows.filter((row) => mayBegin(row, now) && (worker === null || fits(worker, row)));
  if (open.length < 2) return open.map(({ model_id }) => model_id);
  const histories = await historiesOf(db, open);
  const candidates = open.map((row) => beginsOf(row, histories.get(row.model_id), now));
  return inOrder(candidates, await usageOf(db), now).map(({ model_id }) => model_id);
}

/** Asked again at each claim, under a lock: this only spares a worker claims in vain. */
const mayCompute = async (db: Db, { id, accelerator }: WorkerNews): Promise<boolean> =>
  accelerator === null || !(await isTaken(db, accelerator, id));

/** Seconds that a run under way goes on for, as far as earlier ones tell. */
function leftOf(row: QueueRow, history: ModelHistory | undefined, now: number): number | null {
  if (row.run !== 'live') return null;
  const runs = history?.cost ? secondsOf(history.cost, row.run_people ?? 1) : null;
  // a run without requests is a training
  const all = row.run_due_at === null ? row.training_seconds : runs;
  return all === null ? 0 : Math.max(0, all - (now - (row.run_started ?? now)));
}

/** A training that waits beside requests, or beside a run. */
function besideOf(row: QueueRow, candidate: Candidate, now: number): Beside | null {
  const facts = turnFacts(row);
  if (facts === null) return null;
  const training = trainingOf(row, now);
  const first = turnIn(row, now) === 'first' && heldUntil(row) === null;
  return {
    candidate: first ? { ...candidate, seconds: training.seconds } : training,
    ...{ first, until: row.run === null ? mayBeginUntil(facts) : Number.NEGATIVE_INFINITY },
  };
}

function expectedOf(row: QueueRow, history: ModelHistory | undefined, now: number): Expected {
  const requests = row.waiting > 0 || row.run === 'left';
  const candidate = requests ? candidateOf(row, history, now) : trainingOf(row, now);
  return {
    ...{ candidate, needs: row, starts_at: Math.max(now, heldUntil(row) ?? now), running: leftOf(row, history, now) },
    waits: requests || row.consolidation_since !== null,
    beside: requests ? besideOf(row, candidate, now) : null,
  };
}

/** All that waits or runs, of all tenants, with what is expected of it. */
export async function wholeQueue(context: Context) {
  const { db } = context;
  const { now, rows } = await queueRows(db);
  const histories = await historiesOf(db, rows);
  const workers = await liveWorkers(db);
  const expected = rows
    // a candidate that awaits promotion waits for people, and nobody knows when they come
    .filter(({ run }) => run !== 'held')
    .map((row) => expectedOf(row, histories.get(row.model_id), now));
  return { now, rows, histories, workers, found: forecast(now, workers, expected, await usageOf(db)) };
}

const isLate = ({ done_at }: ForecastOf, due_at: number | null): boolean =>
  done_at === null || (due_at !== null && done_at > due_at);

function shown(row: QueueRow, history: ModelHistory | undefined, found: ForecastOf | undefined): ModelForecast {
  const { model_id, model_name, waiting, window_ends } = row;
  const window = waiting > 0 && row.run === null && !row.urgent && window_ends !== null;
  return {
    ...{ model_id, model_name, waiting, running: row.run === 'live' },
    window: window ? { ends_at: isoOf(window_ends)!, reason: row.window_reason! } : null,
    run_seconds: history?.cost ? Number(secondsOf(history.cost, Math.max(1, waiting)).toPrecision(3)) : null,
    expected_start_at: isoOf(found?.starts_at ?? null),
    expected_done_at: isoOf(found?.done_at ?? null),
    first_due_at: isoOf(row.due_at),
    at_risk: waiting > 0 && found !== undefined && isLate(found, row.due_at),
  };
}

/** Requests that wait and are due before their run is expected to be done. */
async function late(db: Db, tenant: string | null, found: ReadonlyMap<string, ForecastOf>, most: number) {
  const ids = [...found.keys()];
  const done = ids.map((id) => isoOf(found.get(id)!.done_at));
  const { rows } = await sql<{
    deletion_request_id: string;
    model_id: string;
    due_at: string;
    expected_done_at: string | null;
    all: number;
  }>`
    select t.request_id as deletion_request_id, t.model_id, r.due_at, e.done_at as expected_done_at, count(*) over ()::int as all
    from unnest(${ids}::uuid[], ${done}::timestamptz[]) as e (model_id, done_at)
    join request_targets t on t.model_id = e.model_id and t.state = 'queued' and t.run_id is null
    join deletion_requests r on r.tenant_id = t.tenant_id and r.id = t.request_id
    where (e.done_at is null or r.due_at < e.done_at) and (${tenant}::text is null or t.tenant_id = ${tenant})
    order by r.due_at, t.request_id limit ${most}`.execute(db);
  return { count: rows[0]?.all ?? 0, rows: rows.map(({ all: _, ...row }) => row) };
}

export const queueStore = (
  context: Context,
): Pick<QueueStore, 'modelsToRing' | 'modelsToRun' | 'mayTake' | 'forecast' | 'forecastFigures'> => ({
  modelsToRing: () => toBegin(context.db, null),

  async modelsToRun(worker) {
    return (await mayCompute(context.db, worker)) ? toBegin(context.db, worker) : [];
  },

  async mayTake(modelId, worker) {
    if (!(await mayCompute(context.db, worker))) return false;
    const row = await context.db
      .selectFrom('models as m')
      .leftJoin('model_scheduling as s', (join) =>
        join.onRef('s.tenant_id', '=', 'm.tenant_id').onRef('s.model_id', '=', 'm.id'),
      )
      .select(['m.parameters', 's.backend', 's.memory_bytes'])
      .where('m.id', '=', modelId)
      .executeTakeFirst();
    return row !== undefined && fits(worker, row);
  },

  async forecast(tenant, most) {
    const { now, rows, histories, workers, found } = await wholeQueue(context);
    const own = rows.filter((row) => row.tenant === tenant);
    return {
      at: isoOf(now === 0 ? Date.now() / 1000 : now)!,
      workers: workers.length,
      models: own.map((row) => shown(row, histories.get(row.model_id), found.get(row.model_id))),
      at_risk: (await late(context.db, tenant, found, most)).rows,
    };
  },

  async forecastFigures() {
    const { now, rows, workers, found } = await wholeQueue(context);
    const windows = rows.filter(
      ({ run, waiting, window_ends }) => run === null && waiting > 0 && (window_ends ?? 0) > now,
    );
    return {
      ...{ at_risk: (await late(context.db, null, found, 1)).count, windows: windows.length, workers: workers.length },
    };
  },
});

// When one request will be done, by the queue as it stands.
import { type Expectation, expectationOf } from '../domain/request-forecast.ts';
import type { RequestForecast } from '../domain/scheduling.ts';
import { isFinalTarget, type TargetState } from '../domain/states.ts';
import type { QueueStore } from '../runs/queue-port.ts';
import type { Context, Db } from './db.ts';
import { historyOf } from './past-runs.ts';
import { isoOf, wholeQueue } from './queue.ts';
import { loadRequest } from './requests.ts';
import { secondsAt } from './windows.ts';

/** Open runs that have targets of the request, by model. */
async function runsOf(db: Db, tenant: string, requestId: string) {
  const rows = await db
    .selectFrom('request_targets as t')
    .innerJoin('runs as r', (join) => join.onRef('r.tenant_id', '=', 't.tenant_id').onRef('r.id', '=', 't.run_id'))
    .select(['t.model_id', 'r.started_at', 'r.counts', 'r.lease_expires_at'])
    .where('t.tenant_id', '=', tenant)
    .where('t.request_id', '=', requestId)
    .where('r.finished_at', 'is', null)
    .execute();
  return new Map(rows.map(({ model_id, ...run }) => [model_id, run]));
}

type Whole = Awaited<ReturnType<typeof wholeQueue>>;

/** Models that begin before this one and of which nothing was measured. */
function guessedBefore({ found, histories }: Whole, modelId: string): number {
  const starts = found.get(modelId)?.starts_at ?? null;
  if (starts === null) return 0;
  return [...found].filter(
    ([id, { starts_at }]) => id !== modelId && starts_at !== null && starts_at < starts && !histories.get(id)?.cost,
  ).length;
}

interface Asked {
  model_id: string;
  state: TargetState;
}

async function expectationsOf(
  { db }: Context,
  whole: Whole,
  at: number,
  of: { tenant: string; id: string; starts_after: string | null },
  targets: readonly Asked[],
): Promise<Expectation[]> {
  const runs = await runsOf(db, of.tenant, of.id);
  const others = targets.map(({ model_id }) => model_id).filter((id) => !whole.histories.has(id));
  const histories = new Map([...whole.histories, ...(await historyOf(db, others))]);
  return targets.map(({ model_id, state }) => {
    const run = runs.get(model_id);
    return expectationOf({
      ...{ state, now: at, starts_after: of.starts_after === null ? null : secondsAt(of.starts_after) },
      run: run
        ? {
            started_at: run.started_at === null ? null : secondsAt(run.started_at),
            people: run.counts.people,
            live: run.lease_expires_at !== null && secondsAt(run.lease_expires_at) > at,
          }
        : null,
      promotion: whole.rows.some((row) => row.model_id === model_id && row.run === 'held'),
      cost: histories.get(model_id)?.cost ?? null,
      found: whole.found.get(model_id),
      workers: whole.workers.length,
      guessed: guessedBefore(whole, model_id),
    });
  });
}

/** The last of its targets decides; one that nobody can tell makes the whole untold. */
function wholeOf(each: readonly Expectation[]): Pick<RequestForecast, 'expected_done_at' | 'reason'> {
  if (each.length === 0) return { expected_done_at: null, reason: 'It has ended' };
  const untold = each.find(({ done_at }) => done_at === null);
  if (untold) return { expected_done_at: null, reason: untold.reason };
  const last = each.reduce((a, b) => (b.done_at! > a.done_at! ? b : a));
  return { expected_done_at: isoOf(last.done_at), reason: last.reason };
}

export const requestForecastStore = (context: Context): Pick<QueueStore, 'requestForecast'> => ({
  async requestForecast(tenant, id) {
    const request = await loadRequest(context.db, tenant, id);
    if (request === null) return null;
    const targets = request.targets.filter(({ state }) => !isFinalTarget(state));
    const whole = await wholeQueue(context);
    const at = secondsAt(await context.now(context.db));
    const of = { tenant, id, starts_after: request.starts_after };
    const each = await expectationsOf(context, whole, at, of, targets);
    const due = secondsAt(request.due_at);
    const risk = ({ done_at }: Expectation, model: string) =>
      (done_at !== null && done_at > due) || whole.found.get(model)?.starts_at === null;
    return {
      ...{ deletion_request_id: id, state: request.state, at: isoOf(at)!, due_at: request.due_at },
      ...wholeOf(each),
      at_risk: targets.length > 0 && (at > due || each.some((one, i) => risk(one, targets[i]!.model_id))),
      targets: targets.map(({ model_id, model_name, state }, i) => ({
        ...{ model_id, model_name, state },
        ...{ expected_start_at: isoOf(each[i]!.starts_at), expected_done_at: isoOf(each[i]!.done_at) },
        reason: each[i]!.reason,
      })),
    };
  },
});

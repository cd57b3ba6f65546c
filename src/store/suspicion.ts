// What requests that are being taken in ask of their models, beside what was asked before: whether somebody has to approve them.
import { sql } from 'kysely';
import { type ForgetBudget, type ForgetSetFacts, type Suspicion, suspicionOf } from '../domain/suspicion.ts';
import type { CreateRequest } from '../runs/ports.ts';
import { type Asked, type AskedBefore, addTo, type Before, countedNow } from './asked-before.ts';
import { type Asks, together } from './asks.ts';
import type { Trx } from './db.ts';
import type { Match } from './matches.ts';
import { computedSeconds } from './past-runs.ts';

type Trained = ForgetSetFacts['trained'];

/** Of each model, its train corpora. */
async function trainedOf({ ask }: Asks, tenant: string, models: readonly string[]): Promise<Map<string, Trained>> {
  const rows = await ask<Trained & { model_id: string }>({
    text: `select mc.model_id, sum(mc.records)::int as records, sum(c.people)::int as people
      from model_corpora mc join corpora c on c.tenant_id = mc.tenant_id and c.id = mc.corpus_id
      where mc.tenant_id = $1 and mc.model_id = any($2::uuid[]) and mc.role = 'train'
      group by mc.model_id`,
    values: [tenant, models],
  });
  return new Map(rows.map(({ model_id, ...trained }) => [model_id, trained]));
}

/** Of each model, what came in since: not what was withdrawn or denied, nor what waits because it was suspicious itself. */
async function beforeOf({ trx }: Asks, tenant: string, since: string): Promise<Asked> {
  // of a great many requests it is read whole, whatever is right for the statements beside it
  await sql`select set_config('enable_hashjoin', 'on', true)`.execute(trx);
  const { rows } = await sql<Before & { model_id: string }>`
    select t.model_id, count(*)::int as requests, sum(t.records)::int as records
    from deletion_requests r
    join request_targets t on t.tenant_id = r.tenant_id and t.request_id = r.id
    where r.tenant_id = ${tenant} and r.received_at > ${since}::timestamptz
      and t.records > 0 and t.state not in ('cancelled', 'denied', 'completed_no_data')
      and not (r.suspicion is not null and r.approved_at is null)
    group by t.model_id`.execute(trx);
  return new Map(rows.map(({ model_id, ...before }) => [model_id, before]));
}

/** Seconds that runs of the tenant took since, those that go on among them. */
async function spentSince(trx: Trx, tenant: string, since: string, now: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select coalesce(sum(${computedSeconds('r', sql`${now}::timestamptz`)}), 0)::float8 as seconds
    from runs r where tenant_id = ${tenant} and started_at > ${since}::timestamptz`.execute(trx);
  return rows[0]!.seconds;
}

/** What a run of each model took on average, of the latest. */
async function usualSeconds(trx: Trx, tenant: string, models: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ model_id: string; seconds: number }>`
    select m.id as model_id, avg(r.seconds)::float8 as seconds
    from unnest(${models}::uuid[]) as m (id)
    cross join lateral (
      select ${computedSeconds('o')} as seconds from runs o
      where tenant_id = ${tenant} and model_id = m.id and finished_at is not null and started_at is not null
      order by created_at desc limit 10) r
    group by m.id`.execute(trx);
  return new Map(rows.map(({ model_id, seconds }) => [model_id, seconds]));
}

async function costsOf(trx: Trx, tenant: string, models: readonly string[], since: string, now: string) {
  return { spent: await spentSince(trx, tenant, since, now), usual: await usualSeconds(trx, tenant, models) };
}

interface Watched {
  tenant: string;
  /** What any of the requests is about. */
  found: readonly Match[];
  budget: ForgetBudget | undefined;
  now: string;
}

interface Watcher {
  /** The worst that is to be said of it; what passes counts for those that follow. */
  judge(input: CreateRequest, matches: readonly Match[]): Suspicion | null;
  /** What passed is there. */
  committed(): void;
}

/**
 * Judges requests one after the other, each as if those before it had been taken in. Transactions beside this one are not seen: as many
 * requests as are taken in at once may pass a limit together.
 */
export async function watcher(asks: Asks, about: Watched, memory: AskedBefore | null): Promise<Watcher> {
  const { tenant, found, budget, now } = about;
  const models = [...new Set(found.filter(({ records }) => records > 0).map(({ model_id }) => model_id))];
  if (budget === undefined || models.length === 0) return { judge: () => null, committed() {} };
  const { window_ms } = budget;
  const at = Date.parse(now);
  const since = new Date(at - window_ms).toISOString();
  // before it is counted: what others take in from here on may be in no count
  const known = memory?.known(tenant, window_ms, at);
  const [trained, counts] = await together([
    trainedOf(asks, tenant, models),
    (async () => known?.counts ?? countedNow(await beforeOf(asks, tenant, since), at))(),
  ]);
  const asked: Asked = new Map(counts.models);
  const taken: Asked = new Map();
  const costs = budget.compute_seconds === 0 ? null : await costsOf(asks.trx, tenant, models, since, now);
  const factsOf = (input: CreateRequest, { model_id, records }: Match): ForgetSetFacts => ({
    records,
    trained: trained.get(model_id) ?? { records: 0, people: 0 },
    before: asked.get(model_id) ?? { requests: 0, records: 0 },
    seconds: costs && {
      spent: costs.spent,
      estimated: input.estimated_seconds?.[model_id] ?? costs.usual.get(model_id) ?? null,
    },
  });
  return {
    judge(input, matches) {
      const known = matches.filter(({ records }) => records > 0);
      const found = known.flatMap((match) => suspicionOf(match.model_id, factsOf(input, match), budget) ?? []);
      const [worst] = found.sort((a, b) => b.score - a.score);
      if (worst !== undefined) return worst;
      for (const { model_id, records } of known)
        for (const map of [asked, taken]) addTo(map, model_id, { requests: 1, records });
      return null;
    },
    committed: () => memory?.keep(tenant, window_ms, { counts, taken, lastGroup: known!.lastGroup }),
  };
}

// What is kept of the forgotten: made known by publication, looked for by later runs, shredded when its time is over.
import { sql } from 'kysely';
import type { KeptProbesStore, RequestRecords } from '../runs/kept-probes-port.ts';
import type { Claim, Publication } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { isGone } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';

/** A statement takes 65,535 values. */
const ROWS_AT_ONCE = 1000;

type RecordRow = Omit<RequestRecords, 'rows' | 'keep_ms'> &
  RequestRecords['rows'][number] & { reverify_seconds: number | null };
type Sampled = Awaited<ReturnType<KeptProbesStore['earlierRequests']>>['sample'][number];
type Counted = Omit<Awaited<ReturnType<KeptProbesStore['earlierRequests']>>, 'sample'>;

/** Within the transaction that publishes: probes are known exactly when the person is forgotten. */
export async function insertKept(
  context: Context,
  trx: Trx,
  { tenant, model, run }: Claim,
  { kept = [], actor }: Pick<Publication, 'kept' | 'actor'>,
  at: string,
): Promise<void> {
  if (kept.length === 0) return;
  const rows = kept.map((one) => ({ ...one, until: new Date(Date.parse(at) + one.keep_ms).toISOString() }));
  const shared = { tenant_id: tenant, model_id: model.id, run_id: run.id };
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    const keys = some.map(({ key_id, wrapped_key, until }) => ({
      ...{ tenant_id: tenant, id: key_id, wrapped_key, created_at: at, expires_at: until },
    }));
    await trx.insertInto('vault_keys').values(keys).execute();
    const probes = some.map(({ request_id, key_id, digest, records }) => ({
      ...{ ...shared, request_id, key_id, digest, records, kept_at: at, shredded_at: null },
    }));
    await trx.insertInto('kept_probes').values(probes).execute();
  }
  const entries = rows.map(({ request_id, digest, until }) => ({ request_id, digest, until }));
  const data = { run_id: run.id, model_id: model.id, probes: entries };
  await append(context, trx, { tenant, type: 'probes.kept', actor, data });
}

async function requestRecords({ db }: Context, { tenant, model, run }: Claim): Promise<RequestRecords[]> {
  const { rows } = await sql<RecordRow>`
    select distinct t.request_id, d.reverify_seconds, s.corpus_id, s.ordinal
    from run_targets t
    join deletion_requests d on d.tenant_id = t.tenant_id and d.id = t.request_id
    cross join lateral ${placesOfRequest('t')} s
    join model_corpora mc on mc.tenant_id = t.tenant_id and mc.corpus_id = s.corpus_id
      and mc.model_id = ${model.id} and mc.role = 'train' and s.ordinal < mc.records
    left join erased_records e on e.tenant_id = t.tenant_id and e.model_id = mc.model_id
      and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal
    where t.tenant_id = ${tenant} and t.run_id = ${run.id} and (e.ordinal is null
      or (not ${sql.raw(isGone('e', 'd.method'))} and not exists (
        select from destroyed_records x where x.tenant_id = e.tenant_id and x.corpus_id = e.corpus_id
          and x.ordinal = e.ordinal)))
    order by t.request_id, s.corpus_id, s.ordinal`.execute(db);
  return [...Map.groupBy(rows, ({ request_id }) => request_id)].map(([request_id, own]) => {
    const seconds = own[0]!.reverify_seconds;
    const keep_ms = seconds === null ? null : seconds * 1000;
    return { request_id, keep_ms, rows: own.map(({ corpus_id, ordinal }) => ({ corpus_id, ordinal })) };
  });
}

/** Every request that a published run of the model completed, with the key of its probes where it may still be used. */
const earlier = ({ tenant, model_id, but }: Parameters<KeptProbesStore['earlierRequests']>[0], now: string) => sql`
  select t.request_id, r.id as run_id, k.key_id, v.wrapped_key,
    coalesce(k.shredded_at, v.expires_at, r.finished_at) as since,
    coalesce(v.expires_at > ${now}::timestamptz, false) as open
  from runs r
  join request_targets t on t.tenant_id = r.tenant_id and t.run_id = r.id and t.state = 'completed'
  left join kept_probes k on k.tenant_id = r.tenant_id and k.run_id = r.id and k.request_id = t.request_id
  left join vault_keys v on v.tenant_id = k.tenant_id and v.id = k.key_id
  where r.tenant_id = ${tenant} and r.model_id = ${model_id} and r.state = 'published'
    and r.id is distinct from ${but}::uuid`;

/** Within the transaction that takes a publication back: its people are not forgotten, and are not kept for that. */
export async function shredRun(
  context: Context,
  trx: Trx,
  { tenant, run_id, actor, at }: { tenant: string; run_id: string; actor: string; at: string },
): Promise<void> {
  const probes = await trx
    .updateTable('kept_probes')
    .set({ shredded_at: at })
    .where('tenant_id', '=', tenant)
    .where('run_id', '=', run_id)
    .where('shredded_at', 'is', null)
    .returning(['model_id', 'request_id', 'run_id', 'digest', 'kept_at', 'key_id'])
    .execute();
  for (const { key_id, ...about } of probes) {
    await trx.deleteFrom('vault_keys').where('tenant_id', '=', tenant).where('id', '=', key_id).execute();
    const data = { ...about, shredded_at: at, why: 'rolled back' };
    await append(context, trx, { tenant, type: 'probes.shredded', actor, data });
  }
}

export const keptProbesStore = (context: Context): KeptProbesStore => ({
  requestRecords: (claim) => requestRecords(context, claim),

  async earlierRequests(of, { most, seed }) {
    const { db } = context;
    const now = await context.now(db);
    const all = earlier(of, now);
    const counted = await sql<Counted>`
      select count(*)::int as requests,
        (count(*) filter (where not open))::int as unobservable_requests,
        min(since) filter (where not open) as unobservable_since
      from (${all}) as e`.execute(db);
    const sampled = await sql<Omit<Sampled, 'model_id'>>`
      select request_id, run_id, key_id, wrapped_key from (${all}) as e where open
      order by hashtextextended(request_id::text, ${seed}), request_id limit ${most}`.execute(db);
    return { ...counted.rows[0]!, sample: sampled.rows.map((one) => ({ model_id: of.model_id, ...one })) };
  },

  keptProbes: (tenant) =>
    context.db
      .selectFrom('kept_probes')
      .select(['model_id', 'request_id', 'run_id', 'key_id'])
      .where('tenant_id', '=', tenant)
      .where('shredded_at', 'is', null)
      .execute(),

  async keepsProbes() {
    const kept = context.db.selectFrom('kept_probes').select('key_id').where('shredded_at', 'is', null);
    return (await kept.limit(1).executeTakeFirst()) !== undefined;
  },

  async expiredProbes() {
    const query = context.db
      .selectFrom('kept_probes as k')
      .innerJoin('vault_keys as v', (join) =>
        join.onRef('v.tenant_id', '=', 'k.tenant_id').onRef('v.id', '=', 'k.key_id'),
      )
      .select(['k.tenant_id as tenant', 'k.model_id', 'k.request_id', 'k.run_id', 'k.key_id']);
    return query
      .where('v.expires_at', '<=', await context.now(context.db))
      .orderBy('v.expires_at')
      .execute();
  },

  shredProbes: ({ tenant, key_id }, actor, why) =>
    transact(context, async (trx) => {
      const key = trx.deleteFrom('vault_keys').where('tenant_id', '=', tenant).where('id', '=', key_id);
      if ((await key.executeTakeFirst()).numDeletedRows === 0n) return false;
      const shredded_at = await context.now(trx);
      const probes = await trx
        .updateTable('kept_probes')
        .set({ shredded_at })
        .where('tenant_id', '=', tenant)
        .where('key_id', '=', key_id)
        .returning(['model_id', 'request_id', 'run_id', 'digest', 'kept_at'])
        .executeTakeFirstOrThrow();
      const data = { ...probes, shredded_at, why };
      await append(context, trx, { tenant, type: 'probes.shredded', actor, data });
      return true;
    }),

  // runs first: what one made known in its last transaction is seen by the second question
  async neededProbes(files) {
    if (files.length === 0) return new Set();
    const runs = context.db.selectFrom('runs').select('id').where('finished_at', 'is', null);
    const open = await runs.where('id', 'in', [...new Set(files.map(({ run_id }) => run_id))]).execute();
    const ids = new Set(open.map(({ id }) => id));
    const keys = context.db.selectFrom('vault_keys').select('id');
    const there = await keys
      .where(
        'id',
        'in',
        files.map(({ key_id }) => key_id),
      )
      .execute();
    const waiting = files.filter(({ run_id }) => ids.has(run_id)).map(({ key_id }) => key_id);
    return new Set([...there.map(({ id }) => id), ...waiting]);
  },
});

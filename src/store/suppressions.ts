// The suppression list: keys of people whose deletion is done. It grows in the transaction that ends their request, or opens its last gate.
import { type RawBuilder, sql } from 'kysely';
import type { RequestState } from '../domain/states.ts';
import type { Suppression, SuppressionStore } from '../runs/ports.ts';
import { type Context, type Trx, toPage, transact } from './db.ts';
import { recordEvent } from './events.ts';
import { append } from './ledger.ts';
import { lockRequests } from './targets.ts';

const DONE: readonly RequestState[] = ['completed', 'completed_no_data', 'partially_completed'];
export const suppresses = (state: RequestState): boolean => DONE.includes(state);

async function add(trx: Trx, tenant: string, requests: readonly string[], which: RawBuilder<unknown>, at: string) {
  if (requests.length === 0) return;
  await sql`
    insert into suppressions (tenant_id, request_id, subject_key, type, key_version, normaliser_version, added_at)
    select q.tenant_id, q.request_id, q.subject_key, q.type, q.key_version, q.normaliser_version, ${at}::timestamptz
    from request_subjects q join deletion_requests r on r.tenant_id = q.tenant_id and r.id = q.request_id
    where q.tenant_id = ${tenant} and q.request_id = any(${[...requests]}::uuid[]) and ${which}
    on conflict do nothing`.execute(trx);
}

/** To be called before the requests enter such a state: what was lifted since must not come back with every later write. */
export const suppress = (trx: Trx, tenant: string, requests: readonly string[], at: string): Promise<void> =>
  add(trx, tenant, requests, sql`not (r.state = any(${[...DONE]}::text[]))`, at);

/** Of requests that were done at once, whose last gate has opened. Their rows must be locked by the caller. */
export async function suppressLate(trx: Trx, tenant: string, requests: readonly string[], at: string): Promise<void> {
  await add(trx, tenant, requests, sql`r.suppression_waits`, at);
  const update = trx.updateTable('deletion_requests').set({ suppression_waits: false }).where('tenant_id', '=', tenant);
  await update.where('id', 'in', requests).execute();
}

/** Records of a corpus, from an ordinal on, that name somebody suppressed. */
export async function suppressedRecords(
  trx: Trx,
  { tenant, corpusId, first }: { tenant: string; corpusId: string; first: number },
): Promise<number> {
  // an installation without a list pays nothing for it; else once through the keys of the corpus and of the list
  const any = trx.selectFrom('suppressions').select('subject_key').where('tenant_id', '=', tenant);
  if ((await any.limit(1).executeTakeFirst()) === undefined) return 0;
  const { rows } = await sql<{ records: number }>`
    select count(distinct o.ordinal)::int as records
    from (select distinct subject_key from suppressions where tenant_id = ${tenant}) s
    join subject_records r on r.tenant_id = ${tenant} and r.subject_key = s.subject_key and r.corpus_id = ${corpusId}
    cross join lateral unnest(r.ordinals) as o (ordinal)
    where o.ordinal >= ${first}`.execute(trx);
  return rows[0]!.records;
}

async function lift(context: Context, trx: Trx, input: Parameters<SuppressionStore['liftSuppressions']>) {
  const [tenant, whom, { actor, reason }] = input;
  const named = trx.selectFrom('suppressions').select('request_id').distinct().where('tenant_id', '=', tenant);
  const found =
    'request_id' in whom
      ? named.where('request_id', '=', whom.request_id)
      : named.where('subject_key', 'in', [...whom.keys]);
  const requests = (await found.orderBy('request_id').execute()).map((row) => row.request_id);
  if (requests.length === 0) return [];
  await lockRequests(trx, tenant, requests);
  const gone = trx.deleteFrom('suppressions').where('tenant_id', '=', tenant).where('request_id', 'in', requests);
  const lifted = [...new Set((await gone.returning('request_id').execute()).map((row) => row.request_id))].sort();
  const at = await context.now(trx);
  const events = [];
  for (const request_id of lifted)
    events.push({
      request_id,
      ...(await recordEvent(trx, {
        ...{ tenant, of: { request_id }, action: 'lift_suppression', actor, reason, details: {}, at },
      })),
    });
  if (lifted.length > 0) await append(context, trx, { tenant, type: 'suppression.lifted', actor, data: { events } });
  return lifted;
}

export const suppressionsStore = (context: Context): SuppressionStore => ({
  async suppressedKeys(tenant, keys) {
    if (keys.length === 0) return new Set();
    const { rows } = await sql<{ subject_key: string }>`
      select k.subject_key from unnest(${[...keys]}::text[]) as k (subject_key)
      where exists (select from suppressions s where s.tenant_id = ${tenant} and s.subject_key = k.subject_key)`.execute(
      context.db,
    );
    return new Set(rows.map((row) => row.subject_key));
  },

  async listSuppressions(tenant, query) {
    const { after } = query;
    const { rows } = await sql<Suppression>`
      select request_id as id, array_agg(distinct type order by type) as identifier_types, min(added_at) as added_at
      from suppressions where tenant_id = ${tenant}
        ${after === undefined ? sql`` : sql`and (added_at, request_id) < (${after.created_at}::timestamptz, ${after.id}::uuid)`}
      group by request_id order by min(added_at) desc, request_id desc limit ${query.limit + 1}`.execute(context.db);
    return toPage(rows, query, (row) => row.added_at);
  },

  async countSuppressions(tenant) {
    const { rows } = await sql<{ requests: number; keys: number }>`
      select count(distinct request_id)::int as requests, count(distinct subject_key)::int as keys
      from suppressions where tenant_id = ${tenant}`.execute(context.db);
    return rows[0]!;
  },

  liftSuppressions: (...input) => transact(context, (trx) => lift(context, trx, input)),
});

// Destroying the text of records, in steps that may be cut off anywhere: marked, gone, said.
import { type RawBuilder, sql } from 'kysely';
import type { ErasedOf, ErasurePlaces, ErasureStore, RecordPlace, SealedPrints } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { placesOfRequest } from './request-places.ts';
import { lockRequests } from './targets.ts';

/** A target in any other state needs the text, or may need it when somebody tries again. */
const DONE = sql`('completed', 'completed_no_data', 'denied', 'cancelled')`;

/**
 * Whether something needs the record at `p` (tenant_id, corpus_id, ordinal) still: a model that was trained on it and knows it, or could
 * be rolled back to a checkpoint that does; a request that is open; or a model that may come, where none was made with the corpus yet, whatever became of those that were.
 */
const NEEDED: RawBuilder<boolean> = sql`(
  not exists (
    select from corpora k where k.tenant_id = p.tenant_id and k.id = p.corpus_id and p.ordinal < k.used_records)
  or exists (
    select from model_corpora mc
    where mc.tenant_id = p.tenant_id and mc.corpus_id = p.corpus_id and mc.role = 'train' and p.ordinal < mc.records
      and not exists (
        select from erased_records e
        join runs r on r.tenant_id = e.tenant_id and r.id = e.run_id
        where e.tenant_id = mc.tenant_id and e.model_id = mc.model_id and e.corpus_id = p.corpus_id and e.ordinal = p.ordinal
          and not exists (
            select from checkpoints c where c.tenant_id = e.tenant_id and c.model_id = e.model_id and c.digest = r.parent
              and c.state <> 'deleted')))
  or exists (select from open_places o where o.corpus_id = p.corpus_id and o.ordinal = p.ordinal))`;

/** Records that open requests of the tenant are about, beside this one. */
const openPlaces = ({ tenant, request_id }: ErasedOf) => sql`
  open_places as materialized (
    select distinct s.corpus_id, s.ordinal from deletion_requests w
    cross join lateral ${placesOfRequest('w', 'id')} s
    where w.tenant_id = ${tenant} and w.id <> ${request_id}::uuid and exists (
      select from request_targets t where t.tenant_id = w.tenant_id and t.request_id = w.id and t.state not in ${DONE}))`;

type PlaceRow = RecordPlace & { marked: boolean; gone: boolean; mine: boolean; digest: string | null; needed: boolean };

async function places({ db }: Context, of: ErasedOf): Promise<ErasurePlaces> {
  const { rows } = await sql<PlaceRow>`
    with ${openPlaces(of)}, places as (
      select distinct r.tenant_id, s.corpus_id, s.ordinal from deletion_requests r
      cross join lateral ${placesOfRequest('r', 'id')} s
      where r.tenant_id = ${of.tenant} and r.id = ${of.request_id}::uuid)
    select p.corpus_id, p.ordinal, d.ordinal is not null as marked, d.erased_at is not null as gone,
      coalesce(d.request_id = ${of.request_id}::uuid, false) as mine, d.digest,
      case when d.ordinal is null then ${NEEDED} else false end as needed
    from places p left join destroyed_records d using (tenant_id, corpus_id, ordinal)
    order by p.corpus_id, p.ordinal`.execute(db);
  const placeOf = ({ corpus_id, ordinal }: PlaceRow): RecordPlace => ({ corpus_id, ordinal });
  return {
    free: rows.filter((row) => !row.marked && !row.needed).map(placeOf),
    marked: rows
      .filter((row) => row.marked && row.mine && !row.gone)
      .map((row) => ({ ...placeOf(row), digest: row.digest })),
    waiting: rows.filter((row) => row.needed || (row.marked && !row.gone && !row.mine)).length,
    gone: rows.filter((row) => row.gone).length,
  };
}

async function keepPrints(
  trx: Trx,
  { tenant, request_id }: ErasedOf,
  about: { corpus_id: string; records: number; at: string },
  { keep_ms, wrapped_key, sealed, ...prints }: SealedPrints,
): Promise<void> {
  const { corpus_id, records, at } = about;
  const expires_at = new Date(Date.parse(at) + keep_ms).toISOString();
  await trx
    .insertInto('vault_keys')
    .values({ tenant_id: tenant, id: prints.key_id, wrapped_key, created_at: at, expires_at })
    .execute();
  const row = { tenant_id: tenant, request_id, corpus_id, records, ...prints, sealed: Buffer.from(sealed) };
  await trx.insertInto('erasure_prints').values(row).execute();
}

/** Ends the transaction; never leaves this file. */
class Needed extends Error {}

type Mark = Parameters<ErasureStore['markErased']>;

async function mark(context: Context, trx: Trx, [of, corpus_id, records, prints]: Mark): Promise<void> {
  await lockRequests(trx, of.tenant, [of.request_id]);
  const at = await context.now(trx);
  const state = trx.selectFrom('deletion_requests').select('state').where('tenant_id', '=', of.tenant);
  const request = await state.where('id', '=', of.request_id).executeTakeFirst();
  if (request?.state !== 'completed' && request?.state !== 'completed_no_data') throw new Needed();
  const { numAffectedRows } = await sql`
    with ${openPlaces(of)}, p as (
      select ${of.tenant}::text as tenant_id, ${corpus_id}::uuid as corpus_id, ordinal, digest
      from unnest(${records.map(({ ordinal }) => ordinal)}::int[], ${records.map(({ digest }) => digest)}::text[])
        as g (ordinal, digest))
    insert into destroyed_records (tenant_id, corpus_id, ordinal, request_id, digest, marked_at)
    select p.tenant_id, p.corpus_id, p.ordinal, ${of.request_id}::uuid, p.digest, ${at}::timestamptz
    from p where not ${NEEDED}
    on conflict do nothing`.execute(trx);
  if (Number(numAffectedRows ?? 0n) !== records.length) throw new Needed();
  if (prints !== null) await keepPrints(trx, of, { corpus_id, records: records.length, at }, prints);
}

/** Writes down that marked records are gone. */
async function finish(context: Context, trx: Trx, given: Parameters<ErasureStore['finishErasure']>): Promise<void> {
  const [{ tenant, request_id }, corpus_id, records, actor] = given;
  const erased_at = await context.now(trx);
  const ordinals = records.map(({ ordinal }) => ordinal);
  await sql`
    update destroyed_records set erased_at = ${erased_at}::timestamptz
    where tenant_id = ${tenant} and corpus_id = ${corpus_id}::uuid and ordinal = any(${ordinals}::int[])
      and erased_at is null`.execute(trx);
  const data = { request_id, corpus_id, records: records.length, erased_at };
  await append(context, trx, { tenant, type: 'records.erased', actor, data });
}

async function end(context: Context, trx: Trx, of: ErasedOf, again_ms: number, actor: string): Promise<boolean> {
  const { tenant, request_id } = of;
  await lockRequests(trx, tenant, [request_id]);
  const at = await context.now(trx);
  const left = await places({ ...context, db: trx }, of);
  const update = trx.updateTable('deletion_requests').where('tenant_id', '=', tenant).where('id', '=', request_id);
  if (left.gone === 0 || left.free.length + left.marked.length + left.waiting > 0) {
    const again = new Date(Date.parse(at) + again_ms).toISOString();
    await update.set({ erasure_look_at: again }).execute();
    return false;
  }
  await update.set((eb) => ({ erased_at: at, updated_at: at, version: eb('version', '+', 1) })).execute();
  const data = { request_id, records: left.gone, erased_at: at };
  await append(context, trx, { tenant, type: 'request.erased', actor, data });
  return true;
}

export const erasuresStore = (
  context: Context,
): Pick<
  ErasureStore,
  | 'dueErasures'
  | 'erasurePlaces'
  | 'markErased'
  | 'finishErasure'
  | 'endErasure'
  | 'deleteExpiredPrints'
  | 'restoreDeletions'
> => ({
  async dueErasures(after_ms, most) {
    const now = await context.now(context.db);
    const ended = new Date(Date.parse(now) - after_ms).toISOString();
    const { rows } = await sql<ErasedOf>`
      select tenant_id as tenant, id as request_id from deletion_requests r
      where erased_at is null and state in ('completed', 'completed_no_data') and completed_at <= ${ended}::timestamptz
        and coalesce(erasure_look_at <= ${now}::timestamptz, true)
      order by erasure_look_at nulls first, completed_at limit ${most}`.execute(context.db);
    return rows;
  },

  erasurePlaces: (of) => places(context, of),

  async markErased(...given) {
    try {
      await transact(context, (trx) => mark(context, trx, given));
      return true;
    } catch (error) {
      if (error instanceof Needed) return false;
      throw error;
    }
  },

  finishErasure: (...given) => transact(context, (trx) => finish(context, trx, given)),
  endErasure: (of, again_ms, actor) => transact(context, (trx) => end(context, trx, of, again_ms, actor)),

  deleteExpiredPrints: () =>
    transact(context, async (trx) => {
      const now = await context.now(trx);
      const { numAffectedRows } = await sql`
        with ended as (
          delete from vault_keys v using erasure_prints p
          where v.tenant_id = p.tenant_id and v.id = p.key_id and v.expires_at <= ${now}::timestamptz
          returning v.tenant_id, v.id)
        delete from erasure_prints p using ended e where p.tenant_id = e.tenant_id and p.key_id = e.id`.execute(trx);
      return Number(numAffectedRows ?? 0n);
    }),

  restoreDeletions: ({ tenant, deletion_request_id: request_id, corpus_id }, records) =>
    transact(context, async (trx) => {
      const marked_at = await context.now(trx);
      const rows = records.map(({ ordinal, digest }) => ({
        ...{ tenant_id: tenant, corpus_id, ordinal, request_id, digest, marked_at, erased_at: null },
      }));
      const insert = trx.insertInto('destroyed_records').values(rows);
      await insert.onConflict((conflict) => conflict.doNothing()).execute();
    }),
});

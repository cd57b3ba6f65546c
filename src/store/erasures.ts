// Destroying the text of records, in steps that may be cut off anywhere: marked, gone, said.
import { sql } from 'kysely';
import type { ErasedOf, ErasureStore, LookAgain, SealedPrints } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { dueErasures } from './erasure-looks.ts';
import { erasurePlaces, NEEDED, nextLook, openPlaces } from './erasure-places.ts';
import { append } from './ledger.ts';
import { lockRequests } from './targets.ts';

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
    with places as materialized (
      select ${of.tenant}::text as tenant_id, ${corpus_id}::uuid as corpus_id, ordinal, digest
      from unnest(${records.map(({ ordinal }) => ordinal)}::int[], ${records.map(({ digest }) => digest)}::text[])
        as g (ordinal, digest)), ${openPlaces(of)}
    insert into destroyed_records (tenant_id, corpus_id, ordinal, request_id, digest, marked_at)
    select p.tenant_id, p.corpus_id, p.ordinal, ${of.request_id}::uuid, p.digest, ${at}::timestamptz
    from places p where not ${NEEDED}
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

async function end(context: Context, trx: Trx, of: ErasedOf, again: LookAgain, actor: string): Promise<boolean> {
  const { tenant, request_id } = of;
  await lockRequests(trx, tenant, [request_id]);
  const at = await context.now(trx);
  const left = await erasurePlaces(trx, of);
  const update = trx.updateTable('deletion_requests').where('tenant_id', '=', tenant).where('id', '=', request_id);
  const undone = left.free.length + left.marked.length;
  if (left.gone === 0 || undone + left.waiting > 0) {
    const soon = new Date(Date.parse(at) + again.undone_ms).toISOString();
    await update.set({ erasure_look_at: undone > 0 ? soon : await nextLook(trx, of, at, again) }).execute();
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
  dueErasures: (...given) => dueErasures(context, given),
  erasurePlaces: (of) => erasurePlaces(context.db, of),

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
  endErasure: (of, again, actor) => transact(context, (trx) => end(context, trx, of, again, actor)),

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

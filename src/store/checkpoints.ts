// Checkpoints that are on their way out: retired by somebody, or over their rollback window.
import { sql } from 'kysely';
import type { RetireOutcome, Store } from '../runs/ports.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';

interface Named {
  tenant: string;
  model_id: string;
  digest: string;
}

/**
 * Whoever takes the files of a checkpoint away, or names them for a model, holds this until the end of the transaction:
 * else a checkpoint could be registered in the moment in which another model lets go of the same one.
 */
export const lockCheckpoint = (trx: Trx, digest: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`checkpoint/${digest}`}, 0))`.execute(trx);

/** The same bytes may serve several models: a digest is named only when no model needs it any more. */
async function expired(db: Db, now: string, only?: Named): Promise<Named[]> {
  const { tenant = null, model_id = null, digest = null } = only ?? {};
  const { rows } = await sql<Named>`
    select c.tenant_id as tenant, c.digest, c.model_id
    from checkpoints c
    where c.state = 'retained' and c.delete_after <= ${now}::timestamptz
      and (${tenant}::text is null or (c.tenant_id, c.model_id, c.digest) = (${tenant}, ${model_id}::uuid, ${digest}))
      and not exists (
        select from checkpoints o where o.digest = c.digest
          and (o.state = 'active' or (o.state = 'retained' and o.delete_after > ${now}::timestamptz)))
      and not exists (
        select from runs r where r.parent = c.digest and r.finished_at is null)
    order by c.created_at, c.digest`.execute(db);
  return rows;
}

/** Ends the rollback window of a checkpoint that nothing needs; what is to be deleted already is left as it is. */
async function retire(context: Context, trx: Trx, named: Named, actor: string): Promise<RetireOutcome> {
  const { tenant, model_id, digest } = named;
  // claims and publications take the same lock, so none of them begins at this checkpoint meanwhile
  const model = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', model_id);
  if ((await model.forNoKeyUpdate().executeTakeFirst()) === undefined) return { status: 'unknown' };
  const rows = trx.selectFrom('checkpoints').select(['state', 'delete_after']).where('tenant_id', '=', tenant);
  const row = await rows.where('model_id', '=', model_id).where('digest', '=', digest).executeTakeFirst();
  if (row === undefined) return { status: 'unknown' };
  if (row.state !== 'retained') return { status: row.state };
  const runs = trx.selectFrom('runs').select('id').where('tenant_id', '=', tenant).where('model_id', '=', model_id);
  const run = await runs.where('parent', '=', digest).where('finished_at', 'is', null).executeTakeFirst();
  if (run !== undefined) return { status: 'in_use', run_id: run.id };
  const at = await context.now(trx);
  if (row.delete_after! <= at) return { status: 'retired' };
  await trx
    .updateTable('checkpoints')
    .set({ delete_after: at })
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', model_id)
    .where('digest', '=', digest)
    .execute();
  const data = { model_id, digest, was_kept_until: row.delete_after };
  await append(context, trx, { tenant, type: 'checkpoint.retired', actor, data });
  return { status: 'retired' };
}

export const checkpointsStore = (
  context: Context,
): Pick<Store, 'keptCheckpoints' | 'retireCheckpoint' | 'expiredCheckpoints' | 'deleteCheckpoint'> => ({
  keptCheckpoints: (tenant) =>
    context.db
      .selectFrom('checkpoints')
      .select(['model_id', 'digest'])
      .where('tenant_id', '=', tenant)
      .where('state', '<>', 'deleted')
      .execute(),

  retireCheckpoint: (tenant, model_id, digest, actor) =>
    transact(context, (trx) => retire(context, trx, { tenant, model_id, digest }, actor)),

  async expiredCheckpoints() {
    return expired(context.db, await context.now(context.db));
  },

  deleteCheckpoint: (named, actor, remove) =>
    transact(context, async (trx) => {
      const { tenant, model_id, digest } = named;
      await lockCheckpoint(trx, digest);
      if ((await expired(trx, await context.now(trx), named)).length === 0) return false;
      await remove();
      await trx
        .updateTable('checkpoints')
        .set({ state: 'deleted', deleted_at: await context.now(trx) })
        .where('tenant_id', '=', tenant)
        .where('model_id', '=', model_id)
        .where('digest', '=', digest)
        .execute();
      await append(context, trx, { tenant, type: 'checkpoint.deleted', actor, data: { model_id, digest } });
      return true;
    }),
});

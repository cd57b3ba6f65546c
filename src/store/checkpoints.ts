// Checkpoints that are on their way out: retired by somebody, or over their rollback window.
import { sql } from 'kysely';
import type { CheckpointStore, NewCheckpoint, RetireOutcome, VerificationStore } from '../runs/ports.ts';
import { type Context, type Db, lockName, type Trx, transact } from './db.ts';
import { lookNow, startedFrom } from './erasure-looks.ts';
import { lastVerification } from './last-verification.ts';
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
export const lockCheckpoint = (trx: Trx, digest: string) => lockName(trx, `checkpoint/${digest}`);

/** Checkpoints as clients see them. */
export const checkpointRows = (db: Db) =>
  db
    .selectFrom('checkpoints')
    .select(['digest', 'model_id', 'parent_digest', 'run_id', 'state', 'bytes'])
    .select(['created_at', 'delete_after', 'deleted_at'])
    .select(
      lastVerification({
        ...{ tenant: 'checkpoints.tenant_id', model: 'checkpoints.model_id', digest: 'checkpoints.digest' },
      }).as('last_verification'),
    );

const checkpointAt = (db: Db, { tenant, model_id, digest }: Named) =>
  checkpointRows(db)
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', model_id)
    .where('digest', '=', digest)
    .executeTakeFirst();

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
          and (o.state in ('active', 'candidate') or (o.state = 'retained' and o.delete_after > ${now}::timestamptz)))
      and not exists (
        select from runs r where c.digest in (r.parent, r.candidate) and r.finished_at is null)
      and not exists (
        select from verifications v where v.finished_at is null
          and c.digest in (v.checkpoint_id, v.against_checkpoint_id, v.reference_checkpoint_id))
    order by c.created_at, c.digest`.execute(db);
  return rows;
}

/** A run or a verification of the model that has not ended and needs the checkpoint. */
async function neededBy(trx: Trx, { tenant, model_id, digest }: Named) {
  const runs = trx.selectFrom('runs').select('id as run_id').where('tenant_id', '=', tenant);
  const run = runs.where('model_id', '=', model_id).where('parent', '=', digest).where('finished_at', 'is', null);
  const found = await run.executeTakeFirst();
  if (found !== undefined) return found;
  const open = trx.selectFrom('verifications').select('id as verification_id').where('tenant_id', '=', tenant);
  const verification = open
    .where('model_id', '=', model_id)
    .where('finished_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('checkpoint_id', '=', digest),
        eb('against_checkpoint_id', '=', digest),
        eb('reference_checkpoint_id', '=', digest),
      ]),
    );
  return (await verification.limit(1).executeTakeFirst()) ?? null;
}

/** Ends the rollback window of a checkpoint that nothing needs, or the time of a candidate; what is to be deleted already is left as it is. */
async function retire(
  context: Context,
  trx: Trx,
  named: Named,
  actor: string,
  check: Parameters<CheckpointStore['retireCheckpoint']>[4],
): Promise<RetireOutcome> {
  const { tenant, model_id, digest } = named;
  // claims and publications take the same lock, so none of them begins at this checkpoint meanwhile
  const model = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', model_id);
  if ((await model.forNoKeyUpdate().executeTakeFirst()) === undefined) return { status: 'unknown' };
  const rows = trx.selectFrom('checkpoints').select(['state', 'delete_after']).where('tenant_id', '=', tenant);
  const row = await rows.where('model_id', '=', model_id).where('digest', '=', digest).executeTakeFirst();
  if (row === undefined) return { status: 'unknown' };
  if (row.state === 'active' || row.state === 'deleted') return { status: row.state };
  const by = await neededBy(trx, named);
  if (by !== null) return { status: 'in_use', by };
  const at = await context.now(trx);
  if (row.state === 'retained' && row.delete_after! <= at) return { status: 'retired' };
  check?.((await checkpointAt(trx, named))!);
  await trx
    .updateTable('checkpoints')
    .set({ state: 'retained', delete_after: at })
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', model_id)
    .where('digest', '=', digest)
    .execute();
  const data = { model_id, digest, was_kept_until: row.delete_after };
  await append(context, trx, { tenant, type: 'checkpoint.retired', actor, data });
  return { status: 'retired' };
}

/** One whose files went is there again; whatever else is there under the address stays as it is. */
async function addCandidate(context: Context, trx: Trx, named: Named, checkpoint: NewCheckpoint, actor: string) {
  const { tenant, model_id, digest } = named;
  const { parent_digest, run_id, bytes } = checkpoint;
  const fresh = { state: 'candidate', delete_after: null, deleted_at: null } as const;
  const { numInsertedOrUpdatedRows: rows } = await trx
    .insertInto('checkpoints')
    .values({
      ...{ tenant_id: tenant, model_id, digest, parent_digest, run_id, bytes, ...fresh },
      ...{ manifest: JSON.stringify(checkpoint.manifest), created_at: await context.now(trx) },
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'model_id', 'digest'])
        .doUpdateSet(fresh)
        .where('checkpoints.state', 'in', ['deleted', 'retained']),
    )
    .executeTakeFirstOrThrow();
  if (!rows) return { status: 'known' as const };
  const data = { model_id, digest, parent: parent_digest };
  await append(context, trx, { tenant, type: 'checkpoint.registered', actor, data });
  return { status: 'created' as const };
}

export const checkpointsStore = (
  context: Context,
): Omit<CheckpointStore, 'listCheckpoints'> & Pick<VerificationStore, 'checkpointsAt'> => ({
  keptCheckpoints: (tenant) =>
    context.db
      .selectFrom('checkpoints')
      .select(['model_id', 'digest'])
      .where('tenant_id', '=', tenant)
      .where('state', '<>', 'deleted')
      .execute(),

  retireCheckpoint: (tenant, model_id, digest, actor, check) =>
    transact(context, (trx) => retire(context, trx, { tenant, model_id, digest }, actor, check)),

  async expiredCheckpoints() {
    return expired(context.db, await context.now(context.db));
  },

  deleteCheckpoint: (named, actor, remove) =>
    transact(context, async (trx) => {
      const { tenant, model_id, digest } = named;
      await lockCheckpoint(trx, digest);
      if ((await expired(trx, await context.now(trx), named)).length === 0) return false;
      // a reference that is the same training goes by its own rules, and its files with it
      const reference = trx.selectFrom('retrained_references').select('digest').where('digest', '=', digest).limit(1);
      const files_kept = (await reference.executeTakeFirst()) !== undefined;
      if (!files_kept) await remove();
      const at = await context.now(trx);
      await trx
        .updateTable('checkpoints')
        .set({ state: 'deleted', deleted_at: at })
        .where('tenant_id', '=', tenant)
        .where('model_id', '=', model_id)
        .where('digest', '=', digest)
        .execute();
      await lookNow(trx, tenant, at, startedFrom(named));
      await append(context, trx, {
        tenant,
        type: 'checkpoint.deleted',
        actor,
        data: { model_id, digest, ...(files_kept ? { files_kept } : {}) },
      });
      return true;
    }),

  checkpointsAt: (tenant, digest) =>
    checkpointRows(context.db)
      .where('tenant_id', '=', tenant)
      .where('digest', '=', digest)
      .orderBy('model_id')
      .execute(),

  addCandidate: (tenant, model_id, checkpoint, actor, present) =>
    transact(context, async (trx) => {
      await lockCheckpoint(trx, checkpoint.digest);
      if (!(await present())) return { status: 'checkpoint_gone' };
      return addCandidate(context, trx, { tenant, model_id, digest: checkpoint.digest }, checkpoint, actor);
    }),
});

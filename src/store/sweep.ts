// What the sweep asks: whom to ring, which parents are over their rollback window, and who leads.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';

const SWEEP_LOCK = 0x73_77_65_70;

export const sweepStore = (
  context: Context,
): Pick<
  Store,
  'modelsToRing' | 'withSweepLock' | 'runIsOpen' | 'isOrphan' | 'expiredCheckpoints' | 'markCheckpointDeleted'
> => ({
  // a model whose run is alive is left alone: what waits there is rung for when that run ends
  async modelsToRing() {
    const { rows } = await sql<{ model_id: string }>`
      with open_runs as (
        select tenant_id, model_id, coalesce(lease_expires_at > clock_timestamp(), false) as live
        from runs where state in ('planned', 'unlearning', 'verifying')
      )
      select model_id from open_runs where not live
      union
      select t.model_id from request_targets t
      where t.state in ('received', 'queued') and t.run_id is null and not exists (
        select from open_runs o where o.tenant_id = t.tenant_id and o.model_id = t.model_id and o.live)
      order by model_id`.execute(context.db);
    return rows.map((row) => row.model_id);
  },

  // a session lock on a connection of its own: it ends with the process, however that ends
  withSweepLock: (work) =>
    context.db.connection().execute(async (db) => {
      const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${SWEEP_LOCK}) as locked`.execute(db);
      if (!rows[0]!.locked) return false;
      try {
        await work();
      } finally {
        await sql`select pg_advisory_unlock(${SWEEP_LOCK})`.execute(db);
      }
      return true;
    }),

  async runIsOpen(runId) {
    const { rows } = await sql<{ open: boolean }>`
      select exists (select from runs where id::text = ${runId} and finished_at is null) as open`.execute(context.db);
    return rows[0]!.open;
  },

  async isOrphan(runId, digest) {
    const { rows } = await sql<{ orphan: boolean }>`
      select exists (select from runs where id::text = ${runId} and finished_at is not null)
        and not exists (select from checkpoints where digest = ${digest} and state <> 'deleted') as orphan`.execute(
      context.db,
    );
    return rows[0]!.orphan;
  },

  // the same bytes may serve several models: a digest is named only when no model needs it any more
  async expiredCheckpoints() {
    const now = await context.now(context.db);
    const { rows } = await sql<{ tenant: string; digest: string; model_id: string }>`
      select c.tenant_id as tenant, c.digest, c.model_id
      from checkpoints c
      where c.state = 'retained' and c.delete_after <= ${now}::timestamptz
        and not exists (
          select from checkpoints o where o.digest = c.digest
            and (o.state = 'active' or (o.state = 'retained' and o.delete_after > ${now}::timestamptz)))
        and not exists (
          select from runs r where r.parent = c.digest and r.finished_at is null)
      order by c.created_at, c.digest`.execute(context.db);
    return rows;
  },

  markCheckpointDeleted: (tenant, modelId, digest, actor) =>
    transact(context, async (trx) => {
      const marked = await trx
        .updateTable('checkpoints')
        .set({ state: 'deleted' })
        .where('tenant_id', '=', tenant)
        .where('model_id', '=', modelId)
        .where('digest', '=', digest)
        .where('state', '=', 'retained')
        .returning('digest')
        .executeTakeFirst();
      if (!marked) return;
      await append(context, trx, { tenant, type: 'checkpoint.deleted', actor, data: { model_id: modelId, digest } });
    }),
});

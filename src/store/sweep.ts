// What the sweep asks: whom to ring, which candidates nobody needs, and who leads.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import type { Context } from './db.ts';

const SWEEP_LOCK = 0x73_77_65_70;

export const sweepStore = (
  context: Context,
): Pick<Store, 'modelsToRing' | 'withSweepLock' | 'runIsOpen' | 'isOrphan'> => ({
  // a model whose run is alive, or whose candidate awaits promotion, is left alone: it is rung for when that ends
  async modelsToRing() {
    const { rows } = await sql<{ model_id: string }>`
      with open_runs as (
        select tenant_id, model_id,
          state = 'awaiting_promotion' or coalesce(lease_expires_at > clock_timestamp(), false) as live
        from runs where state in ('planned', 'unlearning', 'verifying', 'awaiting_promotion')
      )
      select model_id from open_runs where not live
      union
      select c.model_id from consolidations c
      left join runs r on r.tenant_id = c.tenant_id and r.id = c.run_id
      where c.dropped_at is null and (r.state is null or r.state in ('superseded', 'cancelled')) and not exists (
        select from open_runs o where o.tenant_id = c.tenant_id and o.model_id = c.model_id and o.live)
      union
      select t.model_id from request_targets t
      where t.state = 'queued' and t.run_id is null and not exists (
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
      select exists (select from runs where id::text = ${runId} and finished_at is null)
        or exists (select from verifications where id::text = ${runId} and finished_at is null) as open`.execute(
      context.db,
    );
    return rows[0]!.open;
  },

  async isOrphan(runId, digest) {
    const { rows } = await sql<{ orphan: boolean }>`
      select exists (select from runs where id::text = ${runId} and finished_at is not null)
        and not exists (select from checkpoints where digest = ${digest} and state <> 'deleted')
        and not exists (select from retrained_references where digest = ${digest}) as orphan`.execute(context.db);
    return rows[0]!.orphan;
  },
});

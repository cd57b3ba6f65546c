// What the sweep asks: which candidates nobody needs, and who leads.
import { sql } from 'kysely';
import type { Store } from '../runs/ports.ts';
import type { Context } from './db.ts';

const SWEEP_LOCK = 0x73_77_65_70;

/** A checkpoint or a kept reference has these files. */
const named = (digest: string) => sql<boolean>`(
  exists (select from checkpoints where digest = ${digest} and state <> 'deleted')
  or exists (select from retrained_references where digest = ${digest}))`;

export const sweepStore = (context: Context): Pick<Store, 'withSweepLock' | 'runIsOpen' | 'isNamed' | 'isOrphan'> => ({
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

  async isNamed(digest) {
    const { rows } = await sql<{ named: boolean }>`select ${named(digest)} as named`.execute(context.db);
    return rows[0]!.named;
  },

  async isOrphan(runId, digest) {
    const { rows } = await sql<{ orphan: boolean }>`
      select exists (select from runs where id::text = ${runId} and finished_at is not null)
        and not ${named(digest)} as orphan`.execute(context.db);
    return rows[0]!.orphan;
  },
});

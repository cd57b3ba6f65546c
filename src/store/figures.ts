// Counts for monitoring. What grows for ever is not gone through: open requests have an index of their own.
import { sql } from 'kysely';
import type { Figures, FiguresStore } from '../runs/ports.ts';
import type { Context } from './db.ts';
import { pendingMigrations } from './migrate.ts';
import { isOpen } from './open-requests.ts';
import { queueStore } from './queue.ts';

/** Attempts that the step rate is of. */
const LATEST = 20;

export const figuresStore = (context: Context): FiguresStore => ({
  databaseTime: () => context.now(context.db),
  pendingMigrations: () => pendingMigrations(context.db),

  async figures(days) {
    const { db } = context;
    const requests = await sql<Figures['requests'][number]>`
      select state, count(*) as count, extract(epoch from clock_timestamp() - min(received_at))::float8 as oldest_seconds
      from deletion_requests where ${isOpen} group by state`.execute(db);
    const due = await sql<Figures['due'][number]>`
      select days, (select count(*) from deletion_requests
        where ${isOpen} and due_at <= clock_timestamp() + make_interval(days => days)) as count
      from unnest(${days}::int[]) as days`.execute(db);
    const runs = await sql<Figures['runs'][number]>`select state, count(*) as count from runs group by state`.execute(
      db,
    );
    const rate = await sql<{ rate: number | null }>`
      select sum((attempt->'steps'->>'unlearning')::float8) / nullif(sum((attempt->'seconds'->>'unlearning')::float8), 0) as rate
      from (select a.attempt from runs r join run_attempts a on a.tenant_id = r.tenant_id and a.run_id = r.id
        where r.finished_at is not null and a.attempt->'steps'->>'unlearning' is not null
        order by r.finished_at desc limit ${LATEST}) as latest`.execute(db);
    const ledger = await sql<{ seq: number }>`select coalesce(max(seq), 0) as seq from ledger`.execute(db);
    return {
      ...{ requests: requests.rows, due: due.rows, runs: runs.rows },
      ...{ steps_per_second: rate.rows[0]!.rate, ledger_entries: ledger.rows[0]!.seq },
      forecast: await queueStore(context).forecastFigures(),
    };
  },
});

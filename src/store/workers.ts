// Workers that were heard of lately, by the database's clock.
import { sql } from 'kysely';
import { WORKER_SILENCE_SECONDS } from '../domain/workers.ts';
import type { WorkerStore } from '../runs/ports.ts';
import type { Context } from './db.ts';

const ago = (seconds: number) => sql<string>`clock_timestamp() - make_interval(secs => ${seconds}::double precision)`;
/** Names of workers are never used again, so the dead ones have to go. */
const FORGET_SECONDS = 24 * 3600;

export const workersStore = ({ db }: Context): WorkerStore => ({
  async noteWorker({ gpus, ...note }) {
    const row = { ...note, gpus: JSON.stringify(gpus), seen_at: sql`clock_timestamp()` };
    await db
      .insertInto('workers')
      .values(row)
      .onConflict((conflict) => conflict.column('worker').doUpdateSet(row))
      .execute();
    await db.deleteFrom('workers').where('seen_at', '<', ago(FORGET_SECONDS)).execute();
  },

  async forgetWorker(worker) {
    await db.deleteFrom('workers').where('worker', '=', worker).execute();
  },

  workersSeen: () =>
    db
      .selectFrom('workers')
      .select(['worker', 'tasks', 'backend', 'device', 'gpus'])
      .where('seen_at', '>', ago(WORKER_SILENCE_SECONDS))
      .orderBy('worker')
      .execute(),
});

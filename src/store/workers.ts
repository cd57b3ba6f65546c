// Workers that were heard of lately, by the database's clock.
import { sql } from 'kysely';
import type { Capabilities } from '../domain/capabilities.ts';
import { WORKER_SILENCE_SECONDS } from '../domain/workers.ts';
import type { WorkerStore } from '../runs/ports.ts';
import type { Context, Db } from './db.ts';

const ago = (seconds: number) => sql<string>`clock_timestamp() - make_interval(secs => ${seconds}::double precision)`;
/** Names of workers are never used again, so the dead ones have to go. */
const FORGET_SECONDS = 24 * 3600;

/** What those that take runs can. */
export async function liveWorkers(db: Db): Promise<Capabilities[]> {
  const { rows } = await sql<Capabilities>`
    select backend, memory_bytes, max_parameters from workers
    where tasks <> 'webhooks' and seen_at > ${ago(WORKER_SILENCE_SECONDS)} order by worker`.execute(db);
  return rows;
}

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
      .select(['worker', 'tasks', 'backend', 'device', 'gpus', 'memory_bytes', 'max_parameters', 'accelerator'])
      .where('seen_at', '>', ago(WORKER_SILENCE_SECONDS))
      .orderBy('worker')
      .execute(),
});

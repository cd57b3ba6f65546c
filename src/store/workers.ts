// Who takes runs, and what they can; and what a model's runs need.
import { sql } from 'kysely';
import type { Capabilities } from '../domain/capabilities.ts';
import type { QueueStore } from '../runs/queue-port.ts';
import { type Context, type Db, transact } from './db.ts';
import { append } from './ledger.ts';

/** A worker says that it is there at every sweep; one that has not for so long is not counted. */
const SILENT_SECONDS = 60;
/** And after so long it is forgotten. */
const GONE_HOURS = 24;

export async function liveWorkers(db: Db): Promise<Capabilities[]> {
  const { rows } = await sql<Capabilities>`
    select backend, memory_bytes, max_parameters from workers
    where seen_at > clock_timestamp() - make_interval(secs => ${SILENT_SECONDS}) order by id`.execute(db);
  return rows;
}

const FIELDS = ['max_wait_hours', 'promptness', 'backend', 'memory_bytes', 'updated_at'] as const;
const NOTHING = { max_wait_hours: null, promptness: null, backend: null, memory_bytes: null, updated_at: null };

const isModel = async (db: Db, tenant: string, id: string): Promise<boolean> => {
  const query = db.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  return (await query.executeTakeFirst()) !== undefined;
};

export const workersStore = (
  context: Context,
): Pick<QueueStore, 'workerSeen' | 'workerGone' | 'schedulingOf' | 'chooseScheduling'> => ({
  async workerSeen({ id, backend, memory_bytes, max_parameters, accelerator }) {
    await sql`
      insert into workers (id, backend, memory_bytes, max_parameters, accelerator, seen_at)
      values (${id}, ${backend}, ${memory_bytes}, ${max_parameters}, ${accelerator}, clock_timestamp())
      on conflict (id) do update set seen_at = excluded.seen_at`.execute(context.db);
    await sql`delete from workers where seen_at < clock_timestamp() - make_interval(hours => ${GONE_HOURS})`.execute(
      context.db,
    );
  },

  async workerGone(id) {
    await context.db.deleteFrom('workers').where('id', '=', id).execute();
  },

  async schedulingOf(tenant, modelId) {
    const query = context.db.selectFrom('model_scheduling').select(FIELDS).where('tenant_id', '=', tenant);
    const found = await query.where('model_id', '=', modelId).executeTakeFirst();
    return found ?? ((await isModel(context.db, tenant, modelId)) ? NOTHING : null);
  },

  chooseScheduling: (tenant, modelId, chosen, actor) =>
    transact(context, async (trx) => {
      if (!(await isModel(trx, tenant, modelId))) return false;
      const row = { ...chosen, updated_at: await context.now(trx) };
      await trx
        .insertInto('model_scheduling')
        .values({ tenant_id: tenant, model_id: modelId, ...row })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'model_id']).doUpdateSet(row))
        .execute();
      // what was decided was decided by what was chosen before
      await trx.deleteFrom('model_windows').where('tenant_id', '=', tenant).where('model_id', '=', modelId).execute();
      const data = { model_id: modelId, ...chosen };
      await append(context, trx, { tenant, type: 'model.scheduled', actor, data });
      return true;
    }),
});

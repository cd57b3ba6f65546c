// What somebody chose for the runs of a model.
import type { QueueStore } from '../runs/queue-port.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';

const FIELDS = ['max_wait_hours', 'promptness', 'backend', 'memory_bytes', 'updated_at'] as const;
const NOTHING = { max_wait_hours: null, promptness: null, backend: null, memory_bytes: null, updated_at: null };

const isModel = async (db: Db, tenant: string, id: string): Promise<boolean> => {
  const query = db.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  return (await query.executeTakeFirst()) !== undefined;
};

async function load(db: Db, tenant: string, modelId: string) {
  const query = db.selectFrom('model_scheduling').select(FIELDS).where('tenant_id', '=', tenant);
  return (await query.where('model_id', '=', modelId).executeTakeFirst()) ?? null;
}

/** One choice at a time; false: there is no such model. */
async function lockModel(trx: Trx, tenant: string, id: string): Promise<boolean> {
  const query = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  return (await query.forNoKeyUpdate().executeTakeFirst()) !== undefined;
}

export const schedulingStore = (context: Context): Pick<QueueStore, 'schedulingOf' | 'chooseScheduling'> => ({
  async schedulingOf(tenant, modelId) {
    const found = await load(context.db, tenant, modelId);
    return found ?? ((await isModel(context.db, tenant, modelId)) ? NOTHING : null);
  },

  chooseScheduling: (tenant, modelId, chosen, actor, check) =>
    transact(context, async (trx) => {
      if (!(await lockModel(trx, tenant, modelId))) return false;
      check?.((await load(trx, tenant, modelId)) ?? NOTHING);
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

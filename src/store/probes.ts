// Questions to a model, sealed: kept until they are read or their time is over.
import type { Probe, Store } from '../runs/ports.ts';
import type { Context } from './db.ts';

type ProbeMethods = 'createProbe' | 'getProbe' | 'takeProbe' | 'answerProbe' | 'deleteProbe' | 'deleteExpiredProbes';

export const probesStore = (context: Context): Pick<Store, ProbeMethods> => {
  const { db } = context;
  const unexpired = async (id: string) =>
    db
      .selectFrom('probes')
      .selectAll()
      .where('id', '=', id)
      .where('expires_at', '>', await context.now(db));
  const toProbe = (row?: Omit<Probe, 'tenant'> & { tenant_id: string }): Probe | null => {
    if (!row) return null;
    const { tenant_id, ...probe } = row;
    return { tenant: tenant_id, ...probe };
  };

  return {
    async createProbe({ tenant, ...probe }) {
      const fresh = { state: 'waiting', sealed_answers: null, error: null } as const;
      await db
        .insertInto('probes')
        .values({ tenant_id: tenant, ...probe, ...fresh })
        .execute();
    },

    async getProbe(tenant, id) {
      return toProbe(await (await unexpired(id)).where('tenant_id', '=', tenant).executeTakeFirst());
    },

    // not exclusive: after a worker was lost, the next one answers the same probe
    async takeProbe(id) {
      return toProbe(await (await unexpired(id)).where('state', '=', 'waiting').executeTakeFirst());
    },

    async answerProbe(id, outcome) {
      const change =
        'error' in outcome
          ? { state: 'failed' as const, error: outcome.error }
          : { state: 'answered' as const, sealed_answers: outcome.sealed_answers };
      await db.updateTable('probes').set(change).where('id', '=', id).where('state', '=', 'waiting').execute();
    },

    async deleteProbe(tenant, id) {
      await db.deleteFrom('probes').where('tenant_id', '=', tenant).where('id', '=', id).execute();
    },

    async deleteExpiredProbes() {
      const query = db.deleteFrom('probes').where('expires_at', '<=', await context.now(db));
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
};

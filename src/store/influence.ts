// Analyses of influence: a lease by the database's clock and a fence, as runs have them.
import { sql } from 'kysely';
import type {
  DestroyedRecords,
  InfluenceClaim,
  InfluenceStore,
  RecordPlace,
  StoredInfluence,
} from '../runs/influence-port.ts';
import { type Context, type Db, lockName, transact } from './db.ts';
import { leasesOf } from './leases.ts';
import type { Database } from './schema.ts';
import { placeRows } from './sets-tables.ts';

const COLUMNS = [
  ...(['id', 'tenant_id', 'model_id', 'checkpoint', 'asks', 'options', 'state', 'reason'] as const),
  ...(['sealed_query', 'sealed_findings', 'created_at', 'started_at', 'finished_at', 'expires_at'] as const),
] as const satisfies readonly (keyof Database['influence_analyses'])[];

const toAnalysis = (row: { tenant_id: string } & Omit<StoredInfluence, 'tenant'>): StoredInfluence => {
  const { tenant_id, ...rest } = row;
  return { ...rest, tenant: tenant_id };
};

interface InfluenceEnd {
  checkpoint?: string | null;
  sealed_findings?: string;
  reason?: string;
}

const leases = (context: Context) =>
  leasesOf(context, 'influence_analyses', (now) => sql<boolean>`expires_at > ${now}`);

const claims = (
  context: Context,
): Pick<
  InfluenceStore,
  'claimInfluence' | 'renewInfluence' | 'releaseInfluence' | 'finishInfluence' | 'influenceToRing'
> => {
  const { claim, renew, release, end, toRing } = leases(context);
  // the question goes with its end
  const close = (db: Db, id: string, fence: number, { reason, ...rest }: InfluenceEnd) =>
    end(db, id, fence, reason === undefined ? 'done' : 'failed', {
      ...rest,
      reason: reason ?? null,
      sealed_query: null,
    });
  return {
    async claimInfluence(id, worker, options) {
      const fence = await claim(id, worker, options, (trx, held, reason) => close(trx, id, held, { reason }));
      if (fence === null) return null;
      const query = context.db.selectFrom('influence_analyses').select(COLUMNS).where('id', '=', id);
      return { analysis: toAnalysis(await query.executeTakeFirstOrThrow()), fence } as InfluenceClaim;
    },
    renewInfluence: renew,
    releaseInfluence: release,
    finishInfluence: (id, fence, outcome) => close(context.db, id, fence, outcome),
    influenceToRing: toRing,
  };
};

const records = ({ db }: Context): Pick<InfluenceStore, 'recordsNaming' | 'erasedAmong'> => ({
  async recordsNaming(tenant, modelId, subjects) {
    const keys = subjects.map(({ key }) => key);
    const { rows } = await sql<RecordPlace>`
      select distinct s.corpus_id, s.ordinal from model_corpora mc
      join record_subjects s on s.tenant_id = mc.tenant_id and s.corpus_id = mc.corpus_id
      where mc.tenant_id = ${tenant} and mc.model_id = ${modelId} and mc.role = 'train'
        and s.subject_key = any(${keys}::text[]) and s.ordinal < mc.records
      order by s.corpus_id, s.ordinal`.execute(db);
    return rows;
  },

  async erasedAmong(tenant, modelId, given) {
    const { rows } = await sql<RecordPlace>`
      select e.corpus_id, e.ordinal from erased_records e
      join ${placeRows(given)} on g.corpus_id = e.corpus_id and g.ordinal = e.ordinal
      where e.tenant_id = ${tenant} and e.model_id = ${modelId}`.execute(db);
    return rows;
  },
});

export const influenceStore = (context: Context): InfluenceStore => {
  const { db } = context;
  return {
    ...claims(context),
    ...records(context),

    createInfluence: ({ tenant, options, ...analysis }, open) =>
      transact(context, async (trx) => {
        // so that two together do not pass a limit that each of them keeps
        await lockName(trx, `influence/${tenant}`);
        const now = await context.now(trx);
        const asked = trx.selectFrom('influence_analyses').select('id').where('tenant_id', '=', tenant);
        const waiting = asked.where('state', 'in', ['queued', 'running']).where('expires_at', '>', now);
        if ((await waiting.limit(open).execute()).length >= open) return false;
        // of a call that is made again a day later, and that nobody has swept yet
        await trx
          .deleteFrom('influence_analyses')
          .where('id', '=', analysis.id)
          .where('expires_at', '<=', now)
          .execute();
        const fresh = { state: 'queued', restarts: 0, fence: 0, created_at: now } as const;
        await trx
          .insertInto('influence_analyses')
          .values({ tenant_id: tenant, ...analysis, options: JSON.stringify(options), ...fresh })
          .execute();
        return true;
      }),

    async getInfluence(tenant, modelId, id) {
      const row = await db
        .selectFrom('influence_analyses')
        .select(COLUMNS)
        .where('tenant_id', '=', tenant)
        .where('model_id', '=', modelId)
        .where('id', '=', id)
        .where('expires_at', '>', await context.now(db))
        .executeTakeFirst();
      return row === undefined ? null : toAnalysis(row);
    },

    async keepersOf(digest) {
      const { rows } = await sql<DestroyedRecords>`
        select mc.model_id, count(d.ordinal)::int as destroyed from checkpoints c
        join model_corpora mc on mc.tenant_id = c.tenant_id and mc.model_id = c.model_id and mc.role = 'train'
        left join destroyed_records d
          on d.tenant_id = mc.tenant_id and d.corpus_id = mc.corpus_id and d.ordinal < mc.records
        where c.digest = ${digest} and c.state <> 'deleted' group by mc.model_id`.execute(db);
      return rows;
    },

    async deleteExpiredInfluence() {
      const query = db.deleteFrom('influence_analyses').where('expires_at', '<=', await context.now(db));
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
};

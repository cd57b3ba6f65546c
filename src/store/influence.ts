// Analyses of influence: a lease by the database's clock and a fence, as runs have them.
import { sql } from 'kysely';
import type { InfluenceClaim, InfluenceStore, RecordPlace, StoredInfluence } from '../runs/influence-port.ts';
import { type Context, transact } from './db.ts';
import type { Database } from './schema.ts';

const COLUMNS = [
  ...(['id', 'tenant_id', 'model_id', 'checkpoint', 'asks', 'options', 'state', 'reason'] as const),
  ...(['sealed_query', 'sealed_findings', 'created_at', 'started_at', 'finished_at', 'expires_at'] as const),
] as const satisfies readonly (keyof Database['influence_analyses'])[];

const leaseUntil = (ms: number) =>
  sql<string>`clock_timestamp() + make_interval(secs => ${ms / 1000}::double precision)`;
const leaseIsOver = sql<boolean>`coalesce(lease_expires_at <= clock_timestamp(), true)`;

const toAnalysis = (row: { tenant_id: string } & Omit<StoredInfluence, 'tenant'>): StoredInfluence => {
  const { tenant_id, ...rest } = row;
  return { ...rest, tenant: tenant_id };
};

/** Ends one that still has this fence; who had it may not write any more. */
async function end(
  context: Context,
  id: string,
  fence: number,
  change: { state: 'done' | 'failed'; reason?: string; sealed_findings?: string; checkpoint?: string | null },
): Promise<boolean> {
  const { db } = context;
  const at = await context.now(db);
  const result = await db
    .updateTable('influence_analyses')
    .set({ ...change, sealed_query: null, finished_at: at, lease_owner: null, lease_expires_at: null })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

const claims = (context: Context): Pick<InfluenceStore, 'claimInfluence' | 'renewInfluence' | 'releaseInfluence'> => ({
  async claimInfluence(id, worker, { lease_ms, max_restarts }) {
    const taken = await transact(context, async (trx) => {
      const found = await trx
        .selectFrom('influence_analyses')
        .select(['state', 'fence', 'restarts', leaseIsOver.as('over')])
        .where('id', '=', id)
        .where('state', 'in', ['queued', 'running'])
        .where('expires_at', '>', await context.now(trx))
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (!found || (found.state === 'running' && !found.over)) return null;
      const restarts = found.restarts + (found.state === 'running' ? 1 : 0);
      const fence = found.fence + 1;
      const row = await trx
        .updateTable('influence_analyses')
        .set({ state: 'running', restarts, fence, lease_owner: worker, lease_expires_at: leaseUntil(lease_ms) })
        .set({ started_at: await context.now(trx) })
        .where('id', '=', id)
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
      return { analysis: toAnalysis(row), fence, restarts };
    });
    if (taken === null) return null;
    const { analysis, fence, restarts } = taken;
    if (restarts <= max_restarts) return { analysis, fence } as InfluenceClaim;
    const reason = `The analysis was started ${restarts} times and its worker was lost each time.`;
    await end(context, id, fence, { state: 'failed', reason });
    return null;
  },

  async renewInfluence(id, fence, lease_ms) {
    const query = context.db.updateTable('influence_analyses').set({ lease_expires_at: leaseUntil(lease_ms) });
    const mine = query.where('id', '=', id).where('fence', '=', fence).where('state', '=', 'running');
    return (await mine.executeTakeFirst()).numUpdatedRows > 0n;
  },

  async releaseInfluence(id, fence) {
    const back = { state: 'queued', lease_owner: null, lease_expires_at: null, started_at: null } as const;
    const query = context.db.updateTable('influence_analyses').set(back);
    const mine = query.where('id', '=', id).where('fence', '=', fence).where('state', '=', 'running');
    return (await mine.executeTakeFirst()).numUpdatedRows > 0n;
  },
});

/** Records as two arrays, which Postgres makes rows of. */
const columns = (records: readonly RecordPlace[]) => ({
  ids: records.map(({ corpus_id }) => corpus_id),
  ordinals: records.map(({ ordinal }) => ordinal),
});

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
    const { ids, ordinals } = columns(given);
    const { rows } = await sql<RecordPlace>`
      select e.corpus_id, e.ordinal from erased_records e
      join unnest(${ids}::uuid[], ${ordinals}::integer[]) as g (corpus_id, ordinal)
        on g.corpus_id = e.corpus_id and g.ordinal = e.ordinal
      where e.tenant_id = ${tenant} and e.model_id = ${modelId}`.execute(db);
    return rows;
  },
});

export const influenceStore = (context: Context): InfluenceStore => {
  const { db } = context;
  return {
    ...claims(context),
    ...records(context),

    async createInfluence({ tenant, options, ...analysis }) {
      const fresh = { state: 'queued', restarts: 0, fence: 0, created_at: await context.now(db) } as const;
      await db
        .insertInto('influence_analyses')
        .values({ tenant_id: tenant, ...analysis, options: JSON.stringify(options), ...fresh })
        .execute();
    },

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

    finishInfluence: (id, fence, outcome) =>
      end(context, id, fence, { state: 'reason' in outcome ? 'failed' : 'done', ...outcome }),

    async influenceToRing() {
      const open = db
        .selectFrom('influence_analyses')
        .select('id')
        .where('expires_at', '>', await context.now(db));
      const waiting = open.where((eb) =>
        eb.or([eb('state', '=', 'queued'), eb.and([eb('state', '=', 'running'), leaseIsOver])]),
      );
      return (await waiting.orderBy('id').execute()).map(({ id }) => id);
    },

    async checkpointIsKept(digest) {
      const kept = db.selectFrom('checkpoints').select('digest').where('digest', '=', digest);
      return (await kept.where('state', '<>', 'deleted').limit(1).executeTakeFirst()) !== undefined;
    },

    async deleteExpiredInfluence() {
      const query = db.deleteFrom('influence_analyses').where('expires_at', '<=', await context.now(db));
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
};

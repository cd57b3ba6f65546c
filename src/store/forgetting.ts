// What published runs have taken of a model, and the consolidations that were queued for that.
import { type ExpressionBuilder, sql } from 'kysely';
import type { Consolidation } from '../domain/forgetting.ts';
import type { ForgettingStore, PublishedRun } from '../runs/forgetting-port.ts';
import { openConsolidation } from './consolidations.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';
import { removedBeforeStore } from './removed-before.ts';
import type { Database } from './schema.ts';

/** State follows from that of the run: where another run published first, or the worker gave up on an empty run, it waits again. */
const STATE = sql<Consolidation['state']>`case
  when c.dropped_at is not null then 'dropped'
  when r.state is null or r.state in ('superseded', 'cancelled') then 'waiting'
  when r.state = 'published' then 'done'
  when r.state in ('needs_review', 'failed') then 'failed'
  else 'running' end`;

/** Reports are large: of each what the line needs. */
async function publishedRuns({ db }: Context, tenant: string, modelId: string) {
  const first = db.selectFrom('checkpoints').select(['digest as checkpoint', 'created_at as at']);
  const registered = await first
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', modelId)
    .where('run_id', 'is', null)
    .where('parent_digest', 'is', null)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst();
  if (!registered) return null;
  const { rows } = await sql<PublishedRun>`
    select r.id as run_id, r.kind, r.candidate as checkpoint, r.finished_at as published_at,
      coalesce(a.method, '') as method, coalesce(a.certified, false) as certified,
      coalesce(a.base_saw, false) as base_saw, (r.counts->>'requests')::int as requests,
      (r.counts->>'people')::int as people, (r.counts->>'forget_records')::int
        - coalesce((r.counts->>'again_records')::int, 0) as records,
      jsonb_build_object(
        'retain', coalesce((select jsonb_agg(f - 'interval' - 'note' - 'threshold')
          from jsonb_array_elements(r.verification->'findings') f where f->>'set' = 'retain'), '[]'),
        'before', r.verification->'before') as report
    from runs r
    left join lateral (
      select a.attempt->'method'->>'name' as method, a.attempt->'certified' is not null as certified,
        (a.attempt->>'base_saw')::boolean as base_saw
      from run_attempts a
      where a.tenant_id = r.tenant_id and a.run_id = r.id and a.attempt->>'candidate' = r.candidate
      order by a.position desc limit 1
    ) a on true
    where r.tenant_id = ${tenant} and r.model_id = ${modelId} and r.state = 'published'
    order by r.finished_at, r.id`.execute(db);
  return { runs: rows, registered };
}

/** Runs of which nothing came that the line has. */
const overtaken = (eb: ExpressionBuilder<Database, 'consolidations'>, tenant: string) =>
  eb
    .selectFrom('runs')
    .select('runs.id')
    .where('runs.tenant_id', '=', tenant)
    .where('runs.state', 'in', ['superseded', 'cancelled']);

export const forgettingStore = (context: Context): ForgettingStore => ({
  ...removedBeforeStore(context),
  publishedRuns: (tenant, modelId) => publishedRuns(context, tenant, modelId),

  async consolidationOf(tenant, modelId) {
    const { rows } = await sql<Consolidation>`
      select c.id, ${STATE} as state, c.why, c.reason, c.run_id, c.created_at
      from consolidations c left join runs r on r.tenant_id = c.tenant_id and r.id = c.run_id
      where c.tenant_id = ${tenant} and c.model_id = ${modelId}
      order by c.created_at desc, c.id desc limit 1`.execute(context.db);
    return rows[0] ?? null;
  },

  async hasConsolidation(tenant, id) {
    const query = context.db.selectFrom('consolidations').select('id').where('tenant_id', '=', tenant);
    return (await query.where('id', '=', id).executeTakeFirst()) !== undefined;
  },

  queueConsolidation: (one) =>
    transact(context, async (trx) => {
      const { id, tenant, model_id, why, reason, actor } = one;
      // two at once would both find none
      const model = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', model_id);
      await model.forNoKeyUpdate().executeTakeFirstOrThrow();
      const open = await openConsolidation(trx, tenant, model_id);
      if (open !== null) return { status: 'open', id: open.id };
      const created_at = await context.now(trx);
      const row = { id, tenant_id: tenant, model_id, why, reason, created_by: actor, created_at };
      await trx
        .insertInto('consolidations')
        .values({ ...row, run_id: null, dropped_at: null })
        .execute();
      const data = { consolidation_id: id, model_id, why };
      await append(context, trx, { tenant, type: 'consolidation.queued', actor, data });
      return { status: 'queued' };
    }),

  modelsToJudge: () =>
    context.db
      .selectFrom('runs')
      .select(['tenant_id as tenant', 'model_id'])
      .where('state', '=', 'published')
      .where('budget_judged_at', 'is', null)
      .distinct()
      .execute(),

  async noteJudged(tenant, runIds) {
    if (runIds.length === 0) return;
    await context.db
      .updateTable('runs')
      .set({ budget_judged_at: await context.now(context.db) })
      .where('tenant_id', '=', tenant)
      .where('id', 'in', [...runIds])
      .where('budget_judged_at', 'is', null)
      .execute();
  },

  dropConsolidation: (tenant, id, actor) =>
    transact(context, async (trx) => {
      const row = await trx
        .updateTable('consolidations')
        .set({ dropped_at: await context.now(trx) })
        .where('tenant_id', '=', tenant)
        .where('id', '=', id)
        .where('dropped_at', 'is', null)
        .where((eb) => eb.or([eb('run_id', 'is', null), eb('run_id', 'in', overtaken(eb, tenant))]))
        .returning('model_id')
        .executeTakeFirst();
      if (!row) return;
      const data = { consolidation_id: id, model_id: row.model_id };
      await append(context, trx, { tenant, type: 'consolidation.dropped', actor, data });
    }),
});

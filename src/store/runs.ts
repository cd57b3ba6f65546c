// Runs as they are read, and what a worker reports while it works.
import { sql } from 'kysely';
import type { Attempt, Run } from '../domain/resources.ts';
import type { Store } from '../runs/ports.ts';
import { beyond, type Context, type Db, toPage, transact } from './db.ts';

const COLUMNS = [
  'id',
  'kind',
  'model_id',
  'state',
  'reason',
  'plan',
  'parent',
  'candidate',
  'verdict',
  'split_of',
  'counts',
  'progress',
  'restarts',
  'created_at',
  'started_at',
  'finished_at',
  'updated_at',
  'version',
] as const;

const requestIds = sql<string[]>`array(
  select distinct t.request_id from run_targets t
  where t.tenant_id = runs.tenant_id and t.run_id = runs.id order by t.request_id)`.as('request_ids');
const attempts = sql<Attempt[]>`coalesce((
  select jsonb_agg(a.attempt order by a.position) from run_attempts a
  where a.tenant_id = runs.tenant_id and a.run_id = runs.id), '[]')`.as('attempts');

export async function loadRun(db: Db, tenant: string, id: string): Promise<Run | null> {
  const query = db.selectFrom('runs').select(COLUMNS).select([requestIds, attempts]);
  return (await query.where('tenant_id', '=', tenant).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Attempts that estimates look at: a machine may have changed since older ones. */
const PAST = 20;

export const exactTriesStore = ({ db }: Context): Pick<Store, 'exactTries'> => ({
  async exactTries({ tenant, run }) {
    // a run that was split was about other people: its parts are other models by themselves
    const { rows } = await sql<{ tries: number }>`
      select count(distinct (a.run_id, a.position))::int as tries from run_targets mine
      join run_targets t on t.tenant_id = mine.tenant_id and t.target_id = mine.target_id and t.run_id <> mine.run_id
      join runs r on r.tenant_id = t.tenant_id and r.id = t.run_id and r.state = 'needs_review'
      join run_attempts a on a.tenant_id = r.tenant_id and a.run_id = r.id
        and a.attempt->'method'->>'name' = 'retrain' and a.attempt->>'verdict' = 'failed'
      where mine.tenant_id = ${tenant} and mine.run_id = ${run.id}`.execute(db);
    return rows[0]!.tries;
  },
});

type Reads = Pick<Store, 'getRun' | 'listRuns' | 'getCurve' | 'getVerification' | 'registeredReport' | 'pastAttempts'>;

export const runsStore = ({ db }: Context): Reads => ({
  getRun: (tenant, id) => loadRun(db, tenant, id),

  async listRuns(tenant, query) {
    const rows: Run[] = await db
      .selectFrom('runs')
      .select(COLUMNS)
      .select([requestIds, attempts])
      .where('tenant_id', '=', tenant)
      .$if(query.model_id !== undefined, (q) => q.where('model_id', '=', query.model_id!))
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return toPage(rows, query, (row) => row.created_at);
  },

  getCurve: (tenant, runId) =>
    db
      .selectFrom('run_curves')
      .select(['step', 'phase', 'forget_loss', 'retain_loss'])
      .where('tenant_id', '=', tenant)
      .where('run_id', '=', runId)
      .orderBy('position')
      .execute(),

  async getVerification(tenant, runId) {
    const query = db.selectFrom('runs').select('verification').where('tenant_id', '=', tenant);
    return (await query.where('id', '=', runId).executeTakeFirst())?.verification ?? null;
  },

  pastAttempts: (tenant, modelId) =>
    db
      .selectFrom('run_attempts as a')
      .innerJoin('runs as r', (join) => join.onRef('r.tenant_id', '=', 'a.tenant_id').onRef('r.id', '=', 'a.run_id'))
      .select(['a.attempt', 'r.counts'])
      .where('a.tenant_id', '=', tenant)
      .where('r.model_id', '=', modelId)
      .where('r.finished_at', 'is not', null)
      .orderBy('r.created_at', 'desc')
      .orderBy('r.id', 'desc')
      .orderBy('a.position', 'desc')
      .limit(PAST)
      .execute(),

  async registeredReport({ tenant, model, run }) {
    const row = await db
      .selectFrom('run_attempts as a')
      .innerJoin('runs as r', (join) => join.onRef('r.tenant_id', '=', 'a.tenant_id').onRef('r.id', '=', 'a.run_id'))
      .innerJoin('checkpoints as c', (join) =>
        join
          .onRef('c.tenant_id', '=', 'r.tenant_id')
          .onRef('c.model_id', '=', 'r.model_id')
          .onRef('c.digest', '=', 'r.parent'),
      )
      .select('a.report')
      .where('a.tenant_id', '=', tenant)
      .where('a.report', 'is not', null)
      .where('r.model_id', '=', model.id)
      .where('c.parent_digest', 'is', null)
      .where('c.digest', '!=', run.parent)
      .orderBy('r.created_at')
      .orderBy('r.id')
      .orderBy('a.position')
      .limit(1)
      .executeTakeFirst();
    return row?.report ?? null;
  },
});

export const reportsStore = (context: Context): Pick<Store, 'saveProgress' | 'saveAttempt'> => ({
  saveProgress: (runId, fence, progress, points) =>
    transact(context, async (trx) => {
      const run = await trx
        .updateTable('runs')
        .set((eb) => ({
          progress: JSON.stringify(progress),
          updated_at: progress.updated_at,
          version: eb('version', '+', 1),
        }))
        .where('id', '=', runId)
        .where('fence', '=', fence)
        .returning('tenant_id')
        .executeTakeFirst();
      if (!run) return false;
      const rows = points.map((point) => ({ tenant_id: run.tenant_id, run_id: runId, ...point }));
      if (rows.length > 0) await trx.insertInto('run_curves').values(rows).execute();
      return true;
    }),

  // the same method with the same seed is the same attempt: saved again, it replaces what a killed worker left
  saveAttempt: (runId, fence, attempt, report) =>
    transact(context, async (trx) => {
      const at = await context.now(trx);
      const run = await trx
        .updateTable('runs')
        .set((eb) => ({
          updated_at: at,
          version: eb('version', '+', 1),
          ...(report ? { verification: JSON.stringify(report) } : {}),
        }))
        .where('id', '=', runId)
        .where('fence', '=', fence)
        .returning('tenant_id')
        .executeTakeFirst();
      if (!run) return false;
      const { rows } = await sql<{ position: number }>`
        select coalesce(
          min(position) filter (where attempt->'method' = ${JSON.stringify(attempt.method)}::jsonb
            and attempt->'seed' = ${JSON.stringify(attempt.seed)}::jsonb),
          max(position) + 1, 0) as position
        from run_attempts where tenant_id = ${run.tenant_id} and run_id = ${runId}`.execute(trx);
      const values = { attempt: JSON.stringify(attempt), report: report && JSON.stringify(report) };
      await trx
        .insertInto('run_attempts')
        .values({ tenant_id: run.tenant_id, run_id: runId, position: rows[0]!.position, ...values })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id', 'position']).doUpdateSet(values))
        .execute();
      return true;
    }),
});

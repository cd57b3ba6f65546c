// Models: named lines of checkpoints, with the alias `active`.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Model } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { NewCheckpoint, Store } from '../runs/ports.ts';
import type { Asks } from './asks.ts';
import { checkpointRows, lockCheckpoint } from './checkpoints.ts';
import { beyond, type Context, type Db, type Trx, toPage, transact } from './db.ts';
import { lastVerification } from './last-verification.ts';
import { append } from './ledger.ts';
import { noteInUse } from './recipients.ts';

const COLUMNS = [
  'id',
  'name',
  'architecture',
  'parameters',
  'active',
  'has_recipe',
  'rows',
  'warnings',
  'created_at',
  'updated_at',
] as const;

const corporaOf = sql<Model['corpora']>`coalesce((
  select jsonb_agg(jsonb_build_object('corpus_id', c.corpus_id, 'role', c.role, 'records', c.records) order by c.position)
  from model_corpora c where c.tenant_id = models.tenant_id and c.model_id = models.id), '[]')`.as('corpora');
const ofActive = lastVerification({ tenant: 'models.tenant_id', model: 'models.id', digest: 'models.active' }).as(
  'last_verification',
);

/** Inserts a checkpoint row; the alias and the states of other checkpoints are the caller's. */
export async function insertCheckpoint(
  trx: Trx,
  owner: { tenant: string; model_id: string; at: string },
  checkpoint: NewCheckpoint,
): Promise<void> {
  const { digest, parent_digest, run_id, bytes } = checkpoint;
  await trx
    .insertInto('checkpoints')
    .values({
      tenant_id: owner.tenant,
      model_id: owner.model_id,
      digest,
      parent_digest,
      run_id,
      state: 'active',
      manifest: JSON.stringify(checkpoint.manifest),
      bytes,
      created_at: owner.at,
      ...{ delete_after: null, deleted_at: null },
    })
    // training again gives the same bytes again, where the first time was rolled back
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'model_id', 'digest'])
        .doUpdateSet({ state: 'active', run_id, parent_digest, delete_after: null, deleted_at: null }),
    )
    .execute();
}

/** One that was deleted as well, where `deleted` says so: runs and requests go on to name it. */
export async function loadModel(db: Db, tenant: string, id: string, deleted = true): Promise<Model | null> {
  const query = db.selectFrom('models').select(COLUMNS).select([corporaOf, ofActive]).where('tenant_id', '=', tenant);
  const there = deleted ? query : query.where('deleted_at', 'is', null);
  return (await there.where('id', '=', id).executeTakeFirst()) ?? null;
}

export async function modelNames(
  { ask }: Asks,
  tenant: string,
  ids: ReadonlySet<string>,
): Promise<Map<string, string>> {
  if (ids.size === 0) return new Map();
  const rows = await ask<{ id: string; name: string }>({
    text: 'select id, name from models where tenant_id = $1 and id = any($2::uuid[])',
    values: [tenant, [...ids]],
  });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

type NewModel = Parameters<Store['createModel']>[1];

/** Records of the model's corpora; locks these, so that no upload changes them meanwhile, and to write down that they are used. */
async function lockCorpora(trx: Trx, tenant: string, model: NewModel): Promise<Map<string, number>> {
  const ids = model.corpora.map((corpus) => corpus.corpus_id);
  if (ids.length === 0) return new Map();
  if (new Set(ids).size < ids.length) {
    throw new ExpungeError('validation-failed', '`corpora` names a corpus twice; give every corpus one role.');
  }
  const query = trx.selectFrom('corpora').select(['id', 'records']).where('tenant_id', '=', tenant);
  const known = await query
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  return new Map(known.map(({ id, records }) => [id, records]));
}

async function insertModel(
  trx: Trx,
  tenant: string,
  model: NewModel,
  held: ReadonlyMap<string, number>,
  at: string,
): Promise<string | null> {
  const { id = uuid(), name, architecture, parameters, has_recipe, checkpoint } = model;
  const times = { created_at: at, updated_at: at };
  const row = await trx
    .insertInto('models')
    .values({
      ...{ id, tenant_id: tenant, name, architecture, parameters, has_recipe, ...times },
      active: checkpoint.digest,
      rows: model.rows ? JSON.stringify(model.rows) : null,
      warnings: JSON.stringify(model.warnings),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).where('deleted_at', 'is', null).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) return null;
  const corpora = model.corpora.map(({ corpus_id, role, records }, position) => ({
    ...{ tenant_id: tenant, model_id: id, corpus_id, role, position },
    records: records ?? held.get(corpus_id)!,
  }));
  if (corpora.length > 0) await trx.insertInto('model_corpora').values(corpora).execute();
  for (const { corpus_id, records } of corpora)
    await trx
      .updateTable('corpora')
      .set({ used_records: records })
      .where('tenant_id', '=', tenant)
      .where('id', '=', corpus_id)
      .where('used_records', '<', records)
      .execute();
  await insertCheckpoint(trx, { tenant, model_id: id, at }, checkpoint);
  await noteInUse(trx, tenant, checkpoint.digest);
  return id;
}

export const modelsStore = (
  context: Context,
): Pick<Store, 'createModel' | 'getModel' | 'listModels' | 'listCheckpoints'> => ({
  createModel: (tenant, model, actor, present) =>
    transact(context, async (trx) => {
      await lockCheckpoint(trx, model.checkpoint.digest);
      if (present && !(await present())) return { status: 'checkpoint_gone' };
      const held = await lockCorpora(trx, tenant, model);
      const unknown = model.corpora.find(({ corpus_id }) => !held.has(corpus_id));
      if (unknown) return { status: 'unknown_corpus', corpus_id: unknown.corpus_id };
      const id = await insertModel(trx, tenant, model, held, await context.now(trx));
      if (id === null) {
        const named = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant);
        const taken = await named
          .where('name', '=', model.name)
          .where('deleted_at', 'is', null)
          .executeTakeFirstOrThrow();
        // an earlier try of the same call, whose commit came late
        if (taken.id === model.id) return { status: 'created', model: (await loadModel(trx, tenant, taken.id))! };
        return { status: 'name_taken', id: taken.id };
      }
      const data = { model_id: id, checkpoint: model.checkpoint.digest, corpora: model.corpora };
      await append(context, trx, { tenant, type: 'model.registered', actor, data });
      return { status: 'created', model: (await loadModel(trx, tenant, id))! };
    }),

  getModel: (tenant, id, deleted = false) => loadModel(context.db, tenant, id, deleted),

  async listModels(tenant, query) {
    const rows = await context.db
      .selectFrom('models')
      .select(COLUMNS)
      .select([corporaOf, ofActive])
      .where('tenant_id', '=', tenant)
      .where('deleted_at', 'is', null)
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return toPage(rows, query, (row) => row.created_at);
  },

  listCheckpoints: (tenant, modelId) =>
    checkpointRows(context.db)
      .where('tenant_id', '=', tenant)
      .where('model_id', '=', modelId)
      .orderBy('created_at', 'desc')
      .orderBy('digest')
      .execute(),
});

// Deleting a model or a corpus: refused while something needs it, then at once, with an entry of the ledger; files go after.
import { hash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Corpus, Model } from '../domain/resources.ts';
import { OPEN_STATES } from '../domain/states.ts';
import type { EndingAsked, EndingStore } from '../runs/ports.ts';
import { UNCERTIFIED } from './certificates.ts';
import { loadCorpus } from './corpora.ts';
import { type Context, type Trx, transact } from './db.ts';
import { eraseCorpus, eraseModel } from './erase.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';

/** Named in a refusal; there may be thousands. */
const MOST_NAMED = 10;

/** Paths of what has not ended, or waits for its certificate, and needs the model. */
async function needsModel(trx: Trx, tenant: string, id: string): Promise<string[]> {
  const { rows } = await sql<{ path: string }>`
    select path from (
      select 1 as rank, '/v1/runs/' || id as path from runs
        where tenant_id = ${tenant} and model_id = ${id} and finished_at is null
      union all
      select 2, '/v1/deletion-requests/' || request_id from request_targets
        where tenant_id = ${tenant} and model_id = ${id} and state = any(${[...OPEN_STATES]}::text[])
      union all
      select 3, '/v1/verifications/' || id from verifications
        where tenant_id = ${tenant} and model_id = ${id} and finished_at is null
      union all
      select 4, '/v1/models/' || model_id || '/influence/' || id from influence_analyses
        where tenant_id = ${tenant} and model_id = ${id} and state in ('queued', 'running')
      union all
      select 5, '/v1/deletion-requests/' || request_id from (${UNCERTIFIED}) u where tenant = ${tenant} and model_id = ${id}
    ) needs order by rank, path limit ${MOST_NAMED}`.execute(trx);
  return rows.map((row) => row.path);
}

/** What the ledger says of the words, which stay in a row that can be erased. */
async function keepReason(
  trx: Trx,
  table: 'models' | 'corpora',
  { tenant, id, reason }: Pick<EndingAsked<never>, 'tenant' | 'id' | 'reason'>,
): Promise<{ reason_digest?: string }> {
  if (reason === null) return {};
  const salt = randomBytes(16).toString('hex');
  await sql`
    update ${sql.table(table)} set deletion_reason = ${reason}, deletion_salt = ${salt}
    where tenant_id = ${tenant} and id = ${id}`.execute(trx);
  return { reason_digest: `sha256:${hash('sha256', `${salt} ${reason}`)}` };
}

async function deleteModel(context: Context, trx: Trx, asked: EndingAsked<Model>) {
  const { tenant, id, actor } = asked;
  // claims and publications of this model wait, or come first; what an intake adds to it meanwhile, the next claim ends
  const row = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  const held = await row.where('deleted_at', 'is', null).forUpdate().executeTakeFirst();
  if (held === undefined) return { status: 'unknown' } as const;
  const was = (await loadModel(trx, tenant, id))!;
  asked.check(was);
  const by = await needsModel(trx, tenant, id);
  if (by.length > 0) return { status: 'in_use', by } as const;
  const checkpoints = trx.selectFrom('checkpoints').select('digest').where('tenant_id', '=', tenant);
  const rows = await checkpoints.where('model_id', '=', id).where('state', '<>', 'deleted').execute();
  const digests = rows.map(({ digest }) => digest);
  await eraseModel(trx, { tenant, id }, await context.now(trx));
  const untold = await sql<{ count: number }>`
    select count(distinct recipient)::int as count from recipients r
    where r.tenant_id = ${tenant} and r.digest = any(${digests}::text[]) and r.told_at is null
      and not exists (select from models m where m.tenant_id = ${tenant} and m.active = r.digest and m.deleted_at is null)`.execute(
    trx,
  );
  const why = await keepReason(trx, 'models', asked);
  const data = { model_id: id, checkpoints: digests, recipients: untold.rows[0]!.count, ...why };
  await append(context, trx, { tenant, type: 'model.deleted', actor, data });
  return { status: 'deleted', was, digests } as const;
}

async function deleteCorpus(context: Context, trx: Trx, asked: EndingAsked<Corpus>) {
  const { tenant, id, actor } = asked;
  // registrations of models and uploads hold the same row
  const row = trx.selectFrom('corpora').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  const held = await row.where('deleted_at', 'is', null).forUpdate().executeTakeFirst();
  if (held === undefined) return { status: 'unknown' } as const;
  const was = (await loadCorpus(trx, tenant, id))!;
  asked.check(was);
  const users = trx.selectFrom('model_corpora').select('model_id').where('tenant_id', '=', tenant);
  const models = await users.where('corpus_id', '=', id).orderBy('model_id').limit(MOST_NAMED).execute();
  if (models.length > 0)
    return { status: 'in_use', by: models.map(({ model_id }) => `/v1/models/${model_id}`) } as const;
  await eraseCorpus(trx, { tenant, id }, await context.now(trx));
  const why = await keepReason(trx, 'corpora', asked);
  const data = { corpus_id: id, digest: was.digest, records: was.records, ...why };
  await append(context, trx, { tenant, type: 'corpus.deleted', actor, data });
  return { status: 'deleted', was } as const;
}

export const endingStore = (context: Context): EndingStore => ({
  deleteModel: (asked) => transact(context, (trx) => deleteModel(context, trx, asked)),
  deleteCorpus: (asked) => transact(context, (trx) => deleteCorpus(context, trx, asked)),

  corporaToRemove: () =>
    context.db
      .selectFrom('corpora')
      .select(['tenant_id as tenant', 'id'])
      .where('deleted_at', 'is not', null)
      .where('text_removed_at', 'is', null)
      .execute(),

  noteTextRemoved: ({ tenant, id }, actor) =>
    transact(context, async (trx) => {
      const text_removed_at = await context.now(trx);
      const row = await trx
        .updateTable('corpora')
        .set({ text_removed_at })
        .where('tenant_id', '=', tenant)
        .where('id', '=', id)
        .where('deleted_at', 'is not', null)
        .where('text_removed_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (row === undefined) return false;
      await append(context, trx, { tenant, type: 'corpus.text_removed', actor, data: { corpus_id: id } });
      return true;
    }),
});

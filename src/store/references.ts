// Retrained models that are kept for verifications: found by what they were made from, gone as soon as one saw somebody erased.
import { sql } from 'kysely';
import type { Claim, DueReference, NewReference, ReferenceLimits, ReferenceStore } from '../runs/ports.ts';
import { lockCheckpoint } from './checkpoints.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { lockRun } from './moves.ts';
import { namedByRun } from './named-by-run.ts';

/**
 * It saw what is erased from its model since, unless its own run was to forget that as well. What was erased before it was trained is known
 * by the runs that did it, so no clock decides.
 */
const SAW_ERASED = sql<boolean>`exists (
  select from erased_records e
  where e.tenant_id = r.tenant_id and e.model_id = r.model_id and e.run_id <> all (r.erased_runs) and not exists (
    select from reference_left_out l
    where l.tenant_id = r.tenant_id and l.model_id = r.model_id and l.key = r.key
      and l.corpus_id = e.corpus_id and l.ordinal = e.ordinal))`;

async function due(db: Db, now: string, limits: ReferenceLimits, only?: DueReference): Promise<DueReference[]> {
  const unused = sql`r.used_at <= ${now}::timestamptz - make_interval(secs => ${limits.unused_ms / 1000}::double precision)`;
  const { rows } = await sql<DueReference>`
    select tenant, model_id, key, digest, case when saw then 'saw_erased' when unused then 'unused' else 'space' end as reason
    from (
      select r.tenant_id as tenant, r.model_id, r.key, r.digest, r.used_at, ${SAW_ERASED} as saw, ${unused} as unused,
        sum(r.bytes) over (order by r.used_at desc, r.key) > ${limits.bytes} as too_much,
        exists (select from runs o where o.tenant_id = r.tenant_id and o.model_id = r.model_id and o.finished_at is null) as in_use
      from retrained_references r
    ) kept
    where (saw or (not in_use and (unused or too_much)))
      and (${only === undefined} or (tenant, model_id, key, digest) =
        (${only?.tenant ?? ''}, ${only?.model_id ?? null}::uuid, ${only?.key ?? ''}, ${only?.digest ?? ''}))
    order by used_at, key`.execute(db);
  return rows;
}

/** A training of a run without the same people is the same to the bit: what it published, or is about to, has these files too. */
async function isCheckpoint(trx: Trx, digest: string): Promise<boolean> {
  const { rows } = await sql`
    select from checkpoints where digest = ${digest} and state <> 'deleted'
    union all select from runs where candidate = ${digest} and finished_at is null limit 1`.execute(trx);
  return rows.length > 0;
}

async function keep(context: Context, trx: Trx, claim: Claim, reference: NewReference, actor: string): Promise<void> {
  const { tenant, model, run } = claim;
  const { key, digest, bytes } = reference;
  const at = await context.now(trx);
  const own = trx.deleteFrom('retrained_references').where('tenant_id', '=', tenant).where('model_id', '=', model.id);
  await own.where('key', '=', key).execute();
  await sql`
    insert into retrained_references (tenant_id, model_id, key, digest, run_id, bytes, erased_runs, created_at, used_at)
    values (${tenant}, ${model.id}, ${key}, ${digest}, ${run.id}, ${bytes}, array(
      select distinct e.run_id from erased_records e where e.tenant_id = ${tenant} and e.model_id = ${model.id}
    ), ${at}, ${at})`.execute(trx);
  await sql`
    insert into reference_left_out (tenant_id, model_id, key, corpus_id, ordinal)
    select ${tenant}, ${model.id}::uuid, ${key}, corpus_id, ordinal from ${namedByRun(claim)} named`.execute(trx);
  const data = { run_id: run.id, model_id: model.id, digest, made_from: key };
  await append(context, trx, { tenant, type: 'reference.trained', actor, data });
}

export const referencesStore = (context: Context): ReferenceStore => ({
  keptReferences: (tenant) =>
    context.db
      .selectFrom('retrained_references')
      .select(['model_id', 'digest', 'created_at', 'used_at'])
      .where('tenant_id', '=', tenant)
      .orderBy('created_at')
      .orderBy('key')
      .execute(),

  async takeReference({ tenant, model }, key) {
    const row = await context.db
      .updateTable('retrained_references')
      .set({ used_at: await context.now(context.db) })
      .where('tenant_id', '=', tenant)
      .where('model_id', '=', model.id)
      .where('key', '=', key)
      .returning('digest')
      .executeTakeFirst();
    return row?.digest ?? null;
  },

  keepReference: (claim, reference, actor) =>
    transact(context, async (trx) => {
      if ((await lockRun(trx, claim)) === null) return false;
      await keep(context, trx, claim, reference, actor);
      return true;
    }),

  dueReferences: async (limits) => due(context.db, await context.now(context.db), limits),

  dropReference: (named, limits, actor, remove) =>
    transact(context, async (trx) => {
      const { tenant, model_id, key, digest } = named;
      const rows = trx.selectFrom('retrained_references').select(['tenant_id', 'model_id', 'key']);
      // every reference with these files, so that none of them is made of what goes
      const same = await rows.where('digest', '=', digest).forUpdate().execute();
      const [still] = await due(trx, await context.now(trx), limits, named);
      if (still === undefined) return false;
      await lockCheckpoint(trx, digest);
      const files_kept = await isCheckpoint(trx, digest);
      if (same.length === 1 && !files_kept) await remove();
      const own = trx.deleteFrom('retrained_references').where('tenant_id', '=', tenant);
      await own.where('model_id', '=', model_id).where('key', '=', key).execute();
      const data = { model_id, digest, reason: still.reason, ...(files_kept ? { files_kept } : {}) };
      await append(context, trx, { tenant, type: 'reference.deleted', actor, data });
      return true;
    }),
});

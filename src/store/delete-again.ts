// What was deleted since a backup was made, deleted again in what was restored from it. Where a person had been forgotten by a checkpoint
// that the backup does not have, the request waits once more: weights cannot be deleted into a list.
import { sql } from 'kysely';
import type { Deleted, Deletion } from '../domain/backup.ts';
import { isOpenRequest, isWaitingTarget, requestState, type TargetState } from '../domain/states.ts';
import { insertRows as insertInto } from './bulk-insert.ts';
import type { Trx } from './db.ts';
import { eraseCorpus, eraseModel } from './erase.ts';
import { refreshRequests } from './targets.ts';
import { eraseRest } from './tenants.ts';

export interface Applied {
  /** Requests that wait again, or that the backup did not have, by tenant. */
  requests: Map<string, string[]>;
  /** Other things that were deleted, by kind. */
  counts: Record<string, number>;
}

/** Where a target goes that was there when it was last heard of. Whatever somebody had to decide is decided again. */
function stateAgain(last: TargetState): TargetState {
  if (last === 'denied' || last === 'cancelled' || last === 'completed_no_data') return last;
  const gated = ['received', 'awaiting_verification', 'awaiting_approval', 'on_hold'].includes(last);
  return gated ? 'on_hold' : 'queued';
}

/** Of a target that waits in the backup. Null: as it is. */
function waitingSince(last: TargetState): TargetState | null {
  const to = stateAgain(last);
  return to === 'completed_no_data' ? null : to;
}

/** Of one that had failed, or was under review, and that somebody decided on since. Null: nobody did, or it had not ended again. */
function retriedSince(state: TargetState, last: TargetState): TargetState | null {
  if (state !== 'failed' && state !== 'needs_review') return null;
  if (last === 'denied' || last === 'cancelled') return last;
  return last === 'completed' || last === 'completed_no_data' ? 'queued' : null;
}

const rowsAffected = async (trx: Trx, query: ReturnType<typeof sql>): Promise<number> =>
  Number((await query.execute(trx)).numAffectedRows ?? 0n);

/** Columns that came since the list was written take their defaults. */
const insertRows = (trx: Trx, table: string, rows: readonly object[]) =>
  insertInto(trx, table as 'deletion_requests', rows as never);

async function addRequest(trx: Trx, one: Deleted<'request'>, at: string): Promise<void> {
  const { tenant, subjects, records } = one;
  const id = String(one.request.id);
  const models = await sql<{ id: string }>`
    select id from models where tenant_id = ${tenant} and deleted_at is null
      and id = any(${one.targets.map(({ model_id }) => model_id)}::uuid[])`.execute(trx);
  const known = new Set(models.rows.map((row) => row.id));
  const targets = one.targets
    .filter(({ model_id }) => known.has(model_id))
    .map((target) => ({ ...target, state: stateAgain(target.state) }));
  const state = requestState(targets.map((target) => target.state));
  const ended = isOpenRequest(state) ? null : (one.request.completed_at ?? at);
  // whether its text is there is looked at again
  const fresh = { erased_at: null, erasure_look_at: null };
  const row = { ...one.request, ...fresh, state, completed_at: ended, updated_at: at };
  const own = { tenant_id: tenant, request_id: id };
  await insertRows(trx, 'deletion_requests', [row]);
  await insertRows(
    trx,
    'request_subjects',
    subjects.map((subject) => ({ ...subject, ...own })),
  );
  const corpora = await sql<{ id: string }>`select id from corpora where tenant_id = ${tenant}`.execute(trx);
  const there = new Set(corpora.rows.map((corpus) => corpus.id));
  await insertRows(
    trx,
    'request_records',
    records.filter(({ corpus_id }) => there.has(corpus_id)).map((r) => ({ ...r, ...own })),
  );
  await insertRows(
    trx,
    'request_targets',
    targets.map((target) => ({ ...target, ...own, updated_at: at })),
  );
  if (one.opendsr !== null) await insertRows(trx, 'opendsr_requests', [{ ...one.opendsr, ...own }]);
}

/** Of a request that the backup has: what was decided since. True where it waits for a run again. */
async function changeRequest(trx: Trx, one: Deleted<'request'>, at: string): Promise<boolean> {
  const { tenant } = one;
  const id = String(one.request.id);
  const query = trx.selectFrom('request_targets').select(['id', 'state']).where('tenant_id', '=', tenant);
  const present = await query.where('request_id', '=', id).execute();
  let [changed, waits] = [false, false];
  for (const { id: target, state } of present) {
    const last = one.targets.find((other) => other.id === target)?.state;
    const to = last === undefined ? null : isWaitingTarget(state) ? waitingSince(last) : retriedSince(state, last);
    waits ||= to === 'queued';
    if (to === null || to === state) continue;
    changed = true;
    // what ended is tried again as `retry` does it: the run that it was of and what was approved for that one are over
    const over = { run_id: null, reason: null, approved_steps: null, approved_checkpoint: null };
    const anew = isWaitingTarget(state) ? {} : over;
    const update = trx.updateTable('request_targets').set({ ...anew, state: to, updated_at: at });
    await update.where('tenant_id', '=', tenant).where('id', '=', target).execute();
  }
  if (changed) await refreshRequests(trx, tenant, [id], at);
  return waits;
}

async function applyRequest(trx: Trx, one: Deleted<'request'>, at: string): Promise<boolean> {
  const { tenant } = one;
  const id = String(one.request.id);
  const there = trx.selectFrom('deletion_requests').select('id').where('tenant_id', '=', tenant).where('id', '=', id);
  const known = (await there.executeTakeFirst()) !== undefined;
  const waits = known ? await changeRequest(trx, one, at) : true;
  if (!known) await addRequest(trx, one, at);
  // whoever was promised not to be trained on again is not, while the request waits
  if (one.suppressed_at !== null)
    await sql`
      insert into suppressions (tenant_id, request_id, subject_key, type, key_version, normaliser_version, added_at)
      select tenant_id, request_id, subject_key, type, key_version, normaliser_version, ${one.suppressed_at}::timestamptz
      from request_subjects where tenant_id = ${tenant} and request_id = ${id} on conflict do nothing`.execute(trx);
  return waits;
}

async function eraseTenant(trx: Trx, tenant: string, at: string): Promise<number> {
  const models = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('deleted_at', 'is', null);
  for (const { id } of await models.execute()) await eraseModel(trx, { tenant, id }, at);
  const corpora = trx
    .selectFrom('corpora')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('deleted_at', 'is', null);
  for (const { id } of await corpora.execute()) await eraseCorpus(trx, { tenant, id }, at);
  await eraseRest(trx, tenant, at);
  await sql`update api_keys set revoked_at = ${at} where tenant_id = ${tenant} and revoked_at is null`.execute(trx);
  return 1;
}

/** As it was when it was last heard of; after the requests, since it may wait with one. */
async function applyRestriction(trx: Trx, { tenant, restriction, subjects }: Deleted<'restriction'>): Promise<void> {
  const id = String(restriction.id);
  await sql`delete from restriction_subjects where tenant_id = ${tenant} and restriction_id = ${id}`.execute(trx);
  await sql`delete from restrictions where tenant_id = ${tenant} and id = ${id}`.execute(trx);
  await insertRows(trx, 'restrictions', [restriction]);
  await insertRows(trx, 'restriction_subjects', subjects);
}

/** How many rows it was about: 0 where the backup has none of it. */
async function applyOne(
  trx: Trx,
  one: Exclude<Deletion, { what: 'request' | 'restriction' | 'text' }>,
  at: string,
): Promise<number> {
  const { tenant } = one;
  const named = async (table: 'models' | 'corpora', id: string) => {
    const query = trx.selectFrom(table).select('id').where('tenant_id', '=', tenant).where('id', '=', id);
    return (await query.where('deleted_at', 'is', null).executeTakeFirst()) !== undefined;
  };
  switch (one.what) {
    case 'tenant':
      return eraseTenant(trx, tenant, at);
    case 'model':
      if (!(await named('models', one.model_id))) return 0;
      await eraseModel(trx, { tenant, id: one.model_id }, at);
      return 1;
    case 'corpus':
      if (!(await named('corpora', one.corpus_id))) return 0;
      await eraseCorpus(trx, { tenant, id: one.corpus_id }, at);
      return 1;
    case 'subject_key':
      return rowsAffected(
        trx,
        sql`insert into subject_key_versions (tenant_id, version, destroyed_at) values (${tenant}, ${one.version}, ${at})
          on conflict (tenant_id, version) do update set destroyed_at = excluded.destroyed_at
          where subject_key_versions.destroyed_at is null`,
      );
    case 'probes':
      await sql`delete from vault_keys where tenant_id = ${tenant} and id = ${one.key_id}`.execute(trx);
      return rowsAffected(
        trx,
        sql`update kept_probes set shredded_at = ${at}
          where tenant_id = ${tenant} and key_id = ${one.key_id} and shredded_at is null`,
      );
    case 'api_key':
      return rowsAffected(
        trx,
        sql`update api_keys set revoked_at = ${one.at}
          where tenant_id = ${tenant} and id = ${one.key_id} and revoked_at is null`,
      );
    default:
      await sql`
        delete from retrained_references
        where tenant_id = ${tenant} and model_id = ${one.model_id} and digest = ${one.digest}`.execute(trx);
      // one that the restored model answers from has to stay: what replaced it is not in the backup
      return rowsAffected(
        trx,
        sql`update checkpoints set state = 'deleted', deleted_at = ${at}, delete_after = coalesce(delete_after, ${at})
          where tenant_id = ${tenant} and model_id = ${one.model_id} and digest = ${one.digest}
            and state in ('retained', 'candidate')`,
      );
  }
}

/** Within the transaction that ends a restore. Requests come last, when it is known which models are left. */
export async function deleteAgain(trx: Trx, deletions: readonly Deletion[], at: string): Promise<Applied> {
  const counts: Record<string, number> = {};
  const requests = new Map<string, string[]>();
  const over = new Set(deletions.flatMap((one) => (one.what === 'tenant' ? [one.tenant] : [])));
  for (const one of deletions) {
    if (one.what === 'request' || one.what === 'restriction' || one.what === 'text') continue;
    const count = await applyOne(trx, one, at);
    if (count > 0) counts[one.what] = (counts[one.what] ?? 0) + count;
  }
  for (const one of deletions)
    if (one.what === 'request' && !over.has(one.tenant) && (await applyRequest(trx, one, at)))
      requests.set(one.tenant, [...(requests.get(one.tenant) ?? []), String(one.request.id)]);
  for (const one of deletions)
    if (one.what === 'restriction' && !over.has(one.tenant)) await applyRestriction(trx, one);
  return { requests, counts };
}

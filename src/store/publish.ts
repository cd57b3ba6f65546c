// Publication: the alias moves by compare-and-swap, and all that follows from it happens in the same transaction.
import { sql } from 'kysely';
import { canMoveRun } from '../domain/states.ts';
import { ExpungeError } from '../errors.ts';
import type { Claim, Publication, PublishOutcome, Store } from '../runs/ports.ts';
import { lockCheckpoint } from './checkpoints.ts';
import { type Context, type Trx, transact } from './db.ts';
import { insertKept } from './kept-probes.ts';
import { append } from './ledger.ts';
import { insertCheckpoint } from './models.ts';
import { lockRun, moveLocked } from './moves.ts';
import { namedByRun } from './named-by-run.ts';
import { noteInUse, noteReplaced } from './recipients.ts';
import { moveTargets } from './targets.ts';

type LockedRun = NonNullable<Awaited<ReturnType<typeof lockRun>>>;

/** Refuses what must never be published: an unverified checkpoint, or one of another lineage. */
function check(run: LockedRun, { checkpoint, report, run_id }: Publication): void {
  const problem =
    report.verdict !== 'passed'
      ? `its verification is ${report.verdict}`
      : checkpoint.parent_digest !== run.parent
        ? `checkpoint ${checkpoint.digest} does not descend from ${run.parent}`
        : canMoveRun(run.state, 'published')
          ? null
          : `it is ${run.state}`;
  if (problem) throw new ExpungeError('internal', `Run ${run_id} cannot be published: ${problem}.`);
}

/** The alias moves; the parent stays on disk until its rollback window is over. */
async function swap(trx: Trx, { tenant, model }: Claim, parent: string, publication: Publication, at: string) {
  const until = new Date(Date.parse(at) + publication.parent_retention_ms).toISOString();
  await trx
    .updateTable('checkpoints')
    .set({ state: 'retained', delete_after: until })
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', model.id)
    .where('digest', '=', parent)
    .execute();
  await insertCheckpoint(trx, { tenant, model_id: model.id, at }, publication.checkpoint);
  await trx
    .updateTable('models')
    .set({ active: publication.checkpoint.digest, updated_at: at })
    .where('tenant_id', '=', tenant)
    .where('id', '=', model.id)
    .execute();
  await noteInUse(trx, tenant, publication.checkpoint.digest);
}

/** Exactly the forget set: train records that name a subject of the run and were not erased before. */
async function erase(trx: Trx, { tenant, model, run }: Claim): Promise<number> {
  const result = await sql`
    insert into erased_records (tenant_id, model_id, corpus_id, ordinal, run_id)
    select ${tenant}, ${model.id}::uuid, corpus_id, ordinal, ${run.id}::uuid from ${namedByRun({ tenant, model, run })} named
    on conflict do nothing`.execute(trx);
  return Number(result.numAffectedRows ?? 0n);
}

export async function publishIn(
  context: Context,
  trx: Trx,
  claim: Claim,
  publication: Publication,
): Promise<PublishOutcome> {
  const { tenant, model } = claim;
  const { checkpoint, report, actor } = publication;
  // the sweep may be taking the same files away, where an earlier run made the very same checkpoint
  await lockCheckpoint(trx, checkpoint.digest);
  const alias = trx.selectFrom('models').select('active').where('tenant_id', '=', tenant).where('id', '=', model.id);
  const { active } = await alias.forNoKeyUpdate().executeTakeFirstOrThrow();
  const run = await lockRun(trx, { ...claim, fence: publication.fence });
  if (!run) return { status: 'fenced' };
  // the answer to an earlier publish() may have been lost on its way
  if (run.state === 'published' && run.candidate === checkpoint.digest) {
    return { status: 'published', ledger_seq: run.published_seq!, published_at: run.finished_at! };
  }
  if (run.state === 'superseded') return { status: 'superseded' };
  check(run, publication);
  if (active !== run.parent) {
    const reason = 'Another run published a checkpoint of this model first.';
    await moveLocked(context, trx, claim, run, ['superseded', { targets: 'queued', reason }, actor]);
    return { status: 'superseded' };
  }
  const at = await context.now(trx);
  await swap(trx, claim, run.parent, publication, at);
  const erased_records = await erase(trx, claim);
  const move = { tenant, run_id: claim.run.id, to: 'completed', reason: null, detach: false, at } as const;
  const request_ids = await moveTargets(trx, move);
  const data = { run_id: claim.run.id, model_id: model.id, parent: run.parent, checkpoint: checkpoint.digest };
  const entry = await append(context, trx, {
    ...{ tenant, type: 'run.published', actor },
    data: { ...data, verdict: report.verdict, erased_records, request_ids },
  });
  const replaced_by = checkpoint.digest;
  await noteReplaced(context, trx, { tenant, model_id: model.id, digest: run.parent, replaced_by, actor });
  await insertKept(context, trx, claim, publication, at);
  await trx
    .updateTable('runs')
    .set((eb) => ({
      ...{ state: 'published' as const, reason: null, candidate: checkpoint.digest, verdict: report.verdict },
      ...{ verification: JSON.stringify(report), published_seq: entry.seq, finished_at: at, updated_at: at },
      ...{ lease_owner: null, lease_expires_at: null, held: null },
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', claim.run.id)
    .execute();
  return { status: 'published', ledger_seq: entry.seq, published_at: at };
}

export const publishStore = (context: Context): Pick<Store, 'publish'> => ({
  publish: (claim, publication) => transact(context, (trx) => publishIn(context, trx, claim, publication)),
});

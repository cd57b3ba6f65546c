// A verified candidate that somebody has to promote, and the way back from one that was published.
import type { ExpressionBuilder } from 'kysely';
import { runMark } from '../domain/marks.ts';
import type { Claim, LifecycleStore, RunAct, RunActOutcome } from '../runs/ports.ts';
import { lockCheckpoint } from './checkpoints.ts';
import { type Context, type Trx, transact } from './db.ts';
import { doneBefore, recordEvent } from './events.ts';
import { shredRun } from './kept-probes.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';
import { lockRun, moveLocked } from './moves.ts';
import { publishIn } from './publish.ts';
import { noteReplaced } from './recipients.ts';
import { reopenRelied } from './relied.ts';
import { loadRun } from './runs.ts';
import type { Database } from './schema.ts';

/** The run as its owner had it, under the locks of its model and its own; null for an unknown one. */
async function lock(trx: Trx, act: RunAct) {
  const { tenant, id } = act;
  const of = await trx
    .selectFrom('runs')
    .select('model_id')
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!of) return null;
  const model = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', '=', of.model_id);
  await model.forNoKeyUpdate().executeTakeFirstOrThrow();
  const rows = trx.selectFrom('runs').select(['fence', 'held', 'verification']);
  const row = await rows
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const claim: Claim = {
    ...{ tenant, fence: row.fence, run: (await loadRun(trx, tenant, id))! },
    model: (await loadModel(trx, tenant, of.model_id))!,
    ...{ due_at: null, approved_on: null },
  };
  const done = await doneBefore(trx, act);
  if (!done) act.check?.(runMark(claim.run));
  return { ...row, claim, done };
}
type Locked = NonNullable<Awaited<ReturnType<typeof lock>>>;

/** Who made the run's requests, and who approved them. */
async function tookPart(trx: Trx, tenant: string, runId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('run_targets as t')
    .innerJoin('deletion_requests as r', (join) =>
      join.onRef('r.tenant_id', '=', 't.tenant_id').onRef('r.id', '=', 't.request_id'),
    )
    .leftJoin('request_events as e', (join) =>
      join.onRef('e.tenant_id', '=', 'r.tenant_id').onRef('e.request_id', '=', 'r.id').on('e.action', '=', 'approve'),
    )
    .select(['r.created_by', 'e.actor'])
    .where('t.tenant_id', '=', tenant)
    .where('t.run_id', '=', runId)
    .execute();
  return rows.flatMap(({ created_by, actor }) => (actor === null ? [created_by] : [created_by, actor]));
}

async function decided(context: Context, trx: Trx, act: RunAct, action: 'promote' | 'rollback', from: string) {
  const { tenant, id, actor, reason, once } = act;
  const at = await context.now(trx);
  const event = await recordEvent(trx, {
    ...{ id: once?.id, tenant, of: { run_id: id }, action, actor, reason, details: {}, at },
  });
  const type = action === 'promote' ? 'run.promoted' : 'run.rolled_back';
  await append(context, trx, { tenant, type, actor, data: { run_id: id, from, ...event } });
}

type Promotion = Parameters<LifecycleStore['promoteRun']>[0];

async function promote(context: Context, trx: Trx, act: Promotion): Promise<RunActOutcome> {
  const found = await lock(trx, act);
  if (found === null) return { status: 'unknown' };
  const { claim, fence, held, verification: report } = found;
  if (found.done) return { status: 'done', run: claim.run };
  const { tenant, id, actor, parent_retention_ms } = act;
  if (claim.run.state !== 'awaiting_promotion' || held === null || report === null)
    return { status: 'conflict', state: claim.run.state };
  if (act.four_eyes && (await tookPart(trx, tenant, id)).includes(actor)) return { status: 'same_actor' };
  const outcome = await publishIn(context, trx, claim, {
    run_id: id,
    fence,
    ...held,
    report,
    parent_retention_ms,
    actor,
  });
  if (outcome.status !== 'published') return { status: 'superseded' };
  await decided(context, trx, act, 'promote', 'awaiting_promotion');
  return { status: 'done', run: (await loadRun(trx, tenant, id))! };
}

/** Whether the rollback window is open. No file of the parent is removed until the transaction ends. */
async function parentIsKept(trx: Trx, { claim: { tenant, run, model } }: Locked, at: string): Promise<boolean> {
  await lockCheckpoint(trx, run.parent);
  const parent = trx.selectFrom('checkpoints').select('delete_after').where('tenant_id', '=', tenant);
  const kept = await parent
    .where('model_id', '=', model.id)
    .where('digest', '=', run.parent)
    .where('state', '=', 'retained')
    .executeTakeFirst();
  // what is due may be half removed
  return kept !== undefined && kept.delete_after !== null && kept.delete_after > at;
}

/** The parent is what the model answers from again; the candidate is kept for as long as a parent would be. */
async function swapBack(trx: Trx, { claim }: Locked, { parent_retention_ms }: RunAct, at: string): Promise<void> {
  const { tenant, run, model } = claim;
  const checkpoints = (digest: string) => {
    const update = trx.updateTable('checkpoints').where('tenant_id', '=', tenant).where('model_id', '=', model.id);
    return update.where('digest', '=', digest);
  };
  const until = new Date(Date.parse(at) + parent_retention_ms).toISOString();
  await checkpoints(run.candidate!).set({ state: 'retained', delete_after: until }).execute();
  await checkpoints(run.parent).set({ state: 'active', delete_after: null }).execute();
  const models = trx.updateTable('models').set({ active: run.parent, updated_at: at }).where('tenant_id', '=', tenant);
  await models.where('id', '=', model.id).execute();
  // the model knows them again
  await trx.deleteFrom('erased_records').where('tenant_id', '=', tenant).where('run_id', '=', run.id).execute();
}

/** What was certified of the run, or of having nothing to forget after it, is true no more. */
async function revoke(context: Context, trx: Trx, { tenant, id, actor }: RunAct, relied: string[], at: string) {
  const revoked = await trx
    .updateTable('certificates')
    .set({ revoked_at: at })
    .where('tenant_id', '=', tenant)
    .where((eb) => eb.or([eb('run_id', '=', id), ...(relied.length > 0 ? [unfounded(eb, relied)] : [])]))
    .where('revoked_at', 'is', null)
    .returning(['id', 'request_id'])
    .execute();
  for (const { id: certificate_id, request_id } of revoked) {
    const data = { certificate_id, request_id, run_id: id };
    await append(context, trx, { tenant, type: 'certificate.revoked', actor, data });
  }
}

/** Certificates of a search, of requests that are open again. */
const unfounded = (eb: ExpressionBuilder<Database, 'certificates'>, requests: string[]) =>
  eb.and([
    eb('request_id', 'in', requests),
    eb('run_id', 'is', null),
    eb.or([
      eb('target_id', 'is', null),
      eb.exists(
        eb
          .selectFrom('request_targets as t')
          .whereRef('t.tenant_id', '=', 'certificates.tenant_id')
          .whereRef('t.id', '=', 'certificates.target_id')
          .where('t.state', '=', 'needs_review')
          .select('t.id'),
      ),
    ]),
  ]);

async function rollBack(context: Context, trx: Trx, act: RunAct): Promise<RunActOutcome> {
  const found = await lock(trx, act);
  if (found === null) return { status: 'unknown' };
  const { claim, fence } = found;
  const { tenant, id, actor } = act;
  const { run, model } = claim;
  if (found.done) return { status: 'done', run };
  if (run.state !== 'awaiting_promotion' && run.state !== 'published') return { status: 'conflict', state: run.state };
  const published = run.state === 'published';
  const from = (await lockRun(trx, { ...claim, fence }))!;
  const at = await context.now(trx);
  const reason = `${published ? 'Its checkpoint was rolled back' : 'Its candidate was refused'} by ${actor}.`;
  let relied: string[] = [];
  if (published) {
    if (model.active !== run.candidate) return { status: 'built_upon' };
    if (!(await parentIsKept(trx, found, at))) return { status: 'parent_gone' };
    const since = run.finished_at!;
    relied = await reopenRelied(trx, { tenant, model_id: model.id, run_id: id, since, reason, at });
    await swapBack(trx, found, act, at);
  }
  const change = { targets: 'needs_review', reason, ...(published ? { reopen: 'completed' as const } : {}) } as const;
  await moveLocked(context, trx, claim, from, ['needs_review', change, actor]);
  if (published) {
    await revoke(context, trx, act, relied, at);
    if (relied.length > 0)
      await append(context, trx, {
        ...{ tenant, type: 'request.reopened', actor },
        data: { request_ids: relied, run_id: id, model_id: model.id, to: 'needs_review' },
      });
    await shredRun(context, trx, { tenant, run_id: id, actor, at });
    const replaced = { digest: run.candidate!, replaced_by: run.parent };
    await noteReplaced(context, trx, { tenant, model_id: model.id, ...replaced, actor });
  }
  await decided(context, trx, act, 'rollback', run.state);
  return { status: 'done', run: (await loadRun(trx, tenant, id))! };
}

export const promotionStore = (
  context: Context,
): Pick<LifecycleStore, 'awaitPromotion' | 'promoteRun' | 'rollBackRun'> => ({
  awaitPromotion: (claim, held, actor) =>
    transact(context, async (trx) => {
      const run = await lockRun(trx, claim);
      if (!run) return false;
      const change = {
        targets: 'awaiting_promotion',
        verdict: 'passed',
        held,
        candidate: held.checkpoint.digest,
      } as const;
      await moveLocked(context, trx, claim, run, ['awaiting_promotion', change, actor]);
      return true;
    }),
  promoteRun: (act) => transact(context, (trx) => promote(context, trx, act)),
  rollBackRun: (act) => transact(context, (trx) => rollBack(context, trx, act)),
});

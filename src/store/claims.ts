// Claims: which worker owns a model's run. The lease ends by the database's clock; the fence tells old owners apart.
import { isFinalTarget } from '../domain/states.ts';
import type { ClaimOutcome, Store } from '../runs/ports.ts';
import { isFull, lockLimits } from './claim-limits.ts';
import { claimed, idle, type Wish } from './claimed.ts';
import { type Context, type Trx, transact } from './db.ts';
import { giveBack } from './give-back.ts';
import { leaseIsLive, leaseUntil } from './leases.ts';
import { append } from './ledger.ts';
import { failWaiting } from './model-gone.ts';
import { splitTargets } from './splits.ts';
import { start } from './start-run.ts';
import { moveTargets } from './targets.ts';

/** Ends a run that cannot go on. */
async function end(
  context: Context,
  trx: Trx,
  wish: Wish,
  run: { id: string; state: string },
  to: 'failed' | 'cancelled' | 'split',
  reason: string,
): Promise<void> {
  const { tenant, worker } = wish;
  const at = await context.now(trx);
  await trx
    .updateTable('runs')
    .set((eb) => ({
      ...{ state: to, reason, finished_at: at, updated_at: at, lease_owner: null, lease_expires_at: null },
      fence: eb('fence', '+', 1),
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', run.id)
    .execute();
  const target = to === 'failed' ? 'failed' : 'queued';
  const request_ids = await moveTargets(trx, {
    tenant,
    run_id: run.id,
    to: target,
    reason,
    detach: to !== 'failed',
    at,
  });
  const data = { run_id: run.id, model_id: wish.model_id, from: run.state, to, targets: target, request_ids };
  await append(context, trx, { tenant, type: 'run.moved', actor: worker, data });
}

/** Takes over the model's open run; null when there is none, or when nobody waits for it any more. */
async function takeOver(context: Context, trx: Trx, wish: Wish): Promise<ClaimOutcome | null> {
  const { tenant, model_id, worker } = wish;
  const open = await trx
    .selectFrom('runs')
    .select(['id', 'kind', 'state', 'fence', 'restarts', 'reason', 'lease_owner', leaseIsLive.as('live')])
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', model_id)
    .where('state', 'in', ['planned', 'unlearning', 'verifying'])
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!open) return null;
  if (open.live) return { status: 'busy' };
  const held = trx.selectFrom('request_targets').select('state').where('tenant_id', '=', tenant);
  const targets = await held.where('run_id', '=', open.id).execute();
  if (open.kind === 'deletion' && targets.every((target) => isFinalTarget(target.state))) {
    await end(context, trx, wish, open, 'cancelled', 'Every request of the run was cancelled, denied or held.');
    return null;
  }
  // a run that was given back has no owner, and taking it is no restart
  const restarts = open.restarts + (open.lease_owner === null ? 0 : 1);
  if (restarts > wish.max_restarts) {
    // without a reason nobody was left to give one
    const last = open.reason ?? 'the worker was lost';
    const reason = `The run was started ${restarts} times and broke off each time; nothing was published. The last time: ${last}`;
    const split = await splitTargets(context, trx, { ...wish, run_id: open.id, suspects: [] }, () =>
      end(context, trx, wish, open, 'split', reason),
    );
    if (!split) await end(context, trx, wish, open, 'failed', reason);
    return { status: 'gave_up', run_id: open.id };
  }
  // it waits no longer than whoever else does: the queue has its order, by its due date
  if (await isFull(trx, wish)) return { status: 'busy' };
  const at = await context.now(trx);
  const fence = open.fence + 1;
  await trx
    .updateTable('runs')
    .set((eb) => ({
      ...{ state: 'planned' as const, reason: null, restarts, fence, candidate: null, verdict: null },
      ...{ verification: null, progress: JSON.stringify(idle(at)), updated_at: at },
      ...{ lease_owner: worker, lease_expires_at: leaseUntil(wish.lease_ms) },
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', open.id)
    .execute();
  await trx.deleteFrom('run_curves').where('tenant_id', '=', tenant).where('run_id', '=', open.id).execute();
  // nobody was left to do so; of a run that had not begun the targets wait already
  if (open.state !== 'planned')
    await giveBack(context, trx, { tenant, run_id: open.id, from: open.state, actor: worker, at });
  return claimed(context, trx, wish, { id: open.id, fence });
}

export const claimsStore = (context: Context): Pick<Store, 'claim' | 'renewLease' | 'breakOff' | 'releaseRun'> => ({
  claim: (modelId, worker, options) =>
    transact(context, async (trx) => {
      await lockLimits(trx, modelId, options);
      const query = trx.selectFrom('models').select(['tenant_id', 'active', 'deleted_at']).where('id', '=', modelId);
      const model = await query.forNoKeyUpdate().executeTakeFirst();
      if (!model) return { status: 'nothing' };
      const wish = { tenant: model.tenant_id, model_id: modelId, active: model.active, worker, ...options };
      if (model.deleted_at !== null) {
        await failWaiting(context, trx, wish);
        return { status: 'nothing' };
      }
      return (await takeOver(context, trx, wish)) ?? start(context, trx, wish);
    }),

  async renewLease(runId, fence, lease_ms) {
    const result = await context.db
      .updateTable('runs')
      .set({ lease_expires_at: leaseUntil(lease_ms) })
      .where('id', '=', runId)
      .where('fence', '=', fence)
      .where('lease_owner', 'is not', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  async breakOff(runId, fence, reason) {
    const result = await context.db
      .updateTable('runs')
      .set((eb) => ({ reason, lease_expires_at: leaseUntil(0), version: eb('version', '+', 1) }))
      .where('id', '=', runId)
      .where('fence', '=', fence)
      .where('lease_owner', 'is not', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  releaseRun: (runId, fence, reason) =>
    transact(context, async (trx) => {
      const query = trx.selectFrom('runs').select(['tenant_id', 'state', 'lease_owner']).where('id', '=', runId);
      const run = await query.where('fence', '=', fence).forNoKeyUpdate().executeTakeFirst();
      if (!run || run.lease_owner === null) return false;
      const { tenant_id: tenant, lease_owner: actor } = run;
      const at = await context.now(trx);
      await trx
        .updateTable('runs')
        .set((eb) => ({
          ...{ state: 'planned' as const, reason, lease_owner: null, lease_expires_at: null, updated_at: at },
          // whoever gave the run back must not write to it any more
          fence: eb('fence', '+', 1),
          version: eb('version', '+', 1),
        }))
        .where('id', '=', runId)
        .execute();
      await giveBack(context, trx, { tenant, run_id: runId, from: run.state, actor, at });
      return true;
    }),
});

// Claims: which worker owns a model's run. The lease ends by the database's clock; the fence tells old owners apart.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { PlanStep, RunProgress } from '../domain/resources.ts';
import type { RunKind } from '../domain/run-kinds.ts';
import { isFinalTarget } from '../domain/states.ts';
import type { ClaimOutcome, Store } from '../runs/ports.ts';
import { waitingConsolidation } from './consolidations.ts';
import { type Context, type Trx, transact } from './db.ts';
import { giveBack } from './give-back.ts';
import { leaseIsLive, leaseUntil } from './leases.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';
import { dropForgotten } from './remaining.ts';
import { loadRun } from './runs.ts';
import { lockRequests, moveTargets, refreshRequests } from './targets.ts';

/** Targets of one run; the others wait for the next. Postgres takes 65,535 parameters, and a run writes four of each target. */
const MOST_TARGETS = 10_000;

interface Wish {
  tenant: string;
  model_id: string;
  /** The model's present alias. */
  active: string;
  worker: string;
  lease_ms: number;
  max_restarts: number;
}

const idle = (at: string): RunProgress => ({
  phase: 'waiting',
  step: 0,
  steps: 0,
  forget_loss: null,
  retain_loss: null,
  forget_target: null,
  seconds_left: null,
  updated_at: at,
});

async function claimed(context: Context, trx: Trx, wish: Wish, runId: string, fence: number): Promise<ClaimOutcome> {
  const { tenant, model_id, worker } = wish;
  const run = (await loadRun(trx, tenant, runId))!;
  const model = (await loadModel(trx, tenant, model_id))!;
  const data = { run_id: runId, model_id, fence, restarts: run.restarts, request_ids: run.request_ids };
  await append(context, trx, { tenant, type: 'run.claimed', actor: worker, data });
  return { status: 'claimed', claim: { run, fence, tenant, model } };
}

/** Ends a run that cannot go on. */
async function end(
  context: Context,
  trx: Trx,
  wish: Wish,
  run: { id: string; state: string },
  to: 'failed' | 'cancelled',
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
    await end(context, trx, wish, open, 'failed', reason);
    return { status: 'gave_up', run_id: open.id };
  }
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
  return claimed(context, trx, wish, open.id, fence);
}

/**
 * Waiting targets that name the same method, or have the same approved plan, as the one that waits longest; their
 * requests are locked. Those that have nothing left to forget end here.
 */
async function waiting(context: Context, trx: Trx, wish: Wish) {
  const { tenant, model_id } = wish;
  const candidates = (lockedIds: readonly string[] | null) =>
    trx
      .selectFrom('request_targets as t')
      .innerJoin('deletion_requests as r', (join) =>
        join.onRef('r.tenant_id', '=', 't.tenant_id').onRef('r.id', '=', 't.request_id'),
      )
      .select(['t.id', 't.request_id', 'r.method', 't.approved_steps'])
      // what was approved is what a run does, so its plan is part of what has to be the same
      .select(sql<string>`coalesce(t.approved_steps::text, r.method::text, '')`.as('method_text'))
      .where('t.tenant_id', '=', tenant)
      .where('t.model_id', '=', model_id)
      .where('t.state', '=', 'queued')
      .where('t.run_id', 'is', null)
      .$if(lockedIds !== null, (q) => q.where('t.request_id', 'in', lockedIds!))
      .orderBy('r.received_at')
      .orderBy('r.id')
      .limit(MOST_TARGETS)
      .execute();
  const seen = await candidates(null);
  if (seen.length === 0) return [];
  const ids = seen.map((target) => target.request_id);
  await lockRequests(trx, tenant, ids);
  // read again under the lock: one of them may have been cancelled meanwhile
  const still = await dropForgotten(context, trx, wish, await candidates(ids));
  return still.filter((target) => target.method_text === still[0]!.method_text);
}

/** A run beside a candidate that may be promoted would start from a parent that is about to change. */
async function awaitsPromotion(trx: Trx, { tenant, model_id }: Wish): Promise<boolean> {
  const query = trx.selectFrom('runs').select('id').where('tenant_id', '=', tenant).where('model_id', '=', model_id);
  return (await query.where('state', '=', 'awaiting_promotion').limit(1).executeTakeFirst()) !== undefined;
}

/** A run from the checkpoint that is in use, which this worker owns; returns its id. */
async function insertRun(
  trx: Trx,
  { tenant, model_id, active, worker, lease_ms }: Wish,
  { kind, plan, requests, at }: { kind: RunKind; plan: PlanStep[]; requests: number; at: string },
): Promise<string> {
  const id = uuid();
  const none = { people: 0, forget_records: 0, shared_records: 0, retain_records: 0, holdout_records: 0 };
  await trx
    .insertInto('runs')
    .values({
      ...{ id, kind, tenant_id: tenant, model_id, state: 'planned', parent: active, plan: JSON.stringify(plan) },
      ...{
        reason: null,
        candidate: null,
        verdict: null,
        verification: null,
        published_seq: null,
        held: null,
      },
      counts: JSON.stringify({ ...none, requests, erased_before: 0 }),
      progress: JSON.stringify(idle(at)),
      ...{ restarts: 0, fence: 1, lease_owner: worker, lease_expires_at: leaseUntil(lease_ms), version: 1 },
      ...{ created_at: at, started_at: null, finished_at: null, updated_at: at },
    })
    .execute();
  return id;
}

/** For nobody: everything that is retained is trained on again. */
async function startConsolidation(
  context: Context,
  trx: Trx,
  wish: Wish,
  waits: { id: string },
): Promise<ClaimOutcome> {
  const at = await context.now(trx);
  const run_id = await insertRun(trx, wish, { kind: 'consolidation', plan: [], requests: 0, at });
  const { tenant } = wish;
  const own = trx.updateTable('consolidations').set({ run_id }).where('tenant_id', '=', tenant);
  await own.where('id', '=', waits.id).execute();
  return claimed(context, trx, wish, run_id, 1);
}

async function start(context: Context, trx: Trx, wish: Wish): Promise<ClaimOutcome> {
  const { tenant } = wish;
  if (await awaitsPromotion(trx, wish)) return { status: 'busy' };
  const consolidation = await waitingConsolidation(trx, wish);
  if (consolidation?.first) return startConsolidation(context, trx, wish, consolidation);
  const targets = await waiting(context, trx, wish);
  if (targets.length === 0)
    return consolidation ? startConsolidation(context, trx, wish, consolidation) : { status: 'nothing' };
  const at = await context.now(trx);
  const { method, approved_steps } = targets[0]!;
  const plan: PlanStep[] = approved_steps ?? (method ? [method] : []);
  const id = await insertRun(trx, wish, { kind: 'deletion', plan, requests: targets.length, at });
  const ids = targets.map((target) => target.id);
  const held = targets.map((target) => ({ target_id: target.id, request_id: target.request_id }));
  await trx
    .insertInto('run_targets')
    .values(held.map((target) => ({ tenant_id: tenant, run_id: id, ...target })))
    .execute();
  await trx
    .updateTable('request_targets')
    .set({ run_id: id, state: 'queued', reason: null, updated_at: at })
    .where('tenant_id', '=', tenant)
    .where('id', 'in', ids)
    .execute();
  const requests = targets.map((target) => target.request_id);
  await refreshRequests(trx, tenant, requests, at);
  return claimed(context, trx, wish, id, 1);
}

export const claimsStore = (context: Context): Pick<Store, 'claim' | 'renewLease' | 'breakOff' | 'releaseRun'> => ({
  claim: (modelId, worker, options) =>
    transact(context, async (trx) => {
      const query = trx.selectFrom('models').select(['tenant_id', 'active']).where('id', '=', modelId);
      const model = await query.forNoKeyUpdate().executeTakeFirst();
      if (!model) return { status: 'nothing' };
      const wish = { tenant: model.tenant_id, model_id: modelId, active: model.active, worker, ...options };
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

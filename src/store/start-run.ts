// A new run: who of those that wait is in it, and whether they wait for others.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { turnOf } from '../domain/consolidation-turn.ts';
import type { PlanStep } from '../domain/resources.ts';
import type { RunKind } from '../domain/run-kinds.ts';
import type { ClaimOutcome } from '../runs/ports.ts';
import { isFull } from './claim-limits.ts';
import { claimed, idle, type Wish } from './claimed.ts';
import { waitingConsolidation } from './consolidations.ts';
import type { Context, Trx } from './db.ts';
import { leaseUntil } from './leases.ts';
import { dropForgotten } from './remaining.ts';
import { lockRequests, refreshRequests } from './targets.ts';
import { keepWindow, secondsAt, windowStands, windowsOf } from './windows.ts';

/** Targets of one run; the others wait for the next. Postgres takes 65,535 parameters, and a run writes four of each target. */
const MOST_TARGETS = 10_000;

/** All that wait for the model, the oldest first; their requests are locked. Those that have nothing left to forget end here. */
async function waiting(context: Context, trx: Trx, wish: Wish) {
  const { tenant, model_id } = wish;
  const candidates = (lockedIds: readonly string[] | null) =>
    trx
      .selectFrom('request_targets as t')
      .innerJoin('deletion_requests as r', (join) =>
        join.onRef('r.tenant_id', '=', 't.tenant_id').onRef('r.id', '=', 't.request_id'),
      )
      .select(['t.id', 't.request_id', 't.approved_steps', 't.records', 't.updated_at', 't.split_of', 't.split_part'])
      .select(['t.approved_checkpoint', 'r.method', 'r.urgent', 'r.due_at'])
      // what was approved is what a run does, so its plan is part of what has to be the same
      .select(sql<string>`coalesce(t.approved_steps::text, r.method::text, '')`.as('method_text'))
      .select(
        sql<boolean>`exists (select from run_targets x where x.tenant_id = t.tenant_id and x.target_id = t.id)`.as(
          'again',
        ),
      )
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
  return dropForgotten(context, trx, wish, await candidates(ids));
}
export type WaitingTarget = Awaited<ReturnType<typeof waiting>>[number];

/** Targets of one run: that name the same method, or have the same approved plan, and are the same half of what was split. */
const groupsOf = (targets: readonly WaitingTarget[]): WaitingTarget[][] => [
  ...Map.groupBy(targets, ({ method_text, approved_checkpoint, split_of, split_part }) =>
    JSON.stringify([split_of, split_part, method_text, approved_checkpoint]),
  ).values(),
];

type Consolidating = NonNullable<Awaited<ReturnType<typeof waitingConsolidation>>>;

/** Halves in their order, then urgent ones; else who waits longest, as the groups come. */
const byTurn = ([a]: WaitingTarget[], [b]: WaitingTarget[]): number => (a!.split_part ?? 2) - (b!.split_part ?? 2);

/** Whether nothing may begin on the model now. */
async function heldUp(trx: Trx, wish: Wish): Promise<boolean> {
  const { tenant, model_id } = wish;
  // a run beside a candidate that may be promoted would start from a parent that is about to change
  const query = trx.selectFrom('runs').select('id').where('tenant_id', '=', tenant).where('model_id', '=', model_id);
  const promoted = await query.where('state', '=', 'awaiting_promotion').limit(1).executeTakeFirst();
  return promoted !== undefined || isFull(trx, wish);
}

/** Whether a training may begin in the window of the requests that wait. */
function leavesRoom({ facts, now }: Consolidating, until: string): boolean {
  const { waiting } = facts;
  // they came after it was looked whether any waits
  if (waiting === null) return false;
  return turnOf({ ...facts, waiting: { ...waiting, window_ends: secondsAt(until) } }, now) !== 'after';
}

export async function start(context: Context, trx: Trx, wish: Wish): Promise<ClaimOutcome> {
  if (await heldUp(trx, wish)) return { status: 'busy' };
  const consolidation = await waitingConsolidation(trx, wish);
  const all = await waiting(context, trx, wish);
  if (all.length === 0)
    return consolidation ? beginConsolidation(context, trx, wish, consolidation) : { status: 'nothing' };
  const groups = groupsOf(all).toSorted(byTurn);
  const decisions = await windowsOf(context, trx, wish, groups);
  const begins = decisions.findIndex(({ start }) => start === 'now');
  if (begins === -1) {
    const stood = consolidation !== null && (await windowStands(trx, wish, all.length));
    const until = await keepWindow(context, trx, wish, all.length, decisions);
    // a window that had to be decided was asked for in the requests' turn; what nobody waits for has a later one, and is rung for
    if (stood && leavesRoom(consolidation, until)) return beginConsolidation(context, trx, wish, consolidation);
    return { status: 'waits', until };
  }
  if (consolidation && turnOf(consolidation.facts, consolidation.now) === 'first')
    return beginConsolidation(context, trx, wish, consolidation);
  const decision = decisions[begins]!;
  return begin(context, trx, wish, groups[begins]!, decision.because);
}

/** A half's run knows whose half it is, and the first run that was split. */
async function rootOf(trx: Trx, tenant: string, split_of: string | null): Promise<string | null> {
  if (split_of === null) return null;
  const query = trx.selectFrom('runs').select('split_root').where('tenant_id', '=', tenant);
  return (await query.where('id', '=', split_of).executeTakeFirst())?.split_root ?? split_of;
}

interface NewRun {
  kind: RunKind;
  plan: PlanStep[];
  requests: number;
  split_of: string | null;
  at: string;
}

/** A run from the checkpoint that is in use, which this worker owns; returns its id. */
async function insertRun(trx: Trx, wish: Wish, { kind, plan, requests, split_of, at }: NewRun): Promise<string> {
  const { tenant, model_id, active, worker } = wish;
  const id = uuid();
  const none = { people: 0, forget_records: 0, shared_records: 0, retain_records: 0, holdout_records: 0 };
  await trx
    .insertInto('runs')
    .values({
      ...{ id, kind, tenant_id: tenant, model_id, state: 'planned', parent: active, plan: JSON.stringify(plan) },
      ...{ reason: null, candidate: null, verdict: null, verification: null, published_seq: null, held: null },
      ...{ split_of, split_root: await rootOf(trx, tenant, split_of) },
      counts: JSON.stringify({ ...none, requests, erased_before: 0 }),
      progress: JSON.stringify(idle(at)),
      ...{ restarts: 0, fence: 1, lease_owner: worker, lease_expires_at: leaseUntil(wish.lease_ms), version: 1 },
      ...{ created_at: at, started_at: null, finished_at: null, updated_at: at },
    })
    .execute();
  return id;
}

/** For nobody: everything that is retained is trained on again. */
async function beginConsolidation(
  context: Context,
  trx: Trx,
  wish: Wish,
  waits: { id: string },
): Promise<ClaimOutcome> {
  const at = await context.now(trx);
  const id = await insertRun(trx, wish, { kind: 'consolidation', plan: [], requests: 0, split_of: null, at });
  const own = trx.updateTable('consolidations').set({ run_id: id }).where('tenant_id', '=', wish.tenant);
  await own.where('id', '=', waits.id).execute();
  return claimed(context, trx, wish, { id, fence: 1 });
}

async function begin(
  context: Context,
  trx: Trx,
  wish: Wish,
  targets: readonly WaitingTarget[],
  because: string,
): Promise<ClaimOutcome> {
  const { tenant, model_id } = wish;
  const at = await context.now(trx);
  await trx.deleteFrom('model_windows').where('tenant_id', '=', tenant).where('model_id', '=', model_id).execute();
  const { method, approved_steps, split_of } = targets[0]!;
  const plan: PlanStep[] = approved_steps ?? (method ? [method] : []);
  const id = await insertRun(trx, wish, { kind: 'deletion', plan, requests: targets.length, split_of, at });
  const held = targets.map((target) => ({ target_id: target.id, request_id: target.request_id }));
  await trx
    .insertInto('run_targets')
    .values(held.map((target) => ({ tenant_id: tenant, run_id: id, ...target })))
    .execute();
  await trx
    .updateTable('request_targets')
    .set({ run_id: id, state: 'queued', reason: null, updated_at: at })
    .where('tenant_id', '=', tenant)
    .where(
      'id',
      'in',
      targets.map((target) => target.id),
    )
    .execute();
  const requests = targets.map((target) => target.request_id);
  await refreshRequests(trx, tenant, requests, at);
  return claimed(context, trx, wish, { id, fence: 1, because });
}

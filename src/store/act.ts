// What people ask of a request: approve, deny, hold, release, verify, cancel, retry, extend.
import { requestMark } from '../domain/marks.ts';
import { allowedActions, isMovedBy, type RequestAction, type TargetState } from '../domain/states.ts';
import type { Act, ActOutcome, Deed, LifecycleStore } from '../runs/lifecycle-port.ts';
import { type Context, type Trx, transact } from './db.ts';
import { doneBefore, recordEvent } from './events.ts';
import { extend } from './extend.ts';
import { waitsAt } from './gates.ts';
import { openTwin, serialiseSubjects } from './intake-locks.ts';
import { append } from './ledger.ts';
import { loadRequest } from './requests.ts';
import { lockRequests, refreshRequests } from './targets.ts';

type Moving = Act & { deed: Exclude<Deed, { action: 'extend' }> };

const PAST: Record<Deed['action'], string> = {
  ...{ verify: 'verified', approve: 'approved', hold: 'held', release: 'released', deny: 'denied' },
  ...{ cancel: 'cancelled', retry: 'retried', extend: 'extended' },
};

const targetsOf = (trx: Trx, tenant: string, id: string) =>
  trx
    .selectFrom('request_targets')
    .select(['id', 'model_id', 'state', 'run_id'])
    .where('tenant_id', '=', tenant)
    .where('request_id', '=', id)
    .orderBy('id')
    .execute();
type Held = Awaited<ReturnType<typeof targetsOf>>[number];

/**
 * The request's targets under its lock, and the runs whose targets may go: of a run that was given back or has ended
 * nobody holds them. Locks those runs first, as every writer does: model, run, requests, targets, ledger.
 */
async function lockTargets(trx: Trx, tenant: string, id: string) {
  const before = await targetsOf(trx, tenant, id);
  const runs = before.flatMap((target) => (target.run_id === null ? [] : [target.run_id]));
  const free = new Set<string>();
  if (runs.length > 0) {
    const query = trx.selectFrom('runs').select(['id', 'lease_expires_at']).where('tenant_id', '=', tenant);
    for (const run of await query.where('id', 'in', runs).orderBy('id').forNoKeyUpdate().execute()) {
      if (run.lease_expires_at === null) free.add(run.id);
    }
  }
  await lockRequests(trx, tenant, [id]);
  const targets = await targetsOf(trx, tenant, id);
  return { targets, isFree: ({ run_id }: Held) => run_id === null || free.has(run_id) };
}

/** Whether each model still stands where the approved plan begins. Claims and publications wait meanwhile. */
async function plansHold(trx: Trx, { tenant, deed }: Moving, moved: readonly Held[]): Promise<boolean> {
  if (deed.action !== 'approve') return true;
  const ids = deed.targets.map((target) => target.model_id);
  if (deed.plan_digest !== deed.present_digest || moved.length !== ids.length) return false;
  const query = trx.selectFrom('models').select(['id', 'active']).where('tenant_id', '=', tenant);
  const active = new Map((await query.where('id', 'in', ids).execute()).map((model) => [model.id, model.active]));
  return deed.targets.every(
    (target) => active.get(target.model_id) === target.checkpoint && moved.some(({ id }) => id === target.target_id),
  );
}

/** Locks of whatever comes before runs in the order. Resolves to the models that are deleted, of those that are locked. */
async function lockBefore(trx: Trx, { tenant, id, deed }: Moving): Promise<Set<string>> {
  if (deed.action !== 'retry' && deed.action !== 'approve') return new Set();
  if (deed.action === 'retry') await serialiseSubjects(trx, tenant, id);
  // a model of a target that has ended may be deleted at any time
  const targets = deed.action === 'approve' ? deed.targets : await targetsOf(trx, tenant, id);
  if (targets.length === 0) return new Set();
  const ids = targets.map((target) => target.model_id);
  const query = trx.selectFrom('models').select(['id', 'deleted_at']).where('tenant_id', '=', tenant);
  const models = await query.where('id', 'in', ids).orderBy('id').forShare().execute();
  return new Set(models.filter((model) => model.deleted_at !== null).map((model) => model.id));
}

async function rowOf(trx: Trx, tenant: string, id: string) {
  const query = trx.selectFrom('deletion_requests').where('tenant_id', '=', tenant).where('id', '=', id);
  return query
    .select(['version', 'state', 'created_by', 'verified_at', 'starts_after', 'approval_required', 'approved_at'])
    .executeTakeFirst();
}
type Row = NonNullable<Awaited<ReturnType<typeof rowOf>>>;

/** What the action changes about the request itself. */
async function writeGates(trx: Trx, { tenant, id, deed }: Moving, row: Row, at: string): Promise<Row> {
  const change =
    deed.action === 'verify'
      ? { verified_at: at }
      : deed.action === 'approve'
        ? { approved_at: at }
        : deed.action === 'retry'
          ? { approved_at: null }
          : null;
  if (change === null) return row;
  const update = trx.updateTable('deletion_requests').set(change).where('tenant_id', '=', tenant);
  await update.where('id', '=', id).execute();
  return { ...row, ...change };
}

const ENDS: Partial<Record<RequestAction, TargetState>> = { hold: 'on_hold', deny: 'denied', cancel: 'cancelled' };

async function moveTo(trx: Trx, { tenant, deed }: Moving, to: TargetState, ids: string[], at: string) {
  // a run that was given back lets them go; one that has ended keeps what it was about
  if (deed.action !== 'retry')
    await trx.deleteFrom('run_targets').where('tenant_id', '=', tenant).where('target_id', 'in', ids).execute();
  await trx
    .updateTable('request_targets')
    .set({
      ...{ state: to, run_id: null, reason: null, updated_at: at },
      ...(deed.action === 'retry' ? { approved_steps: null, approved_checkpoint: null } : {}),
    })
    .where('tenant_id', '=', tenant)
    .where('id', 'in', ids)
    .execute();
  if (deed.action !== 'approve') return;
  for (const { target_id, steps, checkpoint } of deed.targets) {
    const approved = { approved_steps: JSON.stringify(steps), approved_checkpoint: checkpoint };
    const update = trx.updateTable('request_targets').set(approved);
    await update.where('tenant_id', '=', tenant).where('id', '=', target_id).execute();
  }
}

const detailsOf = (deed: Moving['deed']) =>
  deed.action === 'deny'
    ? { code: deed.code }
    : deed.action === 'approve'
      ? { plan_digest: deed.plan_digest, four_eyes: deed.four_eyes }
      : {};

/** Targets that no cancel has to stop. */
const OVER: readonly TargetState[] = ['cancelled', 'completed_no_data'];

async function act(context: Context, trx: Trx, wish: Moving): Promise<ActOutcome> {
  const { tenant, id, actor, deed, reason } = wish;
  const deleted = await lockBefore(trx, wish);
  const { targets, isFree } = await lockTargets(trx, tenant, id);
  const row = await rowOf(trx, tenant, id);
  if (!row) return { status: 'unknown' };
  if (await doneBefore(trx, wish)) return { status: 'done', request: (await loadRequest(trx, tenant, id))!, ring: [] };
  wish.check?.(requestMark(row));
  const movable = targets.filter((target) => isMovedBy(deed.action, target.state) && isFree(target));
  const moved = movable.filter((target) => !deleted.has(target.model_id));
  if (moved.length === 0 && movable.length > 0) return { status: 'models_deleted' };
  const whole = deed.action === 'cancel' && deed.whole === true;
  const staying = targets.filter((target) => !OVER.includes(target.state) && !moved.includes(target));
  if (moved.length === 0 || (whole && staying.length > 0)) {
    const allowed = allowedActions(targets.filter(isFree).map(({ state }) => state));
    const run_id = targets.find((target) => !isFree(target))?.run_id ?? null;
    return { status: 'conflict', state: row.state, allowed, run_id };
  }
  if (deed.action === 'approve' && deed.four_eyes && actor === row.created_by) return { status: 'same_actor' };
  if (!(await plansHold(trx, wish, moved))) return { status: 'plan_changed' };
  if (deed.action === 'retry') {
    const twin = await openTwin(
      trx,
      tenant,
      id,
      moved.map((target) => target.model_id),
    );
    if (twin !== null) return { status: 'already_open', request_id: twin };
  }
  const at = await context.now(trx);
  const now = await writeGates(trx, wish, row, at);
  const to = ENDS[deed.action] ?? waitsAt(now, at);
  await moveTo(
    trx,
    wish,
    to,
    moved.map((target) => target.id),
    at,
  );
  await refreshRequests(trx, tenant, [id], at);
  const event = await recordEvent(trx, {
    ...{
      id: wish.once?.id,
      tenant,
      of: { request_id: id },
      action: deed.action,
      actor,
      reason,
      details: detailsOf(deed),
      at,
    },
  });
  await append(context, trx, {
    ...{ tenant, type: `request.${PAST[deed.action]}`, actor },
    data: {
      ...{ request_id: id, ...event, ...detailsOf(deed), to },
      targets: moved.map(({ id, model_id, state }) => ({ id, model_id, from: state })),
    },
  });
  const ring = to === 'queued' ? moved.map((target) => target.model_id) : [];
  return { status: 'done', request: (await loadRequest(trx, tenant, id))!, ring };
}

export const actStore = (context: Context): Pick<LifecycleStore, 'actOnRequest'> => ({
  actOnRequest: (wish) =>
    transact(context, (trx) => {
      const { deed, ...rest } = wish;
      return deed.action === 'extend' ? extend(context, trx, { ...rest, deed }) : act(context, trx, { ...rest, deed });
    }),
});

// Targets carry the state; a request's own state is derived here, in the transaction that changes its targets.
import { canMoveTarget, isFinalTarget, isOpenRequest, requestState, type TargetState } from '../domain/states.ts';
import { ExpungeError } from '../errors.ts';
import type { Trx } from './db.ts';
import { suppress, suppresses } from './suppressions.ts';

/** Locks requests in one order everywhere (model, run, requests, targets, ledger), so that nobody deadlocks. */
export async function lockRequests(trx: Trx, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const query = trx.selectFrom('deletion_requests').select('id').where('tenant_id', '=', tenant).where('id', 'in', ids);
  await query.orderBy('id').forNoKeyUpdate().execute();
}

/** Writes the derived state of requests whose targets (or certificates) changed; their version grows. */
export async function refreshRequests(trx: Trx, tenant: string, ids: readonly string[], at: string): Promise<void> {
  if (ids.length === 0) return;
  const query = trx.selectFrom('request_targets').select(['request_id', 'state']).where('tenant_id', '=', tenant);
  const targets = await query.where('request_id', 'in', ids).execute();
  const states = Map.groupBy(targets, (target) => target.request_id);
  const byState = Map.groupBy(ids, (id) => requestState((states.get(id) ?? []).map((target) => target.state)));
  for (const [state, group] of byState) {
    const open = isOpenRequest(state);
    if (suppresses(state)) await suppress(trx, tenant, group, at);
    await trx
      .updateTable('deletion_requests')
      .set((eb) => ({
        state,
        updated_at: at,
        version: eb('version', '+', 1),
        completed_at: open ? null : eb.fn.coalesce('completed_at', eb.val(at)),
        // what it was put off for is another matter now
        erasure_look_at: null,
        // open again, its person is put on the list when it ends, like any other's
        ...(suppresses(state) ? {} : { suppression_waits: false }),
      }))
      .where('tenant_id', '=', tenant)
      .where('id', 'in', group)
      .execute();
  }
}

export interface TargetMove {
  tenant: string;
  run_id: string;
  to: TargetState;
  reason: string | null;
  /** The run lets them go: they wait for another one. */
  detach: boolean;
  at: string;
  /** Those that ended in this state move as well: a publication is taken back. */
  reopen?: TargetState;
}

/**
 * Moves every target that the run holds and refreshes their requests. The run's row must be locked by the caller.
 * Throws when a target cannot go there; targets that are there already stay. Returns the requests.
 */
export async function moveTargets(trx: Trx, move: TargetMove): Promise<string[]> {
  const held = await trx
    .selectFrom('request_targets')
    .select(['id', 'request_id', 'state'])
    .where('tenant_id', '=', move.tenant)
    .where('run_id', '=', move.run_id)
    .orderBy('request_id')
    .execute();
  const open = held.filter((target) => !isFinalTarget(target.state) || target.state === move.reopen);
  const bad = open.find((target) => target.state !== move.to && !canMoveTarget(target.state, move.to));
  if (bad) {
    throw new ExpungeError('internal', `Target ${bad.id} cannot go from ${bad.state} to ${move.to}.`);
  }
  const requests = open.map((target) => target.request_id);
  if (open.length === 0) return requests;
  await lockRequests(trx, move.tenant, requests);
  await trx
    .updateTable('request_targets')
    .set({
      state: move.to,
      reason: move.reason,
      updated_at: move.at,
      ...(move.detach ? { run_id: null } : {}),
      // whoever is tried again after an end is nobody's half any more
      ...(isFinalTarget(move.to) ? { split_of: null, split_part: null } : {}),
    })
    .where('tenant_id', '=', move.tenant)
    .where(
      'id',
      'in',
      open.map((target) => target.id),
    )
    .execute();
  await refreshRequests(trx, move.tenant, requests, move.at);
  return requests;
}

// Moving a run and its targets together.
import { canMoveRun, isFinalRun, type RunState, type TargetState } from '../domain/states.ts';
import { ExpungeError } from '../errors.ts';
import type { Claim, Held, Store } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { moveTargets } from './targets.ts';

type Change = Parameters<Store['moveRun']>[2] & {
  /** Of a run that awaits promotion: what that would publish. */
  held?: Held;
  /** Targets that ended in this state go back with the run. */
  reopen?: TargetState;
};

/** Where targets go when a run ends and its caller does not say: none may be left behind in a run that is over. */
const AFTER: Partial<Record<RunState, TargetState>> = {
  failed: 'failed',
  needs_review: 'needs_review',
  cancelled: 'queued',
  superseded: 'queued',
  split: 'queued',
};

/** Locks the run and returns its state; null when the fence is stale. */
export async function lockRun(trx: Trx, claim: Claim) {
  const run = await trx
    .selectFrom('runs')
    .select(['state', 'parent', 'started_at', 'published_seq', 'finished_at', 'candidate'])
    .where('tenant_id', '=', claim.tenant)
    .where('id', '=', claim.run.id)
    .where('fence', '=', claim.fence)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return run ?? null;
}

async function writeRun(trx: Trx, claim: Claim, to: RunState, change: Change, at: string, started: boolean) {
  const final = isFinalRun(to);
  await trx
    .updateTable('runs')
    .set((eb) => ({
      state: to,
      updated_at: at,
      version: eb('version', '+', 1),
      ...(change.reason !== undefined ? { reason: change.reason } : {}),
      ...(change.plan ? { plan: JSON.stringify(change.plan) } : {}),
      ...(change.counts ? { counts: JSON.stringify(change.counts) } : {}),
      ...(change.candidate !== undefined ? { candidate: change.candidate } : {}),
      ...(change.verdict !== undefined
        ? { verdict: change.verdict as 'passed' | 'failed' | 'inconclusive' | null }
        : {}),
      ...(!started && to !== 'planned' && !final ? { started_at: at } : {}),
      // what is rolled back has ended before
      ...(final && change.reopen === undefined ? { finished_at: at } : {}),
      ...(final || to === 'awaiting_promotion' ? { lease_owner: null, lease_expires_at: null } : {}),
      held: change.held ? JSON.stringify(change.held) : null,
    }))
    .where('tenant_id', '=', claim.tenant)
    .where('id', '=', claim.run.id)
    .execute();
}

/** The move within a transaction that holds the run's lock. `from` is the run's present state. */
export async function moveLocked(
  context: Context,
  trx: Trx,
  claim: Claim,
  from: { state: RunState; started_at: string | null },
  [to, change, actor]: [to: RunState, change: Change, actor: string],
): Promise<void> {
  const { tenant, run } = claim;
  if (from.state !== to && !canMoveRun(from.state, to)) {
    throw new ExpungeError('internal', `Run ${run.id} cannot go from ${from.state} to ${to}.`);
  }
  const at = await context.now(trx);
  await writeRun(trx, claim, to, change, at, from.started_at !== null);
  const targets = change.targets ?? AFTER[to];
  const detach = isFinalRun(to) && targets === 'queued';
  // the run's reason is the target's only where it explains the target's end
  const reason = targets === 'failed' || targets === 'needs_review' ? (change.reason ?? null) : null;
  const request_ids = targets
    ? await moveTargets(trx, { tenant, run_id: run.id, to: targets, reason, detach, at, reopen: change.reopen })
    : undefined;
  const data = {
    ...{ run_id: run.id, model_id: run.model_id, from: from.state, to, targets, request_ids },
    methods: change.plan?.map((method) => method.name),
    candidate: change.candidate ?? undefined,
    verdict: change.verdict ?? undefined,
  };
  await append(context, trx, { tenant, type: 'run.moved', actor, data });
}

export const movesStore = (context: Context): Pick<Store, 'moveRun'> => ({
  moveRun: (claim, to, change, actor) =>
    transact(context, async (trx) => {
      const run = await lockRun(trx, claim);
      if (!run) return false;
      if (to === 'published') throw new ExpungeError('internal', 'A run becomes `published` by publish() alone.');
      await moveLocked(context, trx, claim, run, [to, change, actor]);
      return true;
    }),
});

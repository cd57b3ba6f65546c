// A run that failed for all its requests together ends, and two parts of them wait for runs of their own.
import { splitOf } from '../domain/splitting.ts';
import { isFinalTarget } from '../domain/states.ts';
import type { Store } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';
import { append } from './ledger.ts';
import { lockRun, moveLocked } from './moves.ts';

interface Splitting {
  tenant: string;
  model_id: string;
  worker: string;
  run_id: string;
  suspects: readonly string[];
}

/** Requests of the first run of a family, and the runs that have come of it. */
async function familyOf(trx: Trx, tenant: string, root: string) {
  const runs = await trx
    .selectFrom('runs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('split_root', '=', root)
    .executeTakeFirstOrThrow();
  const targets = await trx
    .selectFrom('run_targets')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('run_id', '=', root)
    .executeTakeFirstOrThrow();
  return { runs: runs.count + 1, requests: targets.count };
}

/**
 * `end` ends the run, whose row is locked, and lets its targets go; they then wait as two parts. False where it is not to be split, and `end`
 * is not called.
 */
export async function splitTargets(
  context: Context,
  trx: Trx,
  { tenant, model_id, worker, run_id, suspects }: Splitting,
  end: () => Promise<void>,
): Promise<boolean> {
  const query = trx.selectFrom('runs').select(['split_root']).where('tenant_id', '=', tenant);
  const { split_root } = await query.where('id', '=', run_id).executeTakeFirstOrThrow();
  const held = await trx
    .selectFrom('request_targets')
    .select(['request_id', 'state'])
    .where('tenant_id', '=', tenant)
    .where('run_id', '=', run_id)
    .orderBy('request_id')
    .execute();
  const requests = held.filter(({ state }) => !isFinalTarget(state)).map(({ request_id }) => request_id);
  const root = await familyOf(trx, tenant, split_root ?? run_id);
  const parts = splitOf({ requests, suspects, root });
  if (parts === null) return false;
  await end();
  for (const [split_part, ids] of parts.entries()) {
    await trx
      .updateTable('request_targets')
      .set({ split_of: run_id, split_part })
      .where('tenant_id', '=', tenant)
      .where('model_id', '=', model_id)
      .where('request_id', 'in', ids)
      .execute();
  }
  const data = { run_id, model_id, root: split_root ?? run_id, parts: parts.map((ids) => ({ requests: ids })) };
  await append(context, trx, { tenant, type: 'run.split', actor: worker, data });
  return true;
}

export const splitsStore = (context: Context): Pick<Store, 'splitRun'> => ({
  splitRun: (claim, { reason, verdict, suspects }, actor) =>
    transact(context, async (trx) => {
      const run = await lockRun(trx, claim);
      if (!run) return null;
      const about = { tenant: claim.tenant, model_id: claim.model.id, worker: actor, run_id: claim.run.id, suspects };
      return splitTargets(context, trx, about, () =>
        moveLocked(context, trx, claim, run, ['split', { targets: 'queued', reason, verdict }, actor]),
      );
    }),
});

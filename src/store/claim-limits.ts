// How many runs there may be at a time: one on an accelerator, so many of a tenant. Asked under locks, or two claims at once would both find room.
import { sql } from 'kysely';
import type { ClaimOptions } from '../runs/ports.ts';
import type { Wish } from './claimed.ts';
import { type Db, lockName, type Trx } from './db.ts';
import { leaseIsLive } from './leases.ts';

/** Whether another worker has a run on the accelerator. A lease that has run out counts for nothing. */
export async function isTaken(db: Db, accelerator: string, worker: string): Promise<boolean> {
  const { rows } = await sql`
    select from runs r join workers w on w.worker = r.lease_owner
    where r.lease_expires_at > clock_timestamp() and w.accelerator = ${accelerator} and w.worker <> ${worker}
    limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * What a claim holds until it ends, where a limit is set: accelerator, then tenant, both before the model. Nobody but claims takes them, and
 * always in this order, so that no circle of those who wait can close.
 */
export async function lockLimits(trx: Trx, modelId: string, options: ClaimOptions): Promise<void> {
  const { accelerator = null, tenant_runs = 0 } = options;
  if (accelerator !== null) await lockName(trx, `accelerator/${accelerator}`);
  if (tenant_runs === 0) return;
  const model = await trx.selectFrom('models').select('tenant_id').where('id', '=', modelId).executeTakeFirst();
  if (model !== undefined) await lockName(trx, `runs/${model.tenant_id}`);
}

/** Whoever is not on the list of workers yet cannot be seen on its accelerator by others, and takes nothing. */
async function isListed(trx: Trx, accelerator: string, worker: string): Promise<boolean> {
  const query = trx.selectFrom('workers').select('worker').where('worker', '=', worker);
  return (await query.where('accelerator', '=', accelerator).executeTakeFirst()) !== undefined;
}

/** Whether there is no room for one more run, under the locks of `lockLimits`. */
export async function isFull(
  trx: Trx,
  { tenant, worker, accelerator = null, tenant_runs = 0 }: Wish,
): Promise<boolean> {
  if (accelerator !== null) {
    if (!(await isListed(trx, accelerator, worker)) || (await isTaken(trx, accelerator, worker))) return true;
  }
  if (tenant_runs === 0) return false;
  const live = trx
    .selectFrom('runs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenant)
    .where(leaseIsLive);
  return (await live.executeTakeFirstOrThrow()).count >= tenant_runs;
}

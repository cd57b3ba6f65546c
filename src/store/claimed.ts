// What a claim hands out, whether the run is new or taken over.
import { sql } from 'kysely';
import type { RunProgress } from '../domain/resources.ts';
import type { Claim, ClaimOptions, ClaimOutcome } from '../runs/ports.ts';
import type { Context, Trx } from './db.ts';
import { append } from './ledger.ts';
import { loadModel } from './models.ts';
import { loadRun } from './runs.ts';

export interface Wish extends ClaimOptions {
  tenant: string;
  model_id: string;
  /** The model's present alias. */
  active: string;
  worker: string;
}

export const idle = (at: string): RunProgress => ({
  phase: 'waiting',
  step: 0,
  steps: 0,
  forget_loss: null,
  retain_loss: null,
  forget_target: null,
  seconds_left: null,
  updated_at: at,
});

/** `because`: why it begins now; left out of one that is taken over. */
export async function claimed(
  context: Context,
  trx: Trx,
  wish: Wish,
  { id, fence, because }: { id: string; fence: number; because?: string },
): Promise<ClaimOutcome> {
  const { tenant, model_id, worker } = wish;
  const run = (await loadRun(trx, tenant, id))!;
  const model = (await loadModel(trx, tenant, model_id))!;
  const { rows } = await sql<Pick<Claim, 'due_at' | 'approved_on'>>`
    select min(r.due_at) as due_at,
      case when bool_or(x.approved_steps is not null)
        then coalesce(array_agg(distinct x.approved_checkpoint) filter (where x.approved_checkpoint is not null), '{}') end
        as approved_on
    from run_targets t
    join deletion_requests r on r.tenant_id = t.tenant_id and r.id = t.request_id
    join request_targets x on x.tenant_id = t.tenant_id and x.id = t.target_id
    where t.tenant_id = ${tenant} and t.run_id = ${id}`.execute(trx);
  const { restarts, request_ids, split_of } = run;
  const data = { run_id: id, model_id, fence, restarts, request_ids, because, split_of: split_of ?? undefined };
  await append(context, trx, { tenant, type: 'run.claimed', actor: worker, data });
  return { status: 'claimed', claim: { run, fence, tenant, model, ...rows[0]! } };
}

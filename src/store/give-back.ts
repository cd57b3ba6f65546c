// A run that its worker ends with, or was lost with: its targets wait again, and whoever follows their requests is told.
import type { RunState } from '../domain/states.ts';
import type { Context, Trx } from './db.ts';
import { append } from './ledger.ts';
import { moveTargets } from './targets.ts';

interface GivenBack {
  tenant: string;
  run_id: string;
  from: RunState;
  /** The worker, or who takes its place. */
  actor: string;
  at: string;
}

export async function giveBack(context: Context, trx: Trx, { tenant, run_id, from, actor, at }: GivenBack) {
  // of a run that had not begun they wait already, and nobody is told that they moved
  const request_ids =
    from === 'planned' ? [] : await moveTargets(trx, { tenant, run_id, to: 'queued', reason: null, detach: false, at });
  await append(context, trx, { tenant, type: 'run.released', actor, data: { run_id, from, request_ids } });
}

// Requests that turned out to be unusual when their run began: they wait for approval, and whoever was in the run with them goes on.
import type { Store } from '../runs/ports.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';
import { lockRun, moveLocked } from './moves.ts';
import { refreshRequests } from './targets.ts';

export const holdUnusualStore = (context: Context): Pick<Store, 'holdUnusual'> => ({
  holdUnusual: (claim, unusual, reason, actor) =>
    transact(context, async (trx) => {
      const run = await lockRun(trx, claim);
      if (!run) return false;
      const { tenant } = claim;
      // all of them wait again, and nothing of the run is left
      await moveLocked(context, trx, claim, run, ['cancelled', { targets: 'queued', reason }, actor]);
      const at = await context.now(trx);
      for (const { request_id, suspicion } of unusual) {
        await trx
          .updateTable('deletion_requests')
          .set({ approval_required: true, approved_at: null, suspicion: JSON.stringify(suspicion) })
          .where('tenant_id', '=', tenant)
          .where('id', '=', request_id)
          .execute();
        await trx
          .updateTable('request_targets')
          .set({ state: 'awaiting_approval', approved_steps: null, approved_checkpoint: null, updated_at: at })
          .where('tenant_id', '=', tenant)
          .where('request_id', '=', request_id)
          .where('state', '=', 'queued')
          .where('run_id', 'is', null)
          .execute();
        const data = { run_id: claim.run.id, model_id: claim.model.id, request_ids: [request_id], suspicion };
        await append(context, trx, { tenant, type: 'request.unusual', actor, data });
      }
      const ids = unusual.map(({ request_id }) => request_id);
      await refreshRequests(trx, tenant, ids, at);
      return true;
    }),
});

// An approval that is not of what would be done now: its requests wait for another one.
import type { Store } from '../runs/ports.ts';
import { type Context, transact } from './db.ts';
import { append } from './ledger.ts';
import { lockRun, moveLocked } from './moves.ts';

export const lapseStore = (context: Context): Pick<Store, 'lapseApproval'> => ({
  lapseApproval: (claim, reason, actor) =>
    transact(context, async (trx) => {
      const run = await lockRun(trx, claim);
      if (!run) return false;
      const { tenant } = claim;
      const held = trx.selectFrom('request_targets').select('request_id').where('tenant_id', '=', tenant);
      const ids = (await held.where('run_id', '=', claim.run.id).where('state', '=', 'queued').execute()).map(
        ({ request_id }) => request_id,
      );
      await moveLocked(context, trx, claim, run, ['cancelled', { targets: 'awaiting_approval', reason }, actor]);
      await trx
        .updateTable('request_targets')
        .set({ run_id: null, approved_steps: null, approved_checkpoint: null })
        .where('tenant_id', '=', tenant)
        .where('model_id', '=', claim.model.id)
        .where('request_id', 'in', ids)
        .execute();
      await trx
        .updateTable('deletion_requests')
        .set({ approved_at: null })
        .where('tenant_id', '=', tenant)
        .where('id', 'in', ids)
        .execute();
      const data = { run_id: claim.run.id, model_id: claim.model.id, request_ids: ids, parent: run.parent };
      await append(context, trx, { tenant, type: 'request.approval_lapsed', actor, data });
      return true;
    }),
});

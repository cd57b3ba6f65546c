// The last step in the database of a restore: what was deleted since goes again, and the ledger says where it went on from.
import { sql } from 'kysely';
import type { Backup, Deletion, LedgerHead } from '../domain/backup.ts';
import { connect, type Trx, transact } from './db.ts';
import { type Applied, deleteAgain } from './delete-again.ts';
import { append } from './ledger.ts';

const TENANT = 'default';

export interface Finish {
  backup: Pick<Backup, 'id' | 'ledger'>;
  deletions: readonly Deletion[];
  /** How far the list of deletions went; null: somebody accepted that there is none. */
  upTo: LedgerHead | null;
  actor: string;
}

/** What an earlier try did, by its entries in the ledger; null: none came so far. */
async function doneBefore(trx: Trx, { id, ledger }: Finish['backup']): Promise<Applied | null> {
  const { rows } = await sql<{ tenant: string; request_ids: string[] | null; deleted: Applied['counts'] | null }>`
    select tenant_id as tenant, data->'request_ids' as request_ids, data->'deleted' as deleted from ledger
    where seq > ${ledger.size} and type in ('request.reopened', 'backup.restored') and data->>'backup_id' = ${id}
    order by seq`.execute(trx);
  const counts = rows.find(({ deleted }) => deleted !== null)?.deleted;
  if (counts == null) return null;
  const requests = rows.flatMap(({ tenant, request_ids }) =>
    request_ids === null ? [] : [[tenant, request_ids] as const],
  );
  return { counts, requests: new Map(requests) };
}

/** Once a restore, whatever is cut off: the entry is written in the same transaction. Returns the same when it was done before. */
export async function finishRestore(url: string, { backup, deletions, upTo, actor }: Finish): Promise<Applied> {
  const context = connect({ url, max: 2 });
  try {
    return await transact(context, async (trx) => {
      const done = await doneBefore(trx, backup);
      if (done !== null) return done;
      const applied = await deleteAgain(trx, deletions, await context.now(trx));
      const backup_id = backup.id;
      for (const [tenant, request_ids] of applied.requests)
        await append(context, trx, {
          ...{ tenant, type: 'request.reopened', actor },
          data: { request_ids, backup_id, to: 'queued' },
        });
      // the entry of the off-boarding came after the backup: who reads the ledger has to find that the tenant stays out
      for (const tenant of new Set(deletions.filter(({ what }) => what === 'tenant').map((one) => one.tenant)))
        await append(context, trx, { tenant, type: 'tenant.offboarded', actor, data: { backup_id } });
      const data = {
        ...{ backup_id, from: backup.ledger, deletions: upTo },
        ...{ deleted: applied.counts, requests: [...applied.requests.values()].flat().length },
      };
      await append(context, trx, { tenant: TENANT, type: 'backup.restored', actor, data });
      return applied;
    });
  } finally {
    await context.db.destroy();
  }
}

// The last step in the database of a restore: what was deleted since goes again, and the ledger says where it went on from.
import { sql } from 'kysely';
import type { Backup, Deletion, LedgerHead } from '../domain/backup.ts';
import { connect, transact } from './db.ts';
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

/** Once a restore, whatever is cut off: the entry is written in the same transaction. Null where it was done before. */
export async function finishRestore(url: string, { backup, deletions, upTo, actor }: Finish): Promise<Applied | null> {
  const context = connect({ url, max: 2 });
  try {
    return await transact(context, async (trx) => {
      const { rows } = await sql<{ done: boolean }>`
        select exists (select from ledger where seq > ${backup.ledger.size} and type = 'backup.restored'
          and data->>'backup_id' = ${backup.id}) as done`.execute(trx);
      if (rows[0]!.done) return null;
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

// Appending to and reading the hash chain.
import { sql } from 'kysely';
import { GENESIS_HASH, ledgerHash } from '../evidence/ledger.ts';
import type { LedgerEntry, Store } from '../runs/ports.ts';
import { type Context, type Trx, transact } from './db.ts';

// one writer at a time: the next entry needs the hash of the last one
const LEDGER_LOCK = 0x6c_65_64_67;

/**
 * Appends an entry within the caller's transaction, so that a decision and its entry exist together or not at all.
 * Takes the chain's lock until the transaction ends: call it last, after every row lock.
 */
export async function append(
  context: Context,
  trx: Trx,
  entry: { tenant: string; type: string; actor: string; data: Record<string, unknown> },
): Promise<LedgerEntry> {
  await sql`select pg_advisory_xact_lock(${LEDGER_LOCK})`.execute(trx);
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const json = JSON.stringify(entry.data);
  const unhashed = {
    ...entry,
    data: JSON.parse(json) as Record<string, unknown>,
    seq: (last?.seq ?? 0) + 1,
    at: await context.now(trx),
  };
  const previous = last?.hash ?? GENESIS_HASH;
  const hash = ledgerHash(previous, unhashed);
  const { tenant, type, actor, seq, at } = unhashed;
  await trx
    .insertInto('ledger')
    .values({ seq, at, tenant_id: tenant, type, actor, data: json, previous_hash: previous, hash })
    .execute();
  return { ...unhashed, previous_hash: previous, hash };
}

export const ledgerStore = (context: Context): Pick<Store, 'appendLedger' | 'readLedger'> => ({
  appendLedger: (tenant, type, actor, data) =>
    transact(context, (trx) => append(context, trx, { tenant, type, actor, data })),

  async readLedger({ after = 0, limit }) {
    const rows = await context.db
      .selectFrom('ledger')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(({ tenant_id, ...entry }) => ({ ...entry, tenant: tenant_id }));
  },
});

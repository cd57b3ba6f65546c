// Appending to and reading the hash chain.
import { sql } from 'kysely';
import { GENESIS_HASH, ledgerHash } from '../evidence/ledger.ts';
import type { LedgerEntry, LedgerStore } from '../runs/ports.ts';
import { insertRows } from './bulk-insert.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { writeOutbox } from './webhook-outbox.ts';

// one writer at a time: the next entry needs the hash of the last one
const LEDGER_LOCK = 0x6c_65_64_67;

interface NewEntry {
  tenant: string;
  type: string;
  actor: string;
  data: Record<string, unknown>;
}

/**
 * Appends entries within the caller's transaction, so that a decision and its entry exist together or not at all.
 * Takes the chain's lock until the transaction ends: call it last, after every row lock.
 */
export async function appendAll(context: Context, trx: Trx, entries: readonly NewEntry[]): Promise<LedgerEntry[]> {
  await sql`select pg_advisory_xact_lock(${LEDGER_LOCK})`.execute(trx);
  const last = await trx
    .selectFrom('ledger')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const at = await context.now(trx);
  const appended: LedgerEntry[] = [];
  let [seq, previous_hash] = [last?.seq ?? 0, last?.hash ?? GENESIS_HASH];
  for (const entry of entries) {
    // as it will be read: without what JSON leaves out
    const data = JSON.parse(JSON.stringify(entry.data)) as Record<string, unknown>;
    const unhashed = { ...entry, data, seq: ++seq, at };
    const hash = ledgerHash(previous_hash, unhashed);
    appended.push({ ...unhashed, previous_hash, hash });
    previous_hash = hash;
  }
  const rows = appended.map(({ tenant, ...rest }) => ({ ...rest, tenant_id: tenant }));
  await insertRows(trx, 'ledger', rows);
  await writeOutbox(context, trx, appended);
  return appended;
}

/** The same for one entry. */
export async function append(context: Context, trx: Trx, entry: NewEntry): Promise<LedgerEntry> {
  const [appended] = await appendAll(context, trx, [entry]);
  return appended!;
}

const toEntry = ({ tenant_id, ...entry }: Omit<LedgerEntry, 'tenant'> & { tenant_id: string }): LedgerEntry => ({
  ...entry,
  tenant: tenant_id,
});

/** Entries in order. */
export async function readEntries(
  db: Db,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<LedgerEntry[]> {
  const rows = await db.selectFrom('ledger').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute();
  return rows.map(toEntry);
}

export const ledgerStore = (
  context: Context,
): Pick<LedgerStore, 'appendLedger' | 'readLedger' | 'ledgerEntries' | 'ledgerEntry'> => ({
  appendLedger: (tenant, type, actor, data) =>
    transact(context, (trx) => append(context, trx, { tenant, type, actor, data })),

  readLedger: (query) => readEntries(context.db, query),

  async ledgerEntries(tenant, { after, limit, type }) {
    const rows = await context.db
      .selectFrom('ledger')
      .selectAll()
      .where('tenant_id', '=', tenant)
      .where('seq', '>', after)
      .$if(type !== undefined, (query) => query.where('type', '=', type!))
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(toEntry);
  },

  async ledgerEntry(tenant, which) {
    const query = context.db.selectFrom('ledger').selectAll().where('tenant_id', '=', tenant);
    const row =
      'seq' in which
        ? await query.where('seq', '=', which.seq).executeTakeFirst()
        : await query
            .where('type', '=', 'certificate.issued')
            .where(sql<string>`data ->> 'certificate_id'`, '=', which.certificate_id)
            .orderBy('seq')
            .limit(1)
            .executeTakeFirst();
    return row === undefined ? null : toEntry(row);
  },
});

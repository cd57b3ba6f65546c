// Appending to and reading the hash chain.
import { sql } from 'kysely';
import { GENESIS_HASH, ledgerHash } from '../evidence/ledger.ts';
import type { LedgerEntry, LedgerStore } from '../runs/ports.ts';
import { type Asks, asking, together } from './asks.ts';
import { insertions } from './bulk-insert.ts';
import { type Context, type Db, type Trx, transact } from './db.ts';
import { refuseOffboarded } from './offboarded.ts';
import { listenersOf, writeOutbox } from './webhook-outbox.ts';

// one writer at a time: the next entry needs the hash of the last one
const LEDGER_LOCK = 0x6c_65_64_67;

interface NewEntry {
  tenant: string;
  type: string;
  actor: string;
  data: Record<string, unknown>;
}

interface Last {
  seq: number | null;
  hash: string | null;
  now: string;
}

/** The end of the chain, which nobody else writes to until the transaction ends, and the time. */
async function lockEnd({ clock }: Context, { ask }: Asks): Promise<{ seq: number; hash: string; at: string }> {
  const [, [last]] = await together([
    ask({ text: 'select pg_advisory_xact_lock($1)', values: [LEDGER_LOCK] }),
    ask<Last>({
      text: `select l.seq, l.hash, clock_timestamp() as now
        from (values (0)) as one left join (select seq, hash from ledger order by seq desc limit 1) as l on true`,
      values: [],
    }),
  ]);
  const { seq, hash, now } = last!;
  return { seq: seq ?? 0, hash: hash ?? GENESIS_HASH, at: clock ? clock().toISOString() : now };
}

/** The entries as they follow on the last one. */
function chained(entries: readonly NewEntry[], last: { seq: number; hash: string; at: string }): LedgerEntry[] {
  let { seq, hash: previous_hash } = last;
  return entries.map((entry) => {
    // as it will be read: without what JSON leaves out
    const data = JSON.parse(JSON.stringify(entry.data)) as Record<string, unknown>;
    const unhashed = { ...entry, data, seq: ++seq, at: last.at };
    const hash = ledgerHash(previous_hash, unhashed);
    const made = { ...unhashed, previous_hash, hash };
    previous_hash = hash;
    return made;
  });
}

/**
 * Appends entries within the caller's transaction, so that a decision and its entry exist together or not at all.
 * Takes the chain's lock until the transaction ends: call it last, after every row lock. The caller settles.
 * Throws `tenant-offboarded` for what would begin for such a tenant.
 */
export async function appendTo(context: Context, asks: Asks, entries: readonly NewEntry[]): Promise<LedgerEntry[]> {
  const [last, listeners] = await together([
    lockEnd(context, asks),
    listenersOf(asks, entries),
    refuseOffboarded(asks, entries),
  ]);
  const appended = chained(entries, last);
  const rows = appended.map(({ tenant, ...rest }) => ({ ...rest, tenant_id: tenant }));
  for (const statement of insertions('ledger', rows)) void asks.ask(statement);
  if (listeners.length > 0) await writeOutbox(context, asks, appended, listeners);
  return appended;
}

/** The same, settled. */
export const appendAll = (context: Context, trx: Trx, entries: readonly NewEntry[]): Promise<LedgerEntry[]> =>
  asking(trx, (asks) => appendTo(context, asks, entries));

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

// Signed checkpoints of the ledger's tree.
import { sql } from 'kysely';
import type { LedgerCheckpoint } from '../domain/ledger.ts';
import { ExpungeError } from '../errors.ts';
import { verifyChain } from '../evidence/ledger.ts';
import { treeRoot } from '../evidence/tree.ts';
import type { LedgerStore, NewTreeHead } from '../runs/ports.ts';
import { type Context, type Db, lockName, type Trx, transact } from './db.ts';
import { readEntries } from './ledger.ts';
import { growNodes, readNodes } from './ledger-nodes.ts';

/** Entries that are checked at a time. */
const PAGE = 1000;

interface Row extends Omit<LedgerCheckpoint, 'root'> {
  root: Uint8Array;
}
const toCheckpoint = (row: Row): LedgerCheckpoint => ({ ...row, root: Buffer.from(row.root).toString('base64') });

const rows = (db: Db) =>
  db.selectFrom('ledger_checkpoints').select(['origin', 'size', 'root', 'checkpoint', 'created_at']);
const latest = (db: Db) => rows(db).orderBy('size', 'desc').limit(1).executeTakeFirst();

const altered = (why: string) => new ExpungeError('ledger-altered', why);

/** Whatever is signed next says the same of the past. */
async function checkPast(trx: Trx, { size, root }: Row): Promise<void> {
  const now = await treeRoot((nodes) => readNodes(trx, nodes), size);
  if (Buffer.compare(now, root) !== 0)
    throw altered(`The first ${size} entries are not those that a checkpoint was signed over.`);
}

/** Every entry after `size` follows from the one before it. Returns the number of the last. */
async function checkNew(trx: Trx, size: number): Promise<number> {
  let [before] = size === 0 ? [] : await readEntries(trx, { after: size - 1, limit: 1 });
  for (;;) {
    const after = before?.seq ?? 0;
    const page = await readEntries(trx, { after, limit: PAGE });
    if (page.length === 0) return after;
    const check = verifyChain(page, before);
    if (!check.ok || (before === undefined && page[0]!.seq !== 1))
      throw altered(`Entry ${check.ok ? 1 : check.seq} does not follow from the one before it.`);
    before = page.at(-1);
  }
}

async function make(context: Context, trx: Trx, sign: Parameters<LedgerStore['makeLedgerCheckpoint']>[0]) {
  await lockName(trx, 'ledger/checkpoint');
  const last = await latest(trx);
  const from = last?.size ?? 0;
  const to = await trx
    .selectFrom('ledger')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .executeTakeFirst();
  if ((to?.seq ?? 0) < from)
    throw altered(`Of ${from} entries that a checkpoint was signed over ${to?.seq ?? 0} are left.`);
  if ((to?.seq ?? 0) === from) return null;
  if (last !== undefined) await checkPast(trx, last);
  const size = await checkNew(trx, from);
  await growNodes(trx, from, size);
  const root = await treeRoot((nodes) => readNodes(trx, nodes), size);
  const [entry] = await readEntries(trx, { limit: 1 });
  const head: NewTreeHead = { first: entry!.hash, size, root };
  const signed = await sign(head);
  const row: Row = { ...signed, size, root, created_at: await context.now(trx) };
  await trx.insertInto('ledger_checkpoints').values(row).execute();
  return toCheckpoint(row);
}

export const ledgerCheckpointsStore = (
  context: Context,
): Pick<
  LedgerStore,
  'ledgerNodes' | 'ledgerCheckpoint' | 'ledgerCheckpoints' | 'ledgerCheckpointDue' | 'makeLedgerCheckpoint'
> => ({
  ledgerNodes: (nodes) => readNodes(context.db, nodes),

  async ledgerCheckpoint(size) {
    const query =
      size === undefined ? latest(context.db) : rows(context.db).where('size', '=', size).executeTakeFirst();
    const row = await query;
    return row === undefined ? null : toCheckpoint(row);
  },

  async ledgerCheckpoints({ after = 0, limit }) {
    const found = await rows(context.db).where('size', '>', after).orderBy('size').limit(limit).execute();
    return found.map(toCheckpoint);
  },

  async ledgerCheckpointDue(everyMs) {
    const now = await context.now(context.db);
    const { rows: due } = await sql<{ due: boolean }>`
      with last as (select coalesce(max(size), 0) as size, max(created_at) as at from ledger_checkpoints)
      select exists (select from ledger l where l.seq > last.size and (
        l.type = 'certificate.issued' or last.at is null or last.at <= ${now}::timestamptz - ${everyMs} * interval '1 ms')) as due
      from last`.execute(context.db);
    return due[0]!.due;
  },

  makeLedgerCheckpoint: (sign) => transact(context, (trx) => make(context, trx, sign)),
});

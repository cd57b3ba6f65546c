// A dump put into an empty database. Needs no rights beyond those of the owner: tables come in the order of their references.

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Backup, BackupTable } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';
import { connect } from './db.ts';
import { columnList, quoted } from './dump.ts';
import { migrate, migrateAsIn } from './migrate.ts';

interface Reference {
  child: string;
  parent: string;
}

// those that are deferred are looked at when the transaction ends, and one table's own when its COPY does
const REFERENCES = `
  select child.relname as child, parent.relname as parent from pg_constraint c
  join pg_class child on child.oid = c.conrelid join pg_class parent on parent.oid = c.confrelid
  where c.contype = 'f' and not c.condeferrable and c.conrelid <> c.confrelid
    and c.connamespace = current_schema()::regnamespace`;

const SEQUENCES = `
  select table_name as name, column_name as column from information_schema.columns
  where table_schema = current_schema() and is_identity = 'YES'`;

/** Every table after those that it refers to. */
export function inOrder<T extends { name: string }>(tables: readonly T[], references: readonly Reference[]): T[] {
  const left = new Map(tables.map((table) => [table.name, table]));
  const sorted: T[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ name }) => !references.some(({ child, parent }) => child === name && left.has(parent)),
    );
    if (free.length === 0) throw new ExpungeError('internal', 'The tables refer to each other in a circle.');
    for (const table of free) left.delete(table.name);
    sorted.push(...free);
  }
  return sorted;
}

async function fill(client: pg.Client, tables: readonly BackupTable[], rowsOf: (table: BackupTable) => Readable) {
  const { rows: references } = await client.query<Reference>(REFERENCES);
  await client.query('begin');
  for (const table of inOrder(tables, references)) {
    const into = client.query(copyFrom(`copy ${quoted(table.name)} (${columnList(table.columns)}) from stdin`));
    await pipeline(rowsOf(table), into);
    if (into.rowCount !== table.rows)
      throw new ExpungeError('internal', `${table.name} got ${into.rowCount} rows where the backup has ${table.rows}.`);
  }
  const { rows: sequences } = await client.query<{ name: string; column: string }>(SEQUENCES);
  for (const { name, column } of sequences) {
    const last = `(select coalesce(max(${quoted(column)}), 0) + 1 from ${quoted(name)})`;
    await client.query(`select setval(pg_get_serial_sequence($1, $2), ${last}, false)`, [quoted(name), column]);
  }
  await client.query('commit');
  await client.query('analyze');
}

// nothing that a URL says: that of the embedded Postgres has another port with each start
const IDENTITY = `
  select concat_ws('/', (select system_identifier from pg_control_system()), oid, current_schema()) as database
  from pg_database where datname = current_database()`;

/** Made before the transaction that makes all the others. */
const OF_MIGRATIONS = ['kysely_migration', 'kysely_migration_lock'];

/** What a database holds: nothing at all, tables without a ledger, this backup, or something else. */
async function contentOf(client: pg.Client, { ledger }: Backup): Promise<'nothing' | 'tables' | 'this' | 'other'> {
  const tables = `select table_name as name from information_schema.tables where table_schema = current_schema()`;
  const { rows } = await client.query<{ name: string }>(tables);
  if (rows.length === 0) return 'nothing';
  if (rows.every(({ name }) => OF_MIGRATIONS.includes(name))) return 'tables';
  if (!rows.some(({ name }) => name === 'ledger')) return 'other';
  const entries = await client.query<{ hash: string | null; any: boolean }>(
    'select (select hash from ledger where seq = $1) as hash, exists (select from ledger) as any',
    [ledger.size],
  );
  const { hash, any } = entries.rows[0]!;
  return any ? (hash === ledger.head ? 'this' : 'other') : 'tables';
}

export interface Claim {
  /** The database that an earlier try found empty; null: it came to none. */
  ours: string | null;
  /** Called with an empty one before anything is put there. */
  claim(database: string): Promise<void>;
}

/**
 * Fills an empty database, in one transaction, and brings its schema up to date. One that is `ours` may hold what an earlier try that was
 * cut off put there. Throws `start-refused` for one that holds anything else: that of the installation which was backed up has all
 * that the backup has.
 */
export async function loadDump(
  url: string,
  backup: Backup,
  rowsOf: (table: BackupTable) => Readable,
  { ours, claim }: Claim,
): Promise<void> {
  const context = connect({ url, max: 2 });
  const client = new pg.Client({ connectionString: url, application_name: 'expunge-restore' });
  client.on('error', () => {});
  try {
    await client.connect();
    const content = await contentOf(client, backup);
    const database = (await client.query<{ database: string }>(IDENTITY)).rows[0]!.database;
    if (content === 'other' || (content !== 'nothing' && database !== ours))
      throw new ExpungeError('start-refused', 'The database is not empty; name an empty one in DATABASE_URL');
    if (database !== ours) await claim(database);
    if (content !== 'this') {
      await migrateAsIn(context.db, backup.migrations);
      await fill(client, backup.tables, rowsOf);
    }
    await migrate(context.db);
  } finally {
    await client.end().catch(() => {});
    await context.db.destroy();
  }
}

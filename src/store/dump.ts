// Every table of the database as it was at one moment, while others go on writing: one transaction reads them all.
import type { Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { LedgerHead } from '../domain/backup.ts';

/** What lives for minutes, or belongs to files that a backup does not hold. */
const LEFT_OUT = [
  ...['uploads', 'upload_files', 'idempotency_keys', 'probes', 'influence_analyses'],
  ...['kysely_migration', 'kysely_migration_lock'],
];

export interface DumpedTable {
  name: string;
  columns: string[];
}

export interface Dump {
  migrations: string[];
  ledger: LedgerHead;
  tables: DumpedTable[];
  /** Addresses of all checkpoints whose files are needed. */
  checkpoints: string[];
  corpora: string[];
  probes: { run_id: string; key_id: string }[];
  /** Those that the database still knows the files of now, whatever it did when the dump began. */
  stillKept(digests: readonly string[]): Promise<string[]>;
  /** Whether the corpus is there now, whatever it was when the dump began. */
  stillThere(corpusId: string): Promise<boolean>;
  /** Versions of subject keys that are in use. */
  subjectKeys: { tenant: string; version: number }[];
  destroyedKeys: { tenant: string; version: number }[];
  /** Those that are destroyed by now. */
  destroyedSince(): Promise<{ tenant: string; version: number }[]>;
  /** Rows in the text format of COPY. */
  rows(table: DumpedTable): Readable;
  close(): Promise<void>;
}

const TABLES = `
  select t.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
  from information_schema.tables t
  join information_schema.columns c using (table_schema, table_name)
  where t.table_schema = current_schema() and t.table_type = 'BASE TABLE' and t.table_name <> all($1::text[])
  group by t.table_name order by t.table_name`;

const CHECKPOINTS = (only: string) => `
  select digest from (
    select digest from checkpoints where state <> 'deleted'
    union select digest from retrained_references
    union select candidate from runs where state = 'awaiting_promotion' and candidate is not null
  ) kept ${only} order by digest`;

const LEDGER = `
  select (select hash from ledger where seq = 1) as first, seq::int as size, hash as head
  from ledger order by seq desc limit 1`;

const DESTROYED_KEYS = 'select tenant_id as tenant, version from subject_key_versions where destroyed_at is not null';

const SUBJECT_KEYS = `
  select tenant, version from (
    select tenant_id as tenant, key_version as version from subject_records
    union select tenant_id, key_version from request_subjects
    union select tenant_id, key_version from restriction_subjects
    union select tenant_id, version from subject_key_versions
  ) used where not exists (
    select from subject_key_versions v where v.tenant_id = tenant and v.version = used.version and v.destroyed_at is not null)
  order by tenant, version`;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const columnList = (columns: readonly string[]): string => columns.map(quoted).join(', ');

/** Outside of the transaction: what is there by now. */
async function askNow<T extends pg.QueryResultRow>(url: string, text: string, values: unknown[]): Promise<T[]> {
  const now = new pg.Client({ connectionString: url });
  await now.connect();
  return (await now.query<T>(text, values).finally(() => now.end())).rows;
}

/** Opens the transaction; everything is as it is now until `close`. The ledger must have an entry. */
export async function openDump(url: string): Promise<Dump> {
  const client = new pg.Client({ connectionString: url, application_name: 'expunge-backup' });
  client.on('error', () => {});
  await client.connect();
  const ask = async <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await client.query<T>(text, values)).rows;
  try {
    await client.query('begin isolation level repeatable read read only');
    const [ledger] = await ask<LedgerHead>(LEDGER);
    return {
      ledger: ledger!,
      migrations: (await ask<{ name: string }>('select name from kysely_migration order by name')).map((m) => m.name),
      tables: await ask<DumpedTable>(TABLES, [LEFT_OUT]),
      checkpoints: (await ask<{ digest: string }>(CHECKPOINTS(''))).map(({ digest }) => digest),
      corpora: (
        await ask<{ id: string }>('select id from corpora where records > 0 and deleted_at is null order by id')
      ).map(({ id }) => id),
      probes: await ask('select run_id, key_id from kept_probes where shredded_at is null order by key_id'),
      async stillKept(digests) {
        if (digests.length === 0) return [];
        const found = await askNow<{ digest: string }>(url, CHECKPOINTS('where digest = any($1::text[])'), [digests]);
        return found.map(({ digest }) => digest);
      },
      stillThere: async (id) =>
        (await askNow(url, 'select from corpora where id = $1 and deleted_at is null', [id])).length > 0,
      subjectKeys: await ask(SUBJECT_KEYS),
      destroyedKeys: await ask(DESTROYED_KEYS),
      destroyedSince: () => askNow(url, DESTROYED_KEYS, []),
      rows: ({ name, columns }) => client.query(copyTo(`copy ${quoted(name)} (${columnList(columns)}) to stdout`)),
      async close() {
        await client.query('rollback').catch(() => {});
        await client.end();
      },
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

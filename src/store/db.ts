// The connection: one pool, times as RFC 3339 text, transactions that try again after a deadlock.
import { Kysely, PostgresDialect, type PostgresPool, type RawBuilder, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { passing } from '../corpora/collect.ts';
import { ExpungeError } from '../errors.ts';
import type { Page, PageQuery } from '../runs/ports.ts';
import type { Asks } from './asks.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { Database } from './schema.ts';

export interface StoreOptions {
  /** postgres:// URL; Postgres 15 or later. */
  url: string;
  /** Most connections of the pool. */
  max?: number;
  /** Time of what is written, for tests; leases go by the database's clock always. */
  clock?: () => Date;
  /** Told after a commit which webhook endpoints have something to be sent. */
  onOutbox?: (endpointIds: string[]) => void;
}

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;
export interface Context {
  db: Db;
  /** The time of tests. */
  clock?: StoreOptions['clock'];
  /** Now, RFC 3339 with milliseconds: the database's clock unless one was given. */
  now(db: Db): Promise<string>;
  /** Endpoints that a transaction wrote deliveries for. */
  outbox: WeakMap<Trx, Set<string>>;
  onOutbox?: StoreOptions['onOutbox'];
  /** For transactions of many small statements. */
  pipeline: Pipeline;
  /** One transaction, once, on a connection that COPY can be sent over as well; Kysely does not speak it. */
  copying<T>(work: (trx: Trx, client: pg.ClientBase) => Promise<T>): Promise<T>;
}

const TIMESTAMPTZ = 1184;
const INT8 = 20;
const parseTime = pg.types.getTypeParser(TIMESTAMPTZ) as unknown as (text: string) => Date;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === TIMESTAMPTZ) return (text: string) => parseTime(text).toISOString();
    // counts, bytes and sequence numbers stay below 2^53
    if (oid === INT8) return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

async function transactOn<T>(pool: pg.Pool, work: (trx: Trx, client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  const lent = {
    query: client.query.bind(client),
    release(discard?: boolean) {
      broken ||= discard === true;
    },
  };
  const one = { connect: async () => lent, end: async () => {}, options: {} } as unknown as PostgresPool;
  try {
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: one }) });
    return await db.transaction().execute((trx) => work(trx, client));
  } finally {
    client.release(broken);
  }
}

/** Opens the pool; nothing is sent until the first query. */
export function connect(options: StoreOptions): Context {
  const config = {
    ...{ connectionString: options.url, connectionTimeoutMillis: 10_000, application_name: 'expunge', types },
  };
  const pool = new pg.Pool({ ...config, max: options.max ?? 10 });
  // a connection that breaks fails the query that is under way, and is replaced by the next one; without listeners the process would end
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const { clock } = options;
  return {
    db,
    clock,
    outbox: new WeakMap(),
    onOutbox: options.onOutbox,
    async now(executor) {
      if (clock) return clock().toISOString();
      const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(executor);
      return rows[0]!.now;
    },
    pipeline: openPipeline(config),
    copying: (work) => transactOn(pool, work),
  };
}

/** `now` over what is asked for together. */
export async function timeOf({ clock }: Context, { ask }: Asks): Promise<string> {
  if (clock) return clock().toISOString();
  const [row] = await ask<{ now: string }>({ text: 'select clock_timestamp() as now', values: [] });
  return row!.now;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

const DEADLOCK = '40P01';
const SERIALIZATION = '40001';

/** One transaction, which answers with what it made and the endpoints that it wrote deliveries for. */
type Once<T> = () => Promise<{ made: T; told: Set<string> | undefined }>;

/** At most three times more when Postgres chose it as a deadlock's victim. */
async function attempted<T>({ onOutbox }: Context, once: Once<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { made, told } = await once();
      if (told !== undefined) onOutbox?.([...told]);
      return made;
    } catch (error) {
      if (attempt === 4 || ![DEADLOCK, SERIALIZATION].includes(codeOf(error))) throw error;
    }
  }
}

/** Runs `work` in one transaction, again (at most three times) when Postgres chose it as a deadlock's victim. */
export function transact<T>(context: Context, work: (trx: Trx) => Promise<T>): Promise<T> {
  const { db, outbox } = context;
  const whole = async (trx: Trx) => ({ made: await work(trx), told: outbox.get(trx) });
  return attempted(context, () => db.transaction().execute(whole));
}

/** The same over the pipeline. */
export function transactPipelined<T>(context: Context, work: (asks: Asks) => Promise<T>): Promise<T> {
  const { pipeline, outbox } = context;
  const whole = async (asks: Asks) => ({ made: await work(asks), told: outbox.get(asks.trx) });
  return attempted(context, () => pipeline.transact(whole));
}

// SQLSTATE classes and system codes that mean: the server is away, not: the statement is wrong
const AWAY = /^(08|57P|53300|ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|EAI_AGAIN|ENOENT)/;
const AWAY_TEXT = /connection terminated|timeout exceeded when trying to connect|client has encountered a connection/i;

/** `service-unavailable` for a server that is away, the error itself for everything else. */
export function unavailable(error: unknown): unknown {
  if (error instanceof ExpungeError) return error;
  const text = error instanceof Error ? error.message : '';
  if (!AWAY.test(codeOf(error)) && !AWAY_TEXT.test(text)) return error;
  return new ExpungeError('service-unavailable', 'Postgres does not answer; check DATABASE_URL and the server.', {
    cause: error,
  });
}

/** `where` of the page after `after`, newest first. `column` is the time that the list is ordered by. */
export const beyond = (column: string, after: { created_at: string; id: string }, id = 'id') =>
  sql<boolean>`(${sql.ref(column)}, ${sql.ref(id)}) < (${after.created_at}::timestamptz, ${after.id}::uuid)`;

/** Cuts a page out of one row more than asked for. */
export function toPage<T extends { id: string }>(rows: T[], query: PageQuery, time: (row: T) => string): Page<T> {
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return { items, next: last && rows.length > query.limit ? { created_at: time(last), id: last.id } : null };
}

/** One transaction at a time under a name; whoever comes next waits for its end. */
export const lockName = (trx: Trx, name: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);

/** Rows of a query some at once, however many there are. One at a time in a transaction. */
export async function* rowsOf<T>(trx: Trx, query: RawBuilder<T>, size = 1000): AsyncGenerator<T[]> {
  const passed = passing();
  await sql`declare rows_of no scroll cursor for ${query}`.execute(trx);
  for (;;) {
    const { rows } = await sql<T>`fetch ${sql.lit(size)} from rows_of`.execute(trx);
    if (rows.length === 0) break;
    yield rows;
    passed(rows.length);
  }
  await sql`close rows_of`.execute(trx);
}

/**
 * For the rest of a transaction whose queries run once, over whole tables that may have no statistics yet: sort in memory
 * while it is a little, compile nothing, join by hashing or sorting, and plan a cursor for all of its rows.
 */
export async function readWhole(trx: Trx): Promise<void> {
  await sql`
    select set_config(name, value, true) from (values ('work_mem', '64MB'), ('jit', 'off'), ('enable_nestloop', 'off'),
      ('cursor_tuple_fraction', '1.0')) as settings (name, value)`.execute(trx);
}

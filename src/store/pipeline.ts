// Transactions over a connection that takes statements without waiting for the answers to those before: a group of requests takes
// four turns of asking and answering instead of twenty. The statements are prepared once a connection.
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import type { Asks, Statement } from './asks.ts';
import type { Trx } from './db.ts';
import type { Database } from './schema.ts';

/**
 * Every statement looks up by keys. Plans are made once, perhaps while the tables are empty, and have to be right when they no longer are:
 * by index, nested. Switching a kind of plan off makes it look dear, which must not call the compiler.
 */
const BEGIN = `begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
  set local jit = off; set local plan_cache_mode = force_generic_plan`;

const names = new Map<string, string>();
/** As Postgres knows a prepared statement. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `expunge_${names.size}`;
  names.set(text, name);
  return name;
}

/** Kysely over the client, as if it had a pool of one. */
function transactionOver(client: pg.ClientBase): Trx {
  const lent = { query: client.query.bind(client), release() {} };
  const pool = { connect: async () => lent, end: async () => {}, options: {} } as unknown as PostgresPool;
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }) as unknown as Trx;
}

/** What is asked for in one go leaves as one packet: writing to a socket costs more than most statements. */
function corking(client: pg.ClientBase): () => void {
  const { stream } = (client as pg.Client).connection;
  let corked = false;
  return () => {
    if (corked) return;
    corked = true;
    stream.cork();
    process.nextTick(() => {
      corked = false;
      stream.uncork();
    });
  };
}

/** What the transaction is made of; `end` sends its last statement and resolves when all are answered. */
function conversation(client: pg.ClientBase) {
  const sent: Promise<pg.QueryResult>[] = [];
  const cork = corking(client);
  const send = (query: pg.QueryConfig): Promise<pg.QueryResult> => {
    cork();
    const answer = client.query(query);
    answer.catch(() => undefined);
    sent.push(answer);
    return answer;
  };
  async function settled(): Promise<void> {
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  }
  const asks: Asks = {
    trx: transactionOver(client),
    ask<Row>({ text, values }: Statement) {
      const rows = send({ name: nameOf(text), text, values: [...values] }).then((result) => result.rows as Row[]);
      rows.catch(() => undefined);
      return rows;
    },
    settled,
  };
  return {
    asks,
    begin: () => void send({ text: BEGIN }),
    async commit() {
      const committed = send({ text: 'commit' });
      await settled();
      // Postgres answers the commit of a failed transaction with its rollback, and no error
      if ((await committed).command !== 'COMMIT') throw new Error('The transaction was not committed');
    },
    async rollback() {
      void send({ text: 'rollback' });
      await Promise.allSettled(sent);
    },
  };
}

/** Lost connections fail whatever is under way; without a listener the process would end. */
const ignore = () => {};

/** One transaction. What `work` has asked for and not waited for is sent before the commit, and not without it. */
async function transactOver<T>(client: pg.PoolClient, work: (asks: Asks) => Promise<T>): Promise<T> {
  client.on('error', ignore);
  const { asks, begin, commit, rollback } = conversation(client);
  let whole = false;
  try {
    begin();
    let result: T;
    try {
      result = await work(asks);
    } catch (error) {
      await rollback();
      whole = true;
      throw error;
    }
    await commit();
    whole = true;
    return result;
  } finally {
    client.off('error', ignore);
    // after a failed commit nobody knows what state the connection is in
    client.release(!whole);
  }
}

export interface Pipeline {
  transact<T>(work: (asks: Asks) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Transactions that go on beside each other. */
export const CONNECTIONS = 2;

/** Connections of their own, opened by the first transactions; more transactions beside each other wait for them. */
export function openPipeline(config: pg.PoolConfig): Pipeline {
  const pool = new pg.Pool({ ...config, max: CONNECTIONS, pipeline: true });
  pool.on('error', ignore);
  return {
    transact: async (work) => transactOver(await pool.connect(), work),
    close: () => pool.end(),
  };
}

// Statements of fixed text within a transaction. Those that need no other's answer are asked for together: over a connection that
// pipelines they are sent at once, and what takes most of the time of a small statement, waiting for each other, is paid once.
import { CompiledQuery } from 'kysely';
import type { Trx } from './db.ts';

export interface Statement {
  /** One of few: whatever differs from call to call is in `values`. */
  text: string;
  values: readonly unknown[];
}

export interface Asks {
  /** Rows. Carried out after whatever was asked for before it, whether or not that has been answered; not at all once one has failed. */
  ask<Row>(statement: Statement): Promise<Row[]>;
  /** Resolves when everything is answered; rejects with what failed first. Before the end of the transaction. */
  settled(): Promise<void>;
  /** For everything else, one query at a time. */
  trx: Trx;
}

/** A rejection is met where it is awaited, or by `settled`. */
const noted = <T>(answer: Promise<T>): Promise<T> => {
  answer.catch(() => undefined);
  return answer;
};

/** Over a transaction as Kysely has it, which sends one at a time. */
function asksOf(trx: Trx): Asks {
  let last: Promise<unknown> = Promise.resolve();
  return {
    trx,
    ask<Row>({ text, values }: Statement) {
      const query = CompiledQuery.raw(text, [...values]);
      const rows = last.then(async () => (await trx.executeQuery<Row>(query)).rows);
      last = noted(rows);
      return rows;
    },
    async settled() {
      await last;
    },
  };
}

/** What `work` asks for within a transaction; when this settles nothing of it is under way any more. */
export async function asking<T>(trx: Trx, work: (asks: Asks) => Promise<T>): Promise<T> {
  const asks = asksOf(trx);
  try {
    return await work(asks);
  } finally {
    await asks.settled();
  }
}

/** All of these, however many fail; then what the first one failed with. Nothing is under way any more when this settles. */
export async function together<T extends readonly unknown[]>(
  asked: {
    [I in keyof T]: Promise<T[I]>;
  },
): Promise<T> {
  const settled = await Promise.allSettled(asked);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

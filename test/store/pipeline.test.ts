import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { together } from '../../src/store/asks.ts';
import { openPipeline, type Pipeline } from '../../src/store/pipeline.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pipeline: Pipeline;
before(async () => {
  database = await createTestDatabase();
  pipeline = openPipeline({ connectionString: database.url });
  await pipeline.transact(({ trx }) => sql`create table numbers (n integer primary key)`.execute(trx));
});
after(async () => {
  await pipeline.close();
  await database.drop();
});

const insert = (n: number) => ({ text: 'insert into numbers values ($1)', values: [n] });
const all = () =>
  pipeline.transact(async ({ ask }) =>
    (await ask<{ n: number }>({ text: 'select n from numbers order by n', values: [] })).map(({ n }) => n),
  );

test('statements are carried out in the order of asking, and those that nobody waits for before the commit', async () => {
  const seen = await pipeline.transact(async ({ ask }) => {
    const [, rows] = await together([
      ask(insert(1)),
      ask<{ n: number }>({ text: 'select n from numbers', values: [] }),
    ]);
    void ask(insert(2));
    return rows;
  });
  assert.deepEqual(seen, [{ n: 1 }]);
  assert.deepEqual(await all(), [1, 2]);
});

test('one that fails undoes all, also where nobody waits for it; the first reason is told, and the next goes on', async () => {
  const unawaited = pipeline.transact(async ({ ask }) => {
    void ask(insert(3));
    void ask(insert(1));
    void ask(insert(4));
  });
  await assert.rejects(unawaited, { code: '23505' });
  await assert.rejects(
    pipeline.transact(({ ask }) => together([ask(insert(5)), ask(insert(1)), ask(insert(6))])),
    { code: '23505' },
  );
  const thrown = pipeline.transact(async ({ ask }) => {
    void ask(insert(7));
    throw new Error('no more');
  });
  await assert.rejects(thrown, /no more/);
  assert.deepEqual(await all(), [1, 2]);
});

test('a connection that is lost fails its transaction; the next has another one', async () => {
  const lost = pipeline.transact(async ({ ask }) => {
    void ask(insert(8));
    await ask({ text: 'select pg_terminate_backend(pg_backend_pid())', values: [] });
  });
  await assert.rejects(lost);
  assert.deepEqual(await all(), [1, 2]);
});

test('two transactions go on beside each other, and a third waits for the end of one', async () => {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const transactions = [10, 11, 12].map((n) =>
    pipeline.transact(async ({ ask }) => {
      await ask(insert(n));
      begun.push(n);
      await new Promise<void>((end) => ends.set(n, end));
    }),
  );
  while (begun.length < 2) await setImmediate();
  assert.deepEqual([...begun].sort(), [10, 11]);
  ends.get(11)!();
  await transactions[1];
  while (begun.length < 3) await setImmediate();
  assert.equal(begun[2], 12);
  for (const n of [10, 12]) ends.get(n)!();
  await Promise.all(transactions);
  assert.deepEqual(await all(), [1, 2, 10, 11, 12]);
});

// In a process of its own: it moves the timers of the process.
// A call holds its Idempotency-Key for as long as it is at work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let database: pg.Client;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  database = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await database.connect();
});
after(async () => {
  await database.end();
  for (const close of closers) await close();
});

const LINES = ['a', 'b'].map((name) =>
  JSON.stringify({ subject: { identifiers: [{ type: 'email', value: `${name}@example.org` }] } }),
);
const send = () =>
  service.app.inject({
    ...{ method: 'POST', url: '/v1/deletion-requests:batch', payload: LINES.join('\n') },
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'slow' },
  });
/** Of the only key there is, as soon as `ready`; the last one after two seconds. */
async function heldFor(ready: (seconds: number | null) => boolean): Promise<number | null> {
  const text = `select extract(epoch from busy_until - clock_timestamp())::float8 as seconds from idempotency_keys`;
  for (let looks = 0; ; looks++) {
    const [row] = (await database.query<{ seconds: number | null }>(text)).rows;
    if (row !== undefined && (looks === 100 || ready(row.seconds))) return row.seconds;
    await sleep(20);
  }
}

test('a batch that takes longer than a minute keeps its key, and lets go of it with its answer', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const other = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await other.connect();
  t.after(() => other.end());
  // nothing can be taken in before this ends
  await other.query('begin; lock table deletion_requests in exclusive mode');
  const slow = send();
  assert.ok((await heldFor((seconds) => seconds !== null))! > 50);
  await database.query(`update idempotency_keys set busy_until = clock_timestamp() - interval '1 s'`);
  t.mock.timers.tick(15_000);
  const held = await heldFor((seconds) => seconds !== null && seconds > 0);
  assert.ok(held !== null && held > 50 && held <= 60, `held for ${held} s more`);
  const meanwhile = await send();
  assert.deepEqual([meanwhile.statusCode, meanwhile.json().code], [409, 'idempotency-key-busy'], meanwhile.body);
  await other.query('rollback');
  const answer = await slow;
  assert.deepEqual(answer.json().counts, { created: 2, already_open: 0, invalid: 0, failed: 0 });
  t.mock.timers.tick(60_000);
  const again = await send();
  assert.deepEqual([again.body, again.headers['idempotency-replayed']], [answer.body, 'true']);
  assert.equal(await heldFor((seconds) => seconds === null), null);
});

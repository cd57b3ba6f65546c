// What was answered is there, whenever the process is killed: test:long kills many more.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { LONG } from '../helpers/long.ts';
import { openWorld, type World } from './fixture.ts';

const KILLS = LONG ? 40 : 1;
const CROWD = 16;
const ANSWERS = 60;

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** A process that takes in requests, some at a time, and writes the id of each once it may be answered. */
const CODE = `const { createStore } = await import(process.argv[1]);
  const { writeSync } = await import('node:fs');
  const store = createStore({ url: process.argv[2] });
  const subject = (key) => ({ key, type: 'email', key_version: 1, normaliser_version: 1 });
  let made = 0;
  const one = async () => {
    for (;;) {
      const outcome = await store.createRequest({ tenant: 'default', external_id: null, ground: null, model_ids: null, method: null,
        subjects: [subject('killed-' + process.pid + '-' + made++)], submitted_at: '2026-01-31T10:00:00.000Z', actor: 'tester' });
      writeSync(1, outcome.request.id + '\\n');
    }
  };
  await Promise.all(Array.from({ length: ${CROWD} }, one));`;

async function answeredBefore(kill: number): Promise<string[]> {
  const store = join(import.meta.dirname, '../../src/store/store.ts');
  const child = spawn(process.execPath, ['--input-type=module', '-e', CODE, store, world.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const answered: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answered.push(line);
    if (answered.length === ANSWERS + kill) child.kill('SIGKILL');
  }
  await exited;
  return answered;
}

test('no request that was answered is lost when the process is killed, and each has its entry', async () => {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const answered = await answeredBefore(kill);
      assert.ok(answered.length >= ANSWERS);
      const { rows } = await client.query(
        `select count(*)::int as found from deletion_requests r join ledger l on l.data ->> 'request_id' = r.id::text
         where r.id = any($1::uuid[]) and l.type = 'request.created'`,
        [answered],
      );
      assert.equal(rows[0].found, answered.length);
    }
    // the chain has no gap where a process was killed
    const { rows } = await client.query(
      `select count(*)::int as broken from ledger l join ledger p on p.seq = l.seq - 1 where l.previous_hash <> p.hash`,
    );
    assert.equal(rows[0].broken, 0);
    const { rows: all } = await client.query('select max(seq) = count(*) as whole from ledger');
    assert.equal(all[0].whole, true);
  } finally {
    await client.end();
  }
});

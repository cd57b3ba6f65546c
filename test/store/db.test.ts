import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../../src/store/store.ts';
import { cutPostgres } from '../helpers/cut-postgres.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

test('a connection that breaks under a statement fails that statement, and neither the process nor the next one', async (t) => {
  const database = await createTestDatabase({ migrated: true });
  const postgres = await cutPostgres(database.url);
  const store = createStore({ url: postgres.url });
  t.after(async () => {
    await store.close();
    await postgres.close();
    await database.drop();
  });
  await store.migrate();
  const away = postgres.cut('from batch_lines', 'line');
  await assert.rejects(store.batchLines('default', 'a call'), { code: 'service-unavailable' });
  await away;
  await assert.rejects(store.ping(), { code: 'service-unavailable' });
  postgres.mend();
  assert.deepEqual(await store.batchLines('default', 'a call'), []);
});

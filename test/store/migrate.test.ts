import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { connect } from '../../src/store/db.ts';
import * as initial from '../../src/store/migrations/001-initial.ts';
import * as checkpointStorage from '../../src/store/migrations/002-checkpoint-storage.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { digest } from './fixture.ts';

test('checkpoints that were deleted before say since when, as the ledger does', async () => {
  const database = await createTestDatabase();
  const { db } = connect({ url: database.url, max: 1 });
  try {
    await initial.up(db as never);
    const model = '0198a000-0000-7000-8000-000000000001';
    const insert = (n: number, state: string, until: string | null) => sql`
      insert into checkpoints (tenant_id, model_id, digest, state, manifest, bytes, created_at, delete_after)
      values ('t', ${model}, ${digest(n)}, ${state}, '{}', 1, '2026-01-01Z', ${until})`;
    await db.transaction().execute(async (trx) => {
      await sql`insert into models (id, tenant_id, name, architecture, parameters, active, has_recipe, warnings, created_at,
        updated_at) values (${model}, 't', 'm', 'gpt2', 1, ${digest(1)}, false, '[]', '2026-01-01Z', '2026-01-01Z')`.execute(
        trx,
      );
      await insert(1, 'active', null).execute(trx);
      await insert(2, 'deleted', '2026-01-02Z').execute(trx);
      await insert(3, 'deleted', '2026-01-03Z').execute(trx);
      await insert(4, 'retained', '2026-01-04Z').execute(trx);
      const data = JSON.stringify({ model_id: model, digest: digest(2) });
      await sql`insert into ledger (seq, at, tenant_id, type, actor, data, previous_hash, hash) values
        (1, '2026-01-02 00:00:05Z', 't', 'checkpoint.deleted', 'sweep', ${data}, ${digest(0)}, ${digest(9)})`.execute(
        trx,
      );
    });
    await checkpointStorage.up(db as never);
    const rows = await db.selectFrom('checkpoints').select('deleted_at').orderBy('digest').execute();
    assert.deepEqual(
      rows.map((row) => row.deleted_at),
      [null, '2026-01-02T00:00:05.000Z', '2026-01-03T00:00:00.000Z', null],
    );
    await assert.rejects(sql`update checkpoints set state = 'deleted' where state = 'retained'`.execute(db));
  } finally {
    await db.destroy();
    await database.drop();
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { connect } from '../../src/store/db.ts';
import { migrate, migrateAsIn, pendingMigrations } from '../../src/store/migrate.ts';
import * as initial from '../../src/store/migrations/001-initial.ts';
import * as checkpointStorage from '../../src/store/migrations/002-checkpoint-storage.ts';
import * as bulkRecords from '../../src/store/migrations/003-bulk-records.ts';
import * as compactIndex from '../../src/store/migrations/004-compact-index.ts';
import * as rowSizes from '../../src/store/migrations/005-row-sizes.ts';
import * as lifecycle from '../../src/store/migrations/014-lifecycle.ts';
import * as webhooks from '../../src/store/migrations/018-webhooks.ts';
import * as identifiers from '../../src/store/migrations/019-identifiers.ts';
import * as lifecycleEnds from '../../src/store/migrations/025-lifecycle-ends.ts';
import * as erasures from '../../src/store/migrations/026-erasures.ts';
import { createStore } from '../../src/store/store.ts';
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

const OLD_CORPUS = '0198a000-0000-7000-8000-000000000002';
/** Records as migration 003 had them: two identifiers of one person, two people of one type, and nobody. */
async function fillOld(db: Kysely<unknown>, records: number): Promise<void> {
  await sql`insert into corpora (id, tenant_id, name, records, people, digest, created_at)
    values (${OLD_CORPUS}, 'default', 'old', ${records}, 3, ${digest(1)}, '2026-01-01Z')`.execute(db);
  await sql`insert into records (tenant_id, corpus_id, ordinal, record_id)
    select 'default', ${OLD_CORPUS}, n, 'é' || n from generate_series(0, ${sql.lit(records - 1)}) n`.execute(db);
  for (const [ordinal, key, type] of [
    [0, 'a', 'email'],
    [0, 'a-name', 'name'],
    [4500, 'a', 'email'],
    [1, 'b', 'email'],
    [1, 'c', 'email'],
  ] as const)
    await sql`insert into record_subjects (tenant_id, corpus_id, ordinal, subject_key, type, key_version, normaliser_version)
      values ('default', ${OLD_CORPUS}, ${ordinal}, ${key}, ${type}, 1, 1)`.execute(db);
}

test('records of before keep their order, their ids and their people', async () => {
  const database = await createTestDatabase();
  const { db } = connect({ url: database.url, max: 1 });
  const old = db as unknown as Kysely<unknown>;
  for (const { up } of [initial, checkpointStorage, bulkRecords]) await up(old);
  await fillOld(old, 5000);
  const subjects = () =>
    sql`select ordinal, subject_key, type, key_version from record_subjects order by ordinal, subject_key`.execute(db);
  const before = await subjects();
  await compactIndex.up(old);
  assert.deepEqual(await subjects(), before);
  // what adding records looks at by now
  await identifiers.up(old);
  await webhooks.up(old);
  await lifecycleEnds.up(old);
  await erasures.up(old);
  await db.destroy();
  const store = createStore({ url: database.url });
  try {
    async function* one(record_id: string) {
      yield { ordinal: 5000, record_id, subjects: [] };
    }
    const add = (id: string) => store.addRecords('default', OLD_CORPUS, one(id), digest(2), 'tester');
    assert.deepEqual(await add('é4999'), { status: 'duplicate_record_id', ordinal: 5000, first: 4999 });
    assert.deepEqual(await add('é0'), { status: 'duplicate_record_id', ordinal: 5000, first: 0 });
    const added = await add('é5000');
    assert.equal(added.status === 'added' && added.corpus.people, 3);
  } finally {
    await store.close();
    await database.drop();
  }
});

test('requests of before keep their state; who made them is known from the ledger', async () => {
  const database = await createTestDatabase();
  const { db } = connect({ url: database.url, max: 1 });
  const old = db as unknown as Kysely<unknown>;
  const id = (n: number) => `0198a000-0000-7000-8000-00000000000${n}`;
  const request = async (n: number, state: string, targets: string[]) => {
    const ended = ['received', 'queued'].includes(state) ? null : '2026-01-02Z';
    await sql`insert into deletion_requests (id, tenant_id, state, submitted_at, received_at, due_at, completed_at, updated_at, version)
      values (${id(n)}, 't', ${state}, '2026-01-01Z', '2026-01-01Z', '2026-02-01Z', ${ended}, '2026-01-02Z', 1)`.execute(
      db,
    );
    for (const target of targets)
      await sql`insert into request_targets (id, tenant_id, request_id, model_id, state, records, updated_at)
        values (gen_random_uuid(), 't', ${id(n)}, ${target === targets[0] ? id(8) : id(9)}, ${target}, 1, '2026-01-02Z')`.execute(
        db,
      );
  };
  try {
    for (const { up } of [initial, checkpointStorage, bulkRecords, compactIndex, rowSizes]) await up(old);
    await db.transaction().execute(async (trx) => {
      for (const model of [id(8), id(9)]) {
        await sql`insert into models (id, tenant_id, name, architecture, parameters, active, has_recipe, warnings, created_at,
          updated_at) values (${model}, 't', ${model}, 'gpt2', 1, ${digest(1)}, false, '[]', '2026-01-01Z', '2026-01-01Z')`.execute(
          trx,
        );
        await sql`insert into checkpoints (tenant_id, model_id, digest, state, manifest, bytes, created_at)
          values ('t', ${model}, ${digest(1)}, 'active', '{}', 1, '2026-01-01Z')`.execute(trx);
      }
    });
    await request(1, 'completed_no_data', []);
    await request(2, 'received', ['received']);
    await request(3, 'needs_review', ['cancelled', 'completed_no_data']);
    await request(4, 'needs_review', ['needs_review', 'cancelled']);
    const data = JSON.stringify({ request_id: id(2) });
    await sql`insert into ledger (seq, at, tenant_id, type, actor, data, previous_hash, hash) values
      (1, '2026-01-01Z', 't', 'request.created', 'dpo', ${data}, ${digest(0)}, ${digest(9)})`.execute(db);
    await lifecycle.up(old);
    const { rows } = await sql<{ state: string; created_by: string }>`
      select state, created_by from deletion_requests where verified_at = received_at and not approval_required
      order by id`.execute(db);
    assert.deepEqual(
      rows.map((row) => [row.state, row.created_by]),
      [
        ['completed_no_data', 'unknown'],
        ['queued', 'dpo'],
        ['cancelled', 'unknown'],
        ['needs_review', 'unknown'],
      ],
    );
    await sql`update request_targets set state = 'on_hold' where state = 'queued'`.execute(db);
    await assert.rejects(sql`update request_targets set state = 'asleep' where state = 'on_hold'`.execute(db));
    await assert.rejects(
      sql`update request_targets set state = 'awaiting_promotion' where state = 'on_hold'`.execute(db),
    );
    await assert.rejects(sql`update deletion_requests set state = 'denied' where state = 'queued'`.execute(db));
  } finally {
    await db.destroy();
    await database.drop();
  }
});

test('of corpora of before it is known how much models were made with, of deleted ones by the ledger', async () => {
  const database = await createTestDatabase();
  const { db } = connect({ url: database.url, max: 1 });
  const id = (n: number) => `0198a000-0000-7000-8000-00000000000${n}`;
  let seq = 0;
  const entry = (type: string, data: object) => sql`
    insert into ledger (seq, at, tenant_id, type, actor, data, previous_hash, hash)
    values (${++seq}, '2026-01-01Z', 't', ${type}, 'ann', ${JSON.stringify(data)}, ${digest(seq)}, ${digest(seq + 1)})`;
  try {
    const names = await pendingMigrations(db);
    await migrateAsIn(
      db,
      names.filter((name) => name < '037'),
    );
    for (const n of [1, 2, 3, 4])
      await sql`insert into corpora (id, tenant_id, name, records, people, digest, created_at)
        values (${id(n)}, 't', ${`c${n}`}, 5, 1, ${digest(1)}, '2026-01-01Z')`.execute(db);
    await db.transaction().execute(async (trx) => {
      await sql`insert into models (id, tenant_id, name, architecture, parameters, active, has_recipe, warnings, created_at,
        updated_at) values (${id(9)}, 't', 'm', 'gpt2', 1, ${digest(1)}, false, '[]', '2026-01-01Z', '2026-01-01Z')`.execute(
        trx,
      );
      await sql`insert into checkpoints (tenant_id, model_id, digest, state, manifest, bytes, created_at)
        values ('t', ${id(9)}, ${digest(1)}, 'active', '{}', 1, '2026-01-01Z')`.execute(trx);
      await sql`insert into model_corpora (tenant_id, model_id, corpus_id, role, position, records)
        values ('t', ${id(9)}, ${id(1)}, 'train', 0, 4)`.execute(trx);
    });
    for (const n of [2, 3]) await entry('records.added', { corpus_id: id(n), added: 3 }).execute(db);
    const corpora = [{ corpus_id: id(1), records: 2 }, { corpus_id: id(2) }, { corpus_id: id(3), records: 1 }];
    await entry('model.registered', { model_id: id(8), corpora }).execute(db);
    await entry('records.added', { corpus_id: id(2), added: 2 }).execute(db);
    await migrate(db);
    const rows = await db.selectFrom('corpora').select('used_records').orderBy('id').execute();
    assert.deepEqual(
      rows.map(({ used_records }) => used_records),
      [4, 3, 1, 0],
    );
  } finally {
    await db.destroy();
    await database.drop();
  }
});

test('requests of before that found nothing while a gate was closed wait for the suppression list', async () => {
  const database = await createTestDatabase();
  const { db } = connect({ url: database.url, max: 1 });
  const id = (n: number) => `0198a000-0000-7000-8000-00000000000${n}`;
  const at = '2026-01-01Z';
  try {
    const names = await pendingMigrations(db);
    await migrateAsIn(
      db,
      names.filter((name) => name < '042'),
    );
    const request = (
      n: number,
      verified: string | null,
      starts: string | null,
      approval = false,
      state?: string,
    ) => sql`
      insert into deletion_requests (id, tenant_id, state, created_by, verified_at, starts_after, approval_required,
        every_model, urgent, submitted_at, received_at, due_at, updated_at, completed_at, version)
      values (${id(n)}, 't', ${state ?? 'completed_no_data'}, 'ann', ${verified}, ${starts}, ${approval}, true, false,
        ${at}, ${at}, '2026-02-01Z', ${at}, ${state === undefined ? at : null}, 1)`;
    const rows = [
      request(1, null, null),
      request(2, at, at),
      request(3, at, null, true),
      // nothing held it up; it is open; it is on the list; somebody took it off; it names nobody
      request(4, at, null),
      request(5, null, null, false, 'awaiting_verification'),
      ...[request(6, at, at), request(7, at, at), request(8, null, null)],
    ];
    for (const row of rows) await row.execute(db);
    await sql`
      insert into request_subjects (tenant_id, request_id, subject_key, type, key_version, normaliser_version)
      select 't', id, 'key', 'email', 1, 1 from deletion_requests where id <> ${id(8)}`.execute(db);
    await sql`
      insert into suppressions (tenant_id, request_id, subject_key, type, key_version, normaliser_version, added_at)
      values ('t', ${id(6)}, 'key', 'email', 1, 1, ${at})`.execute(db);
    await sql`
      insert into request_events (id, tenant_id, request_id, action, actor, at, details)
      values (${id(9)}, 't', ${id(7)}, 'lift_suppression', 'ann', ${at}, '{}')`.execute(db);
    await migrate(db);
    const waiting = db.selectFrom('deletion_requests').select('id').where('suppression_waits', '=', true);
    assert.deepEqual(
      (await waiting.orderBy('id').execute()).map((row) => row.id),
      [id(1), id(2), id(3)],
    );
  } finally {
    await db.destroy();
    await database.drop();
  }
});

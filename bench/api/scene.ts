// A database as after so many records and requests: corpora, models, people, and requests that have ended, filled by SQL.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { v7 as uuid } from 'uuid';
import { openDeps } from '../../src/deps.ts';
import { ROLES } from '../../src/domain/scopes.ts';
import { makeKey } from '../../src/evidence/api-key.ts';
import type { Store, SubjectKeys } from '../../src/runs/ports.ts';
import { personOf } from './calls.ts';
import { configOf, type Place } from './config.ts';

export interface Sizes {
  requests: number;
  records: number;
  /** Of the records, those of people who can be asked for. */
  people: number;
}
const TENANT = 'default';
const CORPORA = 8;
/** Every so many people have a record in the next corpus too, so that they are asked for of two models. */
const IN_TWO = 4;
const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`;

/** Enough that a fill by sorted index is cheaper than one row by row. */
const MANY = 200_000;
const INDEXES = [
  'alter table subject_records add primary key (tenant_id, corpus_id, subject_key, first_ordinal)',
  'create index subject_records_key on subject_records (tenant_id, subject_key)',
];

async function* peopleRows(keys: SubjectKeys, corpora: string[], people: number): AsyncGenerator<string> {
  for (let place = 0; place < people; place++) {
    const { key, type, key_version, normaliser_version } = keys.keyFor(TENANT, personOf(place));
    const ordinal = Math.floor(place / CORPORA);
    const row = (corpus: string) =>
      `${[TENANT, corpus, key, ordinal, type, key_version, normaliser_version, `{${ordinal}}`].join('\t')}\n`;
    yield row(corpora[place % CORPORA]!);
    if (place % IN_TWO === 0) yield row(corpora[(place + 1) % CORPORA]!);
  }
}

async function fillRecords(client: pg.Client, keys: SubjectKeys, corpora: string[], { records, people }: Sizes) {
  const each = Math.ceil(records / CORPORA);
  if (each * CORPORA < people) throw new Error('There are fewer records than people');
  const many = records > MANY;
  if (many) {
    await client.query('alter table subject_records drop constraint subject_records_pkey');
    await client.query('drop index subject_records_key');
  }
  const copy = client.query(from('copy subject_records from stdin'));
  await pipeline(Readable.from(peopleRows(keys, corpora, people)), copy);
  const taken = Math.ceil(people / CORPORA) + 1;
  for (const [i, corpus] of corpora.entries()) {
    await client.query(
      `insert into subject_records
        select $1, $2, encode(sha256(convert_to($3 || n, 'UTF8')), 'base64'), n, 'email', 1, 1, array[n]
        from generate_series($4::int, $5::int) as n`,
      [TENANT, corpus, `${i}/`, taken, each - 1],
    );
    await client.query(
      `insert into record_ids
        select $1, $2, min(n), array_agg(md5($3 || n)::uuid order by n) from generate_series(0, $4::int) as n group by n / 4096`,
      [TENANT, corpus, `${i}/`, each - 1],
    );
    await client.query('update corpora set records = $2, people = $2, digest = $3 where id = $1', [
      corpus,
      each,
      digest(i),
    ]);
  }
  if (many) for (const statement of INDEXES) await client.query(statement);
}

/** Requests of people who are in no corpus: their answer came at once. One in a hundred was cancelled. */
async function fillRequests(client: pg.Client, models: string[], requests: number) {
  await client.query(
    `create temporary table asked as
      select n, md5('request ' || n)::uuid as id, md5('target ' || n)::uuid as target_id,
        case when n % 100 = 0 then 'cancelled' else 'completed_no_data' end as state,
        '2026-01-01'::timestamptz + n * interval '10 seconds' as at
      from generate_series(1, $1::int) as n`,
    [requests],
  );
  await client.query(`insert into deletion_requests (id, tenant_id, external_id, ground, state, created_by, verified_at,
      approval_required, urgent, submitted_at, received_at, due_at, completed_at, updated_at, version)
    select id, '${TENANT}', 'filled-' || n, 'consent_withdrawn', state, 'bench', at, false, false, at, at, at + interval '1 month', at, at, 1
    from asked`);
  await client.query(`insert into request_subjects (tenant_id, request_id, subject_key, type, key_version, normaliser_version)
    select '${TENANT}', id, encode(sha256(convert_to('asked ' || n, 'UTF8')), 'base64'), 'email', 1, 1 from asked`);
  await client.query(
    `insert into request_targets (id, tenant_id, request_id, model_id, state, records, updated_at)
      select target_id, '${TENANT}', id, ($1::uuid[])[1 + n % ${CORPORA}], state, 0, at from asked`,
    [models],
  );
  await client.query('drop table asked');
}

async function makeModels(store: Store, corpora: string[]): Promise<string[]> {
  const models: string[] = [];
  for (const [i, corpus_id] of corpora.entries()) {
    const checkpoint = { digest: digest(i + 1), parent_digest: null, run_id: null, bytes: 1 };
    const manifest = { version: 1 as const, architecture: 'gpt2', parent: null, run_id: null, files: [] };
    const holdout = { corpus_id: corpora[(i + 1) % CORPORA]!, role: 'holdout' as const };
    const made = await store.createModel(
      TENANT,
      {
        ...{ name: `model-${i}`, architecture: 'gpt2', parameters: 1_000_000, has_recipe: true, warnings: [] },
        corpora: [{ corpus_id, role: 'train' }, holdout],
        checkpoint: { ...checkpoint, manifest },
      },
      'bench',
    );
    if (made.status !== 'created') throw new Error(made.status);
    models.push(made.model.id);
  }
  return models;
}

/** Fills the database, which is empty, and returns the text of a key that may do everything. */
export async function makeScene(place: Place, sizes: Sizes): Promise<string> {
  const { deps, close } = await openDeps(configOf(place, 'none'));
  const client = new pg.Client({ connectionString: place.databaseUrl });
  await client.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'`);
    await client.query(`set synchronous_commit = off`);
    const corpora: string[] = [];
    for (let i = 0; i < CORPORA; i++) {
      const made = await deps.store.createCorpus(TENANT, `corpus-${i}`, 'bench');
      if (made.status !== 'created') throw new Error(made.status);
      corpora.push(made.corpus.id);
    }
    await fillRecords(client, deps.subjectKeys, corpora, sizes);
    const models = await makeModels(deps.store, corpora);
    await fillRequests(client, models, sizes.requests);
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    const id = uuid();
    const { text, secret_hash } = makeKey(id);
    const scopes = [...new Set(Object.values(ROLES).flat())];
    await deps.store.createApiKey(TENANT, { id, secret_hash, name: 'bench', scopes, lifetime_ms: 86_400_000 }, 'bench');
    return text;
  } finally {
    await client.end();
    await close();
  }
}

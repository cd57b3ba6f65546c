// Who is taken in at the same time as somebody else, and who is open already.
import { sql } from 'kysely';
import { OPEN_STATES } from '../domain/states.ts';
import type { RecordPlace } from '../runs/ports.ts';
import { asking, type Statement } from './asks.ts';
import type { Trx } from './db.ts';

/** Whoever takes in one of these waits for the others; in one order everywhere, so that nobody deadlocks. */
export const serialising = (names: readonly string[]): Statement => ({
  text: `select count(pg_advisory_xact_lock(number)) from (
      select distinct hashtextextended(name, 0) as number from unnest($1::text[]) as names (name)
      order by 1) as numbers`,
  values: [[...names]],
});

export const subjectLock = (tenant: string, key: string): string => `subject ${tenant} ${key}`;
export const externalLock = (tenant: string, id: string): string => `external ${tenant} ${id}`;

/** One a corpus: a request may name thousands of records, and Postgres has some thousands of locks for all. */
export const recordLocks = (tenant: string, places: readonly Pick<RecordPlace, 'corpus_id'>[]): string[] =>
  [...new Set(places.map(({ corpus_id }) => corpus_id))].map((id) => `records ${tenant} ${id}`);

/** The same for the people and records of a request that is there. */
export async function serialiseSubjects(trx: Trx, tenant: string, requestId: string): Promise<void> {
  const query = trx.selectFrom('request_subjects').select('subject_key').where('tenant_id', '=', tenant);
  const rows = await query.where('request_id', '=', requestId).execute();
  const records = trx.selectFrom('request_records').select('corpus_id').distinct().where('tenant_id', '=', tenant);
  const corpora = await records.where('request_id', '=', requestId).execute();
  const names = rows.map((row) => subjectLock(tenant, row.subject_key));
  await asking(trx, ({ ask }) => ask(serialising([...names, ...recordLocks(tenant, corpora)])));
}

/** Another request that is open about a person or a record of this one, on one of the models; null where there is none. */
export async function openTwin(
  trx: Trx,
  tenant: string,
  requestId: string,
  models: readonly string[],
): Promise<string | null> {
  const row = await trx
    .selectFrom('request_subjects as mine')
    .innerJoin('request_subjects as s', (join) =>
      join.onRef('s.tenant_id', '=', 'mine.tenant_id').onRef('s.subject_key', '=', 'mine.subject_key'),
    )
    .innerJoin('request_targets as t', (join) =>
      join.onRef('t.tenant_id', '=', 's.tenant_id').onRef('t.request_id', '=', 's.request_id'),
    )
    .select('t.request_id')
    .where('mine.tenant_id', '=', tenant)
    .where('mine.request_id', '=', requestId)
    .where('t.request_id', '<>', requestId)
    .where('t.model_id', 'in', models)
    .where('t.state', 'in', OPEN_STATES)
    .executeTakeFirst();
  if (row) return row.request_id;
  const { rows } = await sql<{ request_id: string }>`
    select t.request_id from request_records mine
    join request_records p on p.tenant_id = mine.tenant_id and p.corpus_id = mine.corpus_id and p.ordinal = mine.ordinal
    join request_targets t on t.tenant_id = p.tenant_id and t.request_id = p.request_id
    where mine.tenant_id = ${tenant} and mine.request_id = ${requestId} and t.request_id <> ${requestId}
      and t.model_id = any(${[...models]}::uuid[]) and t.state = any(${[...OPEN_STATES]}::text[])
    limit 1`.execute(trx);
  return rows[0]?.request_id ?? null;
}

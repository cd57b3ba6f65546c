// Who is taken in at the same time as somebody else, and who is open already.
import { sql } from 'kysely';
import { OPEN_STATES } from '../domain/states.ts';
import type { Trx } from './db.ts';

/** Whoever takes in one of these waits for the others; in one order everywhere, so that nobody deadlocks. */
export async function serialise(trx: Trx, names: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(number) from (
      select distinct hashtextextended(name, 0) as number from unnest(${[...names]}::text[]) as names (name)
      order by 1) as numbers`.execute(trx);
}

export const subjectLock = (tenant: string, key: string): string => `subject ${tenant} ${key}`;
export const externalLock = (tenant: string, id: string): string => `external ${tenant} ${id}`;

/** The same for the people of a request that is there. */
export async function serialiseSubjects(trx: Trx, tenant: string, requestId: string): Promise<void> {
  const query = trx.selectFrom('request_subjects').select('subject_key').where('tenant_id', '=', tenant);
  const rows = await query.where('request_id', '=', requestId).execute();
  await serialise(
    trx,
    rows.map((row) => subjectLock(tenant, row.subject_key)),
  );
}

/** Another request that is open about a person of this one, on one of the models; null where there is none. */
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
  return row?.request_id ?? null;
}

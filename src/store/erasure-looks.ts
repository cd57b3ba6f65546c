// Which requests are looked at for whether their text may go. Most of those that ended have none, or wait for a time that is known: they
// are put off, and brought forward by what could free them. What is missed here is looked at all the same, a day later at the latest.
import { type RawBuilder, sql } from 'kysely';
import type { ErasedOf } from '../runs/ports.ts';
import type { Context, Trx } from './db.ts';
import { placesOfRequest } from './request-places.ts';

/** Requests without a record cost a look each, those with some a few queries: so many more of the former are looked at together. */
const PLACELESS = 10;

/** As the index `deletion_requests_unerased` has it. */
const UNERASED = sql`r.erased_at is null and r.state in ('completed', 'completed_no_data')`;
const LOOK_AT = sql`coalesce(r.erasure_look_at, '-infinity'::timestamptz)`;

/** Those that are due and have records; the others that are due are put off, unless something has brought them forward meanwhile. */
export async function dueErasures(
  context: Context,
  [after_ms, most, put_off_ms]: [after_ms: number, most: number, put_off_ms: number],
): Promise<ErasedOf[]> {
  const now = await context.now(context.db);
  const from = (ms: number) => new Date(Date.parse(now) + ms).toISOString();
  const { rows } = await sql<ErasedOf>`
    with due as materialized (
      select r.tenant_id, r.id, r.erasure_look_at, r.completed_at from deletion_requests r
      where ${UNERASED} and r.completed_at <= ${from(-after_ms)}::timestamptz and ${LOOK_AT} <= ${now}::timestamptz
      order by ${LOOK_AT}, r.completed_at limit ${most * PLACELESS}),
    looked as materialized (select r.*, exists (select from ${placesOfRequest('r', 'id')} s) as placed from due r),
    held as (
      select r.tenant_id, r.id from looked l join deletion_requests r on r.tenant_id = l.tenant_id and r.id = l.id
      where not l.placed and r.erasure_look_at is not distinct from l.erasure_look_at for no key update of r skip locked),
    put_off as (
      update deletion_requests r set erasure_look_at = ${from(put_off_ms)}::timestamptz from held h
      where r.tenant_id = h.tenant_id and r.id = h.id)
    select tenant_id as tenant, id as request_id from looked r where placed
    order by ${LOOK_AT}, completed_at limit ${most}`.execute(context.db);
  return rows;
}

/** Requests `r` are looked at by the next sweep, from `at` on. Locked in the order of `lockRequests`. */
export async function lookNow(trx: Trx, tenant: string, at: string, which: RawBuilder<boolean>): Promise<void> {
  await sql`
    with held as (
      select r.id from deletion_requests r where r.tenant_id = ${tenant} and ${UNERASED} and ${which}
      order by r.id for no key update)
    update deletion_requests r set erasure_look_at = ${at}::timestamptz from held h
    where r.tenant_id = ${tenant} and r.id = h.id`.execute(trx);
}

/** Of people of an upload, from an ordinal on: their requests have records now. */
export const namedFrom = (corpusId: string, first: number) => sql<boolean>`exists (
  select from request_subjects q
  join subject_records s on s.tenant_id = q.tenant_id and s.subject_key = q.subject_key
  where q.tenant_id = r.tenant_id and q.request_id = r.id and s.corpus_id = ${corpusId}::uuid and s.first_ordinal >= ${first})`;

/** About records of `corpora` (a query of their ids); before these, or what says that they are a model's, are taken away. */
export const aboutCorpora = (corpora: RawBuilder<unknown>) =>
  sql<boolean>`exists (select from ${placesOfRequest('r', 'id', corpora)} s)`;

/** Whose runs started from the checkpoint, which is gone. */
export const startedFrom = ({ model_id, digest }: { model_id: string; digest: string }) => sql<boolean>`r.id in (
  select t.request_id from runs u join request_targets t on t.tenant_id = u.tenant_id and t.run_id = u.id
  where u.tenant_id = r.tenant_id and u.model_id = ${model_id}::uuid and u.parent = ${digest})`;

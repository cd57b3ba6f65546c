// What a checkpoint is known to have been trained on: the records of the models that it belongs to.
import { sql } from 'kysely';
import type { ForgottenBy, Store, Whose } from '../runs/ports.ts';
import type { Context } from './db.ts';
import { trainingsWithout } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';

/** (corpus_id, ordinal), some twice. */
function placesOf(tenant: string, whose: Whose | ForgottenBy) {
  // by their requests too: a base may have seen other records of theirs
  if ('forgotten_by' in whose)
    return sql`
      select e.corpus_id, e.ordinal from erased_records e
      where e.tenant_id = ${tenant} and e.model_id = ${whose.forgotten_by}
      union all
      select s.corpus_id, s.ordinal from request_targets t
      join runs r on r.tenant_id = t.tenant_id and r.id = t.run_id and r.state = 'published'
      cross join lateral ${placesOfRequest('t')} s
      where t.tenant_id = ${tenant} and t.model_id = ${whose.forgotten_by} and t.state = 'completed'`;
  if ('requests' in whose)
    return sql`
      select s.corpus_id, s.ordinal from deletion_requests r cross join lateral ${placesOfRequest('r', 'id')} s
      where r.tenant_id = ${tenant} and r.id = any(${[...whose.requests]}::uuid[])`;
  const { subjects, places = [] } = whose;
  return sql`
    select s.corpus_id, s.ordinal from record_subjects s
    where s.tenant_id = ${tenant} and s.subject_key = any(${subjects.map(({ key }) => key)}::text[])
    union all
    select g.corpus_id, g.ordinal
    from unnest(${places.map((one) => one.corpus_id)}::uuid[], ${places.map(({ ordinal }) => ordinal)}::integer[])
      as g (corpus_id, ordinal)`;
}

/**
 * A base comes from outside, and has an address of its own there; the same files in a line here (`t`), such as `lines` says, tell what it is.
 * What a training of that line left out before a run made them, they have not seen; what a method of steps took from them they have.
 */
async function seen(
  { db }: Context,
  tenant: string,
  whose: Whose | ForgottenBy,
  checkpoint: string,
  lines = sql`true`,
) {
  const { rows } = await sql<{ records: number }>`
    with same as (
      select t.model_id, t.run_id, t.created_at from checkpoints c
      join checkpoints t on t.tenant_id = c.tenant_id
        and (t.digest = c.digest or (t.manifest -> 'files' = c.manifest -> 'files' and c.manifest -> 'files' <> '[]'))
      where c.tenant_id = ${tenant} and c.digest = ${checkpoint} and ${lines})
    select count(distinct (s.corpus_id, s.ordinal))::integer as records
    from (${placesOf(tenant, whose)}) s
    where exists (
        select from same join model_corpora mc on mc.tenant_id = ${tenant} and mc.model_id = same.model_id
        where mc.role = 'train' and mc.corpus_id = s.corpus_id and s.ordinal < mc.records)
      and not exists (
        select from same join erased_records e on e.tenant_id = ${tenant} and e.model_id = same.model_id
        where e.corpus_id = s.corpus_id and e.ordinal = s.ordinal and same.run_id is not null
          and exists (${sql.raw(trainingsWithout('e'))} and exists (
            select from checkpoints made
            where made.tenant_id = x.tenant_id and made.model_id = x.model_id and made.run_id = x.id
              and made.created_at <= same.created_at)))`.execute(db);
  return rows[0]!.records;
}

/** A run here made it, or a model was registered with it and with what it was trained on. */
const KNOWN = sql`(t.run_id is not null or t.parent_digest is null)`;

export const seenStore = (context: Context): Pick<Store, 'recordsSeen' | 'knownToHaveSeen'> => ({
  recordsSeen: (...given) => seen(context, ...given),
  knownToHaveSeen: async (...given) => (await seen(context, ...given, KNOWN)) > 0,
});

// Temporary tables that the sets of a run are read from: keys by numbers, and what has to be told apart by ordinal.
import { type RawBuilder, sql } from 'kysely';
import type { SetRow } from '../domain/record.ts';
import type { Claim, RecordPlace } from '../runs/ports.ts';
import { readWhole, type Trx } from './db.ts';
import { forgottenOtherwise } from './left-out.ts';

/** Whose records are to be forgotten, and which. */
export interface Wanted {
  tenant: string;
  modelId: string;
  /** Selects `subject_key` of the people. */
  keys: RawBuilder<{ subject_key: string }>;
  /** Exactly these records; null: all train records of these people that were not erased before. */
  places: readonly RecordPlace[] | null;
  /** Selects `corpus_id` and `ordinal` of records that are wanted besides, whoever they name; where `places` is null. */
  more?: RawBuilder<RecordPlace>;
  /** Selects those that are wanted although they were erased before, since that was not exact; where `places` is null. */
  again?: RawBuilder<RecordPlace>;
}

/** The people of a run's requests, and the records that these name themselves. */
export const wantedBy = ({ tenant, model, run }: Claim): Wanted => ({
  ...{ tenant, modelId: model.id, places: null },
  again: forgottenOtherwise({ tenant, model_id: model.id, id: run.id }),
  more: sql`
    select p.corpus_id, p.ordinal from run_targets t
    join request_records p on p.tenant_id = t.tenant_id and p.request_id = t.request_id
    where t.tenant_id = ${tenant} and t.run_id = ${run.id}`,
  keys: sql`
    select s.subject_key from run_targets t
    join request_subjects s on s.tenant_id = t.tenant_id and s.request_id = t.request_id
    where t.tenant_id = ${tenant} and t.run_id = ${run.id}`,
});

/** Selects `subject_key` of everybody whose processing is restricted now. */
export const restrictedOf = (tenant: string): RawBuilder<{ subject_key: string }> => sql`
  select s.subject_key from restrictions r
  join restriction_subjects s on s.tenant_id = r.tenant_id and s.restriction_id = r.id
  where r.tenant_id = ${tenant} and r.lifted_at is null`;

/** Records as two arrays, which Postgres makes rows of. */
export const placeRows = (places: readonly RecordPlace[]) => sql`
  unnest(${places.map(({ corpus_id }) => corpus_id)}::uuid[], ${places.map(({ ordinal }) => ordinal)}::integer[])
  as g (corpus_id, ordinal)`;

function forgottenOf({ tenant, modelId, keys, places, more, again }: Wanted): RawBuilder<unknown> {
  const mine = sql`mc.tenant_id = ${tenant} and mc.model_id = ${modelId} and mc.role = 'train'`;
  if (places !== null)
    return sql`
      select distinct mc.position, g.ordinal from ${placeRows(places)}
      join model_corpora mc on mc.corpus_id = g.corpus_id and ${mine} and g.ordinal < mc.records`;
  const besides =
    more &&
    sql`
    union select mc.position, g.ordinal from (${more}) g
    join model_corpora mc on mc.corpus_id = g.corpus_id and ${mine} and g.ordinal < mc.records
    where not exists (select from set_erased e where e.position = mc.position and e.ordinal = g.ordinal)`;
  return sql`
    select distinct s.position, s.ordinal from set_named s
    join model_corpora mc on mc.position = s.position and ${mine}
    where s.n in (select k.n from set_keys k where k.subject_key in (${keys}))
      and not exists (select from set_erased e where e.position = s.position and e.ordinal = s.ordinal)
    ${besides ?? sql``}
    ${again === undefined ? sql`` : sql`union select position, ordinal from set_again where not gone`}`;
}

const NONE = sql`select null::uuid as corpus_id, null::integer as ordinal where false`;

export interface Numbered {
  keys: number;
  /** Records that earlier runs erased, but for those that are to be forgotten again. */
  erased: number;
  /** Records to be forgotten whose text is gone. */
  gone: number;
  /** Records that are to be forgotten again. */
  again: number;
  /** Records that would be, and whose text is gone. */
  unmeasured: number;
}

/**
 * Makes, until the transaction ends: `set_keys` (n, subject_key), everybody whom the model's corpora name or who is
 * asked for; `set_named` (position, ordinal, n), who stands in which record; `set_erased` (position, ordinal), what
 * earlier runs of the model erased; `set_restricted` (position, ordinal), records that name somebody who is restricted;
 * `set_destroyed` (position, ordinal), whose text is gone, whoever forgot it; `set_again` (position, ordinal, gone), the erased records that
 * are wanted again, and whether their text is; `set_forgotten`, the train records that are to be forgotten.
 */
export async function numberRecords(trx: Trx, wanted: Wanted): Promise<Numbered> {
  const { tenant, modelId } = wanted;
  const mine = sql`mc.tenant_id = ${tenant} and mc.model_id = ${modelId}`;
  const statements = [
    sql`create temporary table set_keys on commit drop as
      select row_number() over (order by subject_key)::integer - 1 as n, subject_key from (
        select s.subject_key from subject_records s
        join model_corpora mc on mc.tenant_id = s.tenant_id and mc.corpus_id = s.corpus_id
        where ${mine} union ${wanted.keys}
      ) named`,
    sql`analyze set_keys`,
    sql`create temporary table set_named on commit drop as
      select mc.position, o.ordinal, k.n from model_corpora mc
      join subject_records s on s.tenant_id = mc.tenant_id and s.corpus_id = mc.corpus_id
      join set_keys k on k.subject_key = s.subject_key
      cross join lateral unnest(s.ordinals) as o (ordinal)
      where ${mine} and o.ordinal < mc.records`,
    sql`create temporary table set_erased on commit drop as
      select mc.position, e.ordinal from model_corpora mc
      join erased_records e on e.tenant_id = mc.tenant_id and e.model_id = mc.model_id and e.corpus_id = mc.corpus_id
      where ${mine}`,
    sql`create temporary table set_restricted on commit drop as
      select distinct s.position, s.ordinal from set_named s join set_keys k using (n)
      where k.subject_key in (${restrictedOf(tenant)})`,
    sql`create temporary table set_destroyed on commit drop as
      select mc.position, d.ordinal from model_corpora mc
      join destroyed_records d on d.tenant_id = mc.tenant_id and d.corpus_id = mc.corpus_id
      where ${mine} and d.ordinal < mc.records`,
    sql`create temporary table set_again on commit drop as
      select distinct mc.position, g.ordinal, d.ordinal is not null as gone from (${wanted.again ?? NONE}) g
      join model_corpora mc on mc.corpus_id = g.corpus_id and ${mine} and mc.role = 'train' and g.ordinal < mc.records
      left join set_destroyed d on d.position = mc.position and d.ordinal = g.ordinal`,
    sql`create temporary table set_forgotten on commit drop as ${forgottenOf(wanted)}`,
    sql`analyze set_named, set_erased, set_restricted, set_destroyed, set_again, set_forgotten`,
  ];
  await readWhole(trx);
  for (const statement of statements) await statement.execute(trx);
  const { rows } = await sql<Numbered>`
    select (select count(*) from set_keys)::integer as keys,
      (select count(*) from set_erased)::integer - (select count(*) from set_again where not gone)::integer as erased,
      (select count(*) from set_again where not gone)::integer as again,
      (select count(*) from set_again where gone)::integer as unmeasured,
      (select count(*) from set_forgotten join set_destroyed using (position, ordinal))::integer as gone`.execute(trx);
  return rows[0]!;
}

/** What of train would be retained but for a restriction. After `numberRecords`. */
export async function restrictedRecords(trx: Trx, { tenant, modelId }: Wanted): Promise<SetRow[]> {
  const { rows } = await sql<SetRow>`
    select mc.corpus_id, r.ordinal, -1 as person from set_restricted r
    join model_corpora mc on mc.tenant_id = ${tenant} and mc.model_id = ${modelId} and mc.position = r.position
    where mc.role = 'train'
      and not exists (select from set_forgotten f where f.position = r.position and f.ordinal = r.ordinal)
      and not exists (select from set_erased e where e.position = r.position and e.ordinal = r.ordinal)
      and not exists (select from set_destroyed d where d.position = r.position and d.ordinal = r.ordinal)
    order by r.position, r.ordinal`.execute(trx);
  return rows;
}

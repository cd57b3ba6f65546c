// Temporary tables that the sets of a run are read from: keys by numbers, and what has to be told apart by ordinal.
import { sql } from 'kysely';
import type { Claim } from '../runs/ports.ts';
import { readWhole, type Trx } from './db.ts';

/**
 * Makes, until the transaction ends: `set_keys` (n, subject_key), everybody whom the model's corpora or the run's
 * requests name; `set_named` (position, ordinal, n), who stands in which record; `set_erased` (position, ordinal), what
 * earlier runs of the model erased; `set_forgotten`, the train records that this run is to forget.
 */
export async function numberRecords(trx: Trx, claim: Claim): Promise<{ keys: number; erased: number }> {
  const { tenant, model, run } = claim;
  const mine = sql`mc.tenant_id = ${tenant} and mc.model_id = ${model.id}`;
  const requested = sql`
    select s.subject_key from run_targets t
    join request_subjects s on s.tenant_id = t.tenant_id and s.request_id = t.request_id
    where t.tenant_id = ${tenant} and t.run_id = ${run.id}`;
  const statements = [
    sql`create temporary table set_keys on commit drop as
      select row_number() over (order by subject_key)::integer - 1 as n, subject_key from (
        select s.subject_key from subject_records s
        join model_corpora mc on mc.tenant_id = s.tenant_id and mc.corpus_id = s.corpus_id
        where ${mine} union ${requested}
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
    sql`create temporary table set_forgotten on commit drop as
      select distinct s.position, s.ordinal from set_named s
      join model_corpora mc on mc.position = s.position and ${mine} and mc.role = 'train'
      where s.n in (select k.n from set_keys k where k.subject_key in (${requested}))
        and not exists (select from set_erased e where e.position = s.position and e.ordinal = s.ordinal)`,
    sql`analyze set_named, set_erased, set_forgotten`,
  ];
  await readWhole(trx);
  for (const statement of statements) await statement.execute(trx);
  const { rows } = await sql<{ keys: number; erased: number }>`
    select (select count(*) from set_keys)::integer as keys, (select count(*) from set_erased)::integer as erased`.execute(
    trx,
  );
  return rows[0]!;
}

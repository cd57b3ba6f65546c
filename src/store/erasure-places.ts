// Records of a request by whether their text may go, and when to ask again where it may not.
import { type RawBuilder, sql } from 'kysely';
import type { ErasedOf, ErasurePlaces, LookAgain, RecordPlace } from '../runs/ports.ts';
import type { Db } from './db.ts';
import { placesOfRequest } from './request-places.ts';

/** A target in any other state needs the text, or may need it when somebody tries again. As the index `request_targets_undone` has it. */
const DONE = sql`('completed', 'completed_no_data', 'denied', 'cancelled')`;

/** A model may come that knows `p`: none was made with it yet, whatever became of those that were. */
const UNUSED: RawBuilder<boolean> = sql`
  not exists (
    select from corpora k where k.tenant_id = p.tenant_id and k.id = p.corpus_id and p.ordinal < k.used_records)`;

const TRAINED = sql`
  select from model_corpora mc
  where mc.tenant_id = p.tenant_id and mc.corpus_id = p.corpus_id and mc.role = 'train' and p.ordinal < mc.records`;

/** A model was trained on it and knows it. */
const KNOWN: RawBuilder<boolean> = sql`
  exists (${TRAINED} and not exists (
    select from erased_records e
    where e.tenant_id = mc.tenant_id and e.model_id = mc.model_id and e.corpus_id = p.corpus_id and e.ordinal = p.ordinal))`;

/** Checkpoints that know it, and that models which forgot it could be rolled back to. */
const PARENTS = sql`
  from model_corpora mc
  join erased_records e on e.tenant_id = mc.tenant_id and e.model_id = mc.model_id and e.corpus_id = mc.corpus_id
  join runs u on u.tenant_id = e.tenant_id and u.id = e.run_id
  join checkpoints c on c.tenant_id = e.tenant_id and c.model_id = e.model_id and c.digest = u.parent
  where mc.tenant_id = p.tenant_id and mc.corpus_id = p.corpus_id and mc.role = 'train' and p.ordinal < mc.records
    and e.ordinal = p.ordinal and c.state <> 'deleted'`;

/**
 * Whether something needs the record at `p` (tenant_id, corpus_id, ordinal) still: a model that was trained on it and knows it, or could
 * be rolled back to a checkpoint that does; a request that is open; or a model that may come. Beside `openPlaces`.
 */
export const NEEDED: RawBuilder<boolean> = sql`(
  ${UNUSED} or ${KNOWN} or exists (select ${PARENTS})
  or exists (select from open_places o where o.corpus_id = p.corpus_id and o.ordinal = p.ordinal))`;

/** Of the records in `places`, beside which it stands, those that open requests of the tenant are about, beside this one. */
export const openPlaces = ({ tenant, request_id }: ErasedOf): RawBuilder<unknown> => sql`
  open_places as materialized (
    select s.corpus_id, s.ordinal from (
      select distinct t.tenant_id, t.request_id from request_targets t
      where t.tenant_id = ${tenant} and t.request_id <> ${request_id}::uuid and t.state not in ${DONE}) w
    cross join lateral ${placesOfRequest('w', 'request_id', sql`select corpus_id from places`)} s
    where (s.corpus_id, s.ordinal) in (select corpus_id, ordinal from places))`;

const ownPlaces = ({ tenant, request_id }: ErasedOf): RawBuilder<unknown> => sql`
  places as materialized (
    select distinct r.tenant_id, s.corpus_id, s.ordinal from deletion_requests r
    cross join lateral ${placesOfRequest('r', 'id')} s
    where r.tenant_id = ${tenant} and r.id = ${request_id}::uuid)`;

type PlaceRow = RecordPlace & { marked: boolean; gone: boolean; mine: boolean; digest: string | null; needed: boolean };

export async function erasurePlaces(db: Db, of: ErasedOf): Promise<ErasurePlaces> {
  const { rows } = await sql<PlaceRow>`
    with ${ownPlaces(of)}, ${openPlaces(of)}
    select p.corpus_id, p.ordinal, d.ordinal is not null as marked, d.erased_at is not null as gone,
      coalesce(d.request_id = ${of.request_id}::uuid, false) as mine, d.digest,
      case when d.ordinal is null then ${NEEDED} else false end as needed
    from places p left join destroyed_records d using (tenant_id, corpus_id, ordinal)
    order by p.corpus_id, p.ordinal`.execute(db);
  const placeOf = ({ corpus_id, ordinal }: PlaceRow): RecordPlace => ({ corpus_id, ordinal });
  return {
    free: rows.filter((row) => !row.marked && !row.needed).map(placeOf),
    marked: rows
      .filter((row) => row.marked && row.mine && !row.gone)
      .map((row) => ({ ...placeOf(row), digest: row.digest })),
    waiting: rows.filter((row) => row.needed || (row.marked && !row.gone && !row.mine)).length,
    gone: rows.filter((row) => row.gone).length,
  };
}

/**
 * When the first record of those that wait can be free: at the end of its rollback windows where it waits for nothing else. Whatever else it
 * waits for says no time, nor does a checkpoint that is due and still there: that is asked again after `needed_ms`.
 */
export async function nextLook(db: Db, of: ErasedOf, at: string, again: LookAgain): Promise<string> {
  const after = (ms: number) => new Date(Date.parse(at) + ms).toISOString();
  const later = sql`${after(again.needed_ms)}::timestamptz`;
  const { rows } = await sql<{ look_at: string | null }>`
    with ${ownPlaces(of)}
    select min(case when ${UNUSED} or ${KNOWN} then ${later} else coalesce((
      select max(case when c.delete_after > ${at}::timestamptz then c.delete_after else ${later} end) ${PARENTS}), ${later}) end) as look_at
    from places p left join destroyed_records d using (tenant_id, corpus_id, ordinal)
    where d.erased_at is null`.execute(db);
  const [look_at, most] = [rows[0]?.look_at ?? null, after(again.most_ms)];
  return look_at === null || look_at > most ? most : look_at;
}

// What is known of records whose text is gone: for readers that must do without, for `expunge doctor`, and for a restore.
import { type RawBuilder, sql } from 'kysely';
import { OPEN_STATES } from '../domain/states.ts';
import type { ErasedOf, ErasureFacts, ErasureStore, KeptPrints, RecordPlace } from '../runs/ports.ts';
import type { Context } from './db.ts';
import { placesOfRequest } from './request-places.ts';
import { placeRows } from './sets-tables.ts';

/** The requests that records of this one were erased for, itself among them. */
const erasedFor = ({ tenant, request_id }: ErasedOf): RawBuilder<{ id: string }> => sql`
  select d.request_id as id from deletion_requests r
  cross join lateral ${placesOfRequest('r', 'id')} s
  join destroyed_records d on d.tenant_id = r.tenant_id and d.corpus_id = s.corpus_id and d.ordinal = s.ordinal
  where r.tenant_id = ${tenant} and r.id = ${request_id}::uuid`;

/** So many first records of corpora, as rows `g`. */
const firstOf = (corpora: readonly { corpus_id: string; records: number }[]): RawBuilder<unknown> => sql`
  unnest(${corpora.map(({ corpus_id }) => corpus_id)}::uuid[], ${corpora.map(({ records }) => records)}::int[])
    as g (corpus_id, records)`;

async function facts({ db }: Context, of: ErasedOf): Promise<ErasureFacts | null> {
  const { rows } = await sql<Omit<ErasureFacts, 'prints'>>`
    select r.erased_at, count(s.ordinal)::int as records, count(d.erased_at)::int as gone
    from deletion_requests r
    left join lateral (select distinct * from ${placesOfRequest('r', 'id')} p) s on true
    left join destroyed_records d on d.tenant_id = r.tenant_id and d.corpus_id = s.corpus_id and d.ordinal = s.ordinal
    where r.tenant_id = ${of.tenant} and r.id = ${of.request_id}::uuid group by r.erased_at`.execute(db);
  if (rows[0] === undefined) return null;
  const prints = await sql<KeptPrints>`
    select p.request_id, p.corpus_id, p.records, p.key_id, v.wrapped_key, p.sealed, p.prints, p.short
    from erasure_prints p join vault_keys v on v.tenant_id = p.tenant_id and v.id = p.key_id
    where p.tenant_id = ${of.tenant} and p.request_id in (${erasedFor(of)})
    order by p.key_id`.execute(db);
  return { ...rows[0], prints: prints.rows };
}

export const erasureFactsStore = (
  context: Context,
): Pick<ErasureStore, 'erasureFacts' | 'textGone' | 'destroyedIn' | 'erasedCounts' | 'sortDeletions'> => ({
  erasureFacts: (of) => facts(context, of),

  async textGone(tenant, places) {
    const { rows } = await sql<RecordPlace & { since: string }>`
      select d.corpus_id, d.ordinal, coalesce(d.erased_at, d.marked_at) as since from ${placeRows(places)}
      join destroyed_records d on d.tenant_id = ${tenant} and d.corpus_id = g.corpus_id and d.ordinal = g.ordinal`.execute(
      context.db,
    );
    return rows;
  },

  async destroyedIn(tenant, corpora) {
    const { rows } = await sql<{ corpus_id: string; ordinals: number[] }>`
      select d.corpus_id, array_agg(d.ordinal order by d.ordinal) as ordinals from ${firstOf(corpora)}
      join destroyed_records d on d.tenant_id = ${tenant} and d.corpus_id = g.corpus_id and d.ordinal < g.records
      group by d.corpus_id`.execute(context.db);
    return Object.fromEntries(rows.map(({ corpus_id, ordinals }) => [corpus_id, ordinals]));
  },

  async erasedCounts(tenant, corpora) {
    const { rows } = await sql<{ corpus_id: string; erased: number }>`
      select d.corpus_id, count(*)::int as erased from ${firstOf(corpora)}
      join destroyed_records d on d.tenant_id = ${tenant} and d.corpus_id = g.corpus_id and d.ordinal < g.records
      group by d.corpus_id`.execute(context.db);
    return new Map(rows.map(({ corpus_id, erased }) => [corpus_id, erased]));
  },

  async sortDeletions({ tenant, corpus_id, deletion_request_id: request_id, records }) {
    const { rows } = await sql<{ ordinal: number; known: boolean; waiting: boolean }>`
      select g.ordinal, count(k.model_id) > 0 as known, coalesce(bool_and(k.waits) and (c.id, g.ordinal) in (
          select s.corpus_id, s.ordinal from deletion_requests r cross join lateral ${placesOfRequest('r', 'id')} s
          where r.tenant_id = ${tenant} and r.id = ${request_id}::uuid), false) as waiting
      from corpora c cross join unnest(${records.map(({ ordinal }) => ordinal)}::int[]) as g (ordinal)
      left join lateral (
        select mc.model_id, exists (
          select from request_targets t where t.tenant_id = mc.tenant_id and t.request_id = ${request_id}::uuid
            and t.model_id = mc.model_id and t.state = any(${[...OPEN_STATES]}::text[])) as waits
        from model_corpora mc
        where mc.tenant_id = ${tenant} and mc.corpus_id = c.id and mc.role = 'train' and g.ordinal < mc.records
          and not exists (
            select from erased_records e where e.tenant_id = mc.tenant_id and e.model_id = mc.model_id
              and e.corpus_id = mc.corpus_id and e.ordinal = g.ordinal)) k on true
      where c.tenant_id = ${tenant} and c.id = ${corpus_id}::uuid and g.ordinal < c.records
      group by c.id, g.ordinal`.execute(context.db);
    const there = new Map(rows.map((row) => [row.ordinal, row]));
    const placesOf = (of: typeof rows): RecordPlace[] => of.map(({ ordinal }) => ({ corpus_id, ordinal }));
    return {
      known: placesOf(rows.filter((row) => row.known && !row.waiting)),
      waiting: placesOf(rows.filter((row) => row.waiting)),
      free: records.filter(({ ordinal }) => there.get(ordinal)?.known === false),
    };
  },
});

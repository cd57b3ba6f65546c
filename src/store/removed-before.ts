// What earlier runs had removed of what a request is about, and what that was worth: for a certificate that nothing is left.
import { sql } from 'kysely';
import { guaranteeOf } from '../domain/guarantee.ts';
import type { RemovedBefore } from '../domain/removed-before.ts';
import type { ForgettingStore } from '../runs/forgetting-port.ts';
import type { Context } from './db.ts';
import { madeBy, trainingsWithout } from './left-out.ts';
import { placesOfRequest } from './request-places.ts';

type Row = { run_id: string; records: number; all: number; anew: boolean; certified: boolean };

export const removedBeforeStore = ({ db }: Context): Pick<ForgettingStore, 'removedBefore'> => ({
  // of a record that steps took and a later training left out, that training is what counts
  async removedBefore(tenant, requestId, models): Promise<RemovedBefore | null> {
    const { rows } = await sql<Row>`
      with places as (
        select distinct s.corpus_id, s.ordinal from deletion_requests r cross join lateral ${placesOfRequest('r', 'id')} s
        where r.tenant_id = ${tenant} and r.id = ${requestId}),
      taken as materialized (
        select e.corpus_id, e.ordinal, coalesce(a.id, e.run_id) as run_id, a.id is not null as anew
        from places p
        join model_corpora mc on mc.tenant_id = ${tenant} and mc.model_id = any(${[...models]}::uuid[])
          and mc.role = 'train' and mc.corpus_id = p.corpus_id and p.ordinal < mc.records
        join erased_records e on e.tenant_id = ${tenant} and e.model_id = mc.model_id and e.corpus_id = p.corpus_id
          and e.ordinal = p.ordinal
        left join lateral (${sql.raw(trainingsWithout('e', 'x.id'))} order by x.published_seq limit 1) a on true)
      select t.run_id, t.anew, count(distinct (t.corpus_id, t.ordinal))::int as records,
        (select count(distinct (corpus_id, ordinal))::int from taken) as all,
        exists (${sql.raw(madeBy('r'))} and a.attempt -> 'certified' is not null) as certified
      from taken t join runs r on r.tenant_id = ${tenant} and r.id = t.run_id
      group by r.tenant_id, r.id, t.run_id, t.anew order by r.published_seq`.execute(db);
    if (rows.length === 0) return null;
    const runs = rows.map(({ run_id, records, ...made }) => ({
      run_id,
      // a training whose base saw them is none of those that are looked for
      guarantee: guaranteeOf({ certified: made.certified, anew: made.anew, baseSaw: false }),
      records,
    }));
    return { records: rows[0]!.all, runs };
  },
});

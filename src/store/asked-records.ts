// What a verification on demand is asked about: where records stand, and since when they are erased.
import { sql } from 'kysely';
import { shortDigest } from '../corpora/short-digest.ts';
import type { RecordPlace, VerificationStore } from '../runs/ports.ts';
import type { Context } from './db.ts';
import { placeRows } from './sets-tables.ts';

export const askedRecordsStore = ({
  db,
}: Context): Pick<
  VerificationStore,
  'recordsWithIds' | 'recordsOfCorpus' | 'trainCorpora' | 'erasedAt' | 'erasedBefore'
> => ({
  async recordsOfCorpus(tenant, corpusId, ids) {
    const byDigest = new Map(ids.map((id) => [shortDigest(id), id]));
    const digests = [...byDigest.keys()];
    const { rows } = await sql<RecordPlace & { digest: string }>`
      select r.corpus_id, r.first_ordinal + u.place::integer - 1 as ordinal, replace(u.id::text, '-', '') as digest
      from record_ids r cross join lateral unnest(r.ids) with ordinality as u (id, place)
      where r.tenant_id = ${tenant} and r.corpus_id = ${corpusId} and r.ids && ${digests}::uuid[]
        and u.id = any(${digests}::uuid[])
      order by ordinal`.execute(db);
    return rows.map(({ digest, ...place }) => ({ ...place, record_id: byDigest.get(digest)! }));
  },

  async trainCorpora(tenant, models) {
    const query = db.selectFrom('model_corpora').select('corpus_id').where('tenant_id', '=', tenant);
    return query
      .select((eb) => eb.fn.max('records').as('records'))
      .where('role', '=', 'train')
      .$if(models !== null, (q) => q.where('model_id', 'in', models!))
      .groupBy('corpus_id')
      .orderBy('corpus_id')
      .execute();
  },

  async recordsWithIds(tenant, modelId, ids) {
    const byDigest = new Map(ids.map((id) => [shortDigest(id), id]));
    const digests = [...byDigest.keys()];
    // a row holds thousands of ids: those without any of them are not taken apart
    const { rows } = await sql<RecordPlace & { digest: string }>`
      select r.corpus_id, r.first_ordinal + u.place::integer - 1 as ordinal, replace(u.id::text, '-', '') as digest
      from model_corpora mc
      join record_ids r on r.tenant_id = mc.tenant_id and r.corpus_id = mc.corpus_id and r.ids && ${digests}::uuid[]
      cross join lateral unnest(r.ids) with ordinality as u (id, place)
      where mc.tenant_id = ${tenant} and mc.model_id = ${modelId} and mc.role = 'train' and u.id = any(${digests}::uuid[])
        and r.first_ordinal + u.place::integer - 1 < mc.records
      order by r.corpus_id, ordinal`.execute(db);
    return rows.map(({ digest, ...place }) => ({ ...place, record_id: byDigest.get(digest)! }));
  },

  async erasedAt(tenant, modelId, places) {
    const { rows } = await sql<{ at: string | null }>`
      select max(r.finished_at) as at from ${placeRows(places)}
      join erased_records e on e.corpus_id = g.corpus_id and e.ordinal = g.ordinal
      join runs r on r.tenant_id = e.tenant_id and r.id = e.run_id
      where e.tenant_id = ${tenant} and e.model_id = ${modelId}`.execute(db);
    return rows[0]!.at;
  },

  async erasedBefore(tenant, modelId, digest, places) {
    const { rows } = await sql<{ all: boolean }>`
      select not exists (
        select from ${placeRows(places)} where not exists (
          select from erased_records e
          join checkpoints made on made.tenant_id = e.tenant_id and made.model_id = e.model_id and made.run_id = e.run_id
          join checkpoints c on c.tenant_id = e.tenant_id and c.model_id = e.model_id and c.digest = ${digest}
          where e.tenant_id = ${tenant} and e.model_id = ${modelId} and e.corpus_id = g.corpus_id
            and e.ordinal = g.ordinal and c.run_id is not null and made.created_at <= c.created_at)) as all`.execute(
      db,
    );
    return rows[0]!.all;
  },
});

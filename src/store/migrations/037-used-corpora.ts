// How much of a corpus models were made with, which is a fact of the corpus: it outlives the models. Of those that were deleted the ledger
// tells, by what the corpus held when they were registered where they do not say how much of it counts.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table corpora add column used_records integer not null default 0 check (used_records >= 0)`.execute(
    db,
  );
  await sql`
    with registered as (
      select l.tenant_id, l.seq, m.data->>'corpus_id' as corpus_id, (m.data->>'records')::int as records
      from ledger l cross join lateral jsonb_array_elements(
        case when jsonb_typeof(l.data->'corpora') = 'array' then l.data->'corpora' else '[]' end) as m (data)
      where l.type = 'model.registered'),
    used as (
      select tenant_id, corpus_id::text as corpus_id, records from model_corpora
      union all
      select g.tenant_id, g.corpus_id, coalesce(g.records, (
        select sum((a.data->>'added')::int)::int from ledger a
        where a.tenant_id = g.tenant_id and a.type = 'records.added' and a.data->>'corpus_id' = g.corpus_id
          and a.seq < g.seq), 0)
      from registered g),
    most as (select tenant_id, corpus_id, max(records) as records from used group by tenant_id, corpus_id)
    update corpora c set used_records = least(c.records, m.records)
    from most m where m.tenant_id = c.tenant_id and m.corpus_id = c.id::text`.execute(db);
}

// Where keys stand: records by corpus and by model.
import { sql } from 'kysely';
import type { SubjectLookup, SubjectLookupStore } from '../runs/ports.ts';
import type { Context } from './db.ts';

export const subjectLookupStore = ({ db }: Context): SubjectLookupStore => ({
  async lookUpSubject(tenant, keys) {
    const named = sql`
      select distinct corpus_id, ordinal from record_subjects
      where tenant_id = ${tenant} and subject_key = any(${[...keys]}::text[])`;
    const corpora = await sql<SubjectLookup['corpora'][number]>`
      select c.id as corpus_id, c.name, count(*)::int as records from (${named}) n
      join corpora c on c.tenant_id = ${tenant} and c.id = n.corpus_id group by c.id, c.name order by c.name`.execute(
      db,
    );
    const models = await sql<SubjectLookup['models'][number]>`
      select m.id as model_id, m.name, count(*) filter (where e.ordinal is null)::int as records,
        count(e.ordinal)::int as forgotten
      from (${named}) n
      join model_corpora mc on mc.tenant_id = ${tenant} and mc.corpus_id = n.corpus_id and mc.role = 'train'
        and n.ordinal < mc.records
      join models m on m.tenant_id = ${tenant} and m.id = mc.model_id
      left join erased_records e on e.tenant_id = ${tenant} and e.model_id = mc.model_id and e.corpus_id = n.corpus_id
        and e.ordinal = n.ordinal
      group by m.id, m.name order by m.name`.execute(db);
    return { corpora: corpora.rows, models: models.rows };
  },
});

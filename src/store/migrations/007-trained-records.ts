// How many records of a corpus a model was made with: a corpus that grew before the model was registered holds more.
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  'alter table model_corpora add column records integer',
  `update model_corpora mc set records = c.records
   from corpora c where c.tenant_id = mc.tenant_id and c.id = mc.corpus_id`,
  'alter table model_corpora alter column records set not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

// Corpora and the index of their records. The text itself is on disk, see corpora/.
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { Store, SubjectKey } from '../runs/ports.ts';
import { beyond, type Context, type Trx, toPage, transact } from './db.ts';
import { append } from './ledger.ts';
import { countPeople, type Named } from './people.ts';

const COLUMNS = ['id', 'name', 'records', 'people', 'digest', 'created_at'] as const;
const BATCH = 4000;

type Indexed = { ordinal: number; record_id: string; subjects: SubjectKey[] };

/** Ends the transaction from within the stream; never leaves this file. */
class DuplicateRecord extends Error {
  readonly recordId: string;
  constructor(recordId: string) {
    super('duplicate record id');
    this.recordId = recordId;
  }
}

async function insertBatch(trx: Trx, tenant: string, corpusId: string, batch: Indexed[]): Promise<void> {
  const { rows } = await sql<{ ordinal: number }>`
    insert into records (tenant_id, corpus_id, ordinal, record_id)
    select ${tenant}, ${corpusId}::uuid, * from unnest(${batch.map((r) => r.ordinal)}::int[], ${batch.map((r) => r.record_id)}::text[])
    on conflict on constraint records_record_id do nothing
    returning ordinal`.execute(trx);
  if (rows.length < batch.length) {
    const stored = new Set(rows.map((row) => row.ordinal));
    throw new DuplicateRecord(batch.find((record) => !stored.has(record.ordinal))!.record_id);
  }
  const subjects = batch.flatMap(({ ordinal, subjects }) => subjects.map((subject) => ({ ordinal, ...subject })));
  await sql`
    insert into record_subjects
      (tenant_id, corpus_id, ordinal, subject_key, type, key_version, normaliser_version)
    select ${tenant}, ${corpusId}::uuid, * from unnest(${subjects.map((s) => s.ordinal)}::int[],
      ${subjects.map((s) => s.key)}::text[], ${subjects.map((s) => s.type)}::text[],
      ${subjects.map((s) => s.key_version)}::int[], ${subjects.map((s) => s.normaliser_version)}::int[])
    on conflict do nothing`.execute(trx);
}

/** Returns the number of records of the stream. */
async function insertAll(trx: Trx, tenant: string, corpusId: string, records: AsyncIterable<Indexed>): Promise<number> {
  let count = 0;
  let batch: Indexed[] = [];
  const flush = async () => {
    if (batch.length > 0) await insertBatch(trx, tenant, corpusId, batch);
    count += batch.length;
    batch = [];
  };
  for await (const record of records) {
    batch.push(record);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return count;
}

/** Records that name the same keys say the same of who is who: only what differs is fetched, so memory goes by people. */
async function people(trx: Trx, tenant: string, corpusId: string): Promise<number> {
  const { rows } = await sql<Named>`
    select distinct keys, types from (
      select array_agg(subject_key order by subject_key) as keys, array_agg(type order by subject_key) as types
      from record_subjects where tenant_id = ${tenant} and corpus_id = ${corpusId} group by ordinal
    ) named`.execute(trx);
  return countPeople(rows);
}

async function addRecords(
  context: Context,
  trx: Trx,
  [tenant, corpusId, records, digest, actor]: Parameters<Store['addRecords']>,
) {
  const corpus = await trx
    .selectFrom('corpora')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('id', '=', corpusId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!corpus) throw new ExpungeError('not-found', `There is no corpus ${corpusId}.`);
  const used = await trx
    .selectFrom('model_corpora')
    .select('model_id')
    .where('tenant_id', '=', tenant)
    .where('corpus_id', '=', corpusId)
    .limit(1)
    .executeTakeFirst();
  if (used) return { status: 'in_use' as const };
  const added = await insertAll(trx, tenant, corpusId, records);
  const total = await people(trx, tenant, corpusId);
  const updated: Corpus = await trx
    .updateTable('corpora')
    .set((eb) => ({ records: eb('records', '+', added), people: total, digest }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', corpusId)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  await append(context, trx, { tenant, type: 'records.added', actor, data: { corpus_id: corpusId, added, digest } });
  return { status: 'added' as const, corpus: updated };
}

export const corporaStore = (
  context: Context,
): Pick<Store, 'createCorpus' | 'getCorpus' | 'listCorpora' | 'addRecords'> => ({
  createCorpus: (tenant, name, actor) =>
    transact(context, async (trx) => {
      const created_at = await context.now(trx);
      const corpus = await trx
        .insertInto('corpora')
        .values({ id: uuid(), tenant_id: tenant, name, records: 0, people: 0, digest: null, created_at })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
        .returning(COLUMNS)
        .executeTakeFirst();
      if (!corpus) {
        const { id } = await trx
          .selectFrom('corpora')
          .select('id')
          .where('tenant_id', '=', tenant)
          .where('name', '=', name)
          .executeTakeFirstOrThrow();
        return { status: 'name_taken', id };
      }
      await append(context, trx, { tenant, type: 'corpus.created', actor, data: { corpus_id: corpus.id } });
      return { status: 'created', corpus };
    }),

  async getCorpus(tenant, id) {
    const query = context.db.selectFrom('corpora').select(COLUMNS).where('tenant_id', '=', tenant).where('id', '=', id);
    return (await query.executeTakeFirst()) ?? null;
  },

  async listCorpora(tenant, query) {
    const rows = await context.db
      .selectFrom('corpora')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .$if(query.after !== undefined, (q) => q.where(beyond('created_at', query.after!)))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return toPage(rows, query, (row) => row.created_at);
  },

  // one try only: the stream cannot be read twice
  async addRecords(...input) {
    try {
      const outcome = await context.db.transaction().execute((trx) => addRecords(context, trx, input));
      // the next queries should know how large the tables are now, not only after the next autovacuum; a help only
      if (outcome.status === 'added') await sql`analyze records, record_subjects`.execute(context.db).catch(() => {});
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateRecord) return { status: 'duplicate_record_id', record_id: error.recordId };
      throw error;
    }
  },
});

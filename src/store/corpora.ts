// Corpora and the index of their records. The text itself is on disk, see corpora/.
import { sql } from 'kysely';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { canonicalDigest } from '../runs/digests.ts';
import type { Store } from '../runs/ports.ts';
import { beyond, type Context, type Db, type Trx, toPage, transact } from './db.ts';
import { lookNow, namedFrom } from './erasure-looks.ts';
import { append } from './ledger.ts';
import { countPeople } from './people.ts';
import { type Duplicate, writeIndex } from './record-index.ts';
import { restrictUnder } from './restricted-keys.ts';
import { suppressedRecords } from './suppressions.ts';

const COLUMNS = ['id', 'name', 'records', 'people', 'digest', 'subject_rules', 'created_at'] as const;

/** Columns that queries look for; statistics of long lists would take most of the time, and nobody asks for them. */
const ASKED = [
  'record_ids (tenant_id, corpus_id, first_ordinal)',
  'subject_records (tenant_id, corpus_id, subject_key)',
  'subject_links (tenant_id, corpus_id, subject_key, other_key)',
];

/** Ends the transaction; never leaves this file. */
class DuplicateRecord extends Error {
  readonly found: Duplicate;
  constructor(found: Duplicate) {
    super('duplicate record id');
    this.found = found;
  }
}

/** The same. */
class SuppressedRecords extends Error {
  readonly records: number;
  constructor(records: number) {
    super('suppressed records');
    this.records = records;
  }
}

async function addRecords(
  context: Context,
  { trx, client }: { trx: Trx; client: pg.ClientBase },
  [tenant, corpusId, records, digest, actor, onSuppressed = 'keep', restricted = []]: Parameters<Store['addRecords']>,
) {
  const corpus = await trx
    .selectFrom('corpora')
    .select('records')
    .where('tenant_id', '=', tenant)
    .where('id', '=', corpusId)
    .where('deleted_at', 'is', null)
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
  const added = await writeIndex(trx, client, { tenant, corpusId }, records);
  if (typeof added !== 'number') throw new DuplicateRecord(added);
  const suppressed = await suppressedRecords(trx, { tenant, corpusId, first: corpus.records });
  if (suppressed > 0 && onSuppressed === 'refuse') throw new SuppressedRecords(suppressed);
  await restrictUnder(trx, tenant, [...restricted]);
  const people = await countPeople(trx, tenant, corpusId);
  await lookNow(trx, tenant, await context.now(trx), namedFrom(corpusId, corpus.records));
  const updated: Corpus = await trx
    .updateTable('corpora')
    .set((eb) => ({ records: eb('records', '+', added), people, digest }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', corpusId)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  await append(context, trx, { tenant, type: 'records.added', actor, data: { corpus_id: corpusId, added, digest } });
  return { status: 'added' as const, corpus: updated, suppressed };
}

/** One that was deleted as well, where `deleted` says so: what was done with it names it. */
export const loadCorpus = async (db: Db, tenant: string, id: string, deleted = true): Promise<Corpus | null> => {
  const query = db.selectFrom('corpora').select(COLUMNS).where('tenant_id', '=', tenant).where('id', '=', id);
  return (await query.$if(!deleted, (q) => q.where('deleted_at', 'is', null)).executeTakeFirst()) ?? null;
};

export const corporaStore = (
  context: Context,
): Pick<Store, 'createCorpus' | 'getCorpus' | 'listCorpora' | 'addRecords'> => ({
  createCorpus: (tenant, name, actor, rules = null, id = uuid()) =>
    transact(context, async (trx) => {
      const created_at = await context.now(trx);
      const corpus = await trx
        .insertInto('corpora')
        .values({
          ...{ id, tenant_id: tenant, name, records: 0, people: 0, digest: null, created_at },
          subject_rules: rules && JSON.stringify(rules),
        })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).where('deleted_at', 'is', null).doNothing())
        .returning(COLUMNS)
        .executeTakeFirst();
      if (!corpus) {
        const taken = await trx
          .selectFrom('corpora')
          .select('id')
          .where('tenant_id', '=', tenant)
          .where('name', '=', name)
          .where('deleted_at', 'is', null)
          .executeTakeFirstOrThrow();
        // an earlier try of the same call, whose commit came late
        if (taken.id === id) return { status: 'created', corpus: (await loadCorpus(trx, tenant, id))! };
        return { status: 'name_taken', id: taken.id };
      }
      await append(context, trx, {
        tenant,
        type: 'corpus.created',
        actor,
        data: { corpus_id: corpus.id, ...(rules && { rules_digest: canonicalDigest(rules) }) },
      });
      return { status: 'created', corpus };
    }),

  getCorpus: (tenant, id, deleted = false) => loadCorpus(context.db, tenant, id, deleted),

  async listCorpora(tenant, query) {
    const rows = await context.db
      .selectFrom('corpora')
      .select(COLUMNS)
      .where('tenant_id', '=', tenant)
      .where('deleted_at', 'is', null)
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
      const outcome = await context.copying((trx, client) => addRecords(context, { trx, client }, input));
      // the next queries should know how large the tables are now, not only after the next autovacuum; a help only
      if (outcome.status === 'added')
        await sql
          .raw(`analyze ${ASKED.join(', ')}`)
          .execute(context.db)
          .catch(() => {});
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateRecord) return { status: 'duplicate_record_id', ...error.found };
      if (error instanceof SuppressedRecords) return { status: 'suppressed', records: error.records };
      throw error;
    }
  },
});

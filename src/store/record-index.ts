// Writes the index of an upload: rows by COPY, several times as fast as INSERT, and what follows from them inside Postgres,
// where it is sorted on disk when it is long. Memory: the rows of two batches.
import { finished } from 'node:stream/promises';
import { sql } from 'kysely';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { IndexPacker, packRecord } from '../corpora/index-packer.ts';
import { manyOf, type OneOrMany } from '../domain/batches.ts';
import type { IndexBlock, IndexedRecord } from '../runs/ports.ts';
import { readWhole, type Trx } from './db.ts';
import { IndexRows, type Place } from './index-rows.ts';

/** Records, and people on them, whose rows are sent together. */
const BATCH = 1 << 14;
/** A row of a key holds ordinals of one such range at most, 64 MB; with smaller ranges a large upload would make many rows of few ordinals. */
const ORDINALS_IN_A_ROW = 1 << 24;

export interface Duplicate {
  ordinal: number;
  first: number;
}
type Records = AsyncIterable<OneOrMany<IndexedRecord> | IndexBlock>;

async function copy(client: pg.ClientBase, target: string, rows: Buffer): Promise<void> {
  if (rows.length === 0) return;
  const stream = client.query(copyFrom(`copy ${target} from stdin (format binary)`));
  stream.end(rows);
  await finished(stream);
}

async function* blocksOf(records: Records): AsyncGenerator<IndexBlock> {
  const packer = new IndexPacker();
  for await (const some of records)
    if ('places' in some) yield some;
    else for (const record of manyOf(some)) yield packRecord(packer, record);
}

/** Sends the stream; the next batch is made while Postgres takes the last one. */
async function sendAll(
  client: pg.ClientBase,
  place: Place,
  records: Records,
): Promise<{ added: number; first: number }> {
  const rows = new IndexRows(place);
  let first = 0;
  let sending: Promise<void> = Promise.resolve();
  const copyAll = async (tables: [string, Buffer][]) => {
    for (const [target, bytes] of tables) await copy(client, target, bytes);
  };
  const send = async () => {
    await sending;
    sending = copyAll(rows.take());
    // awaited below or by the next send, and whoever stops before that waits for it as well
    sending.catch(() => {});
  };
  try {
    for await (const block of blocksOf(records)) {
      if (rows.added === 0) first = block.first_ordinal;
      rows.add(block);
      if (rows.waiting >= BATCH) await send();
    }
    await send();
    await sending;
    return { added: rows.added, first };
  } finally {
    // nothing may be sent after the transaction has ended
    await sending.catch(() => {});
  }
}

/** The first record of the upload that has an earlier one's id. */
async function duplicateIn(trx: Trx, { tenant, corpusId }: Place, first: number): Promise<Duplicate | null> {
  const ids = (bound: '<' | '>=') => sql`
    (select unnest(ids) as id from record_ids
    where tenant_id = ${tenant} and corpus_id = ${corpusId} and first_ordinal ${sql.raw(bound)} ${first})`;
  // sorting them is faster than counting how often each is there
  const within = sql`(select count(distinct id) < count(*) from ${ids('>=')} fresh)`;
  const across = sql`exists (select from ${ids('>=')} fresh join ${ids('<')} stored using (id))`;
  const { rows } = await sql<{ found: boolean }>`
    select ${first > 0 ? sql`${within} or ${across}` : within} as found`.execute(trx);
  if (!rows[0]!.found) return null;
  const found = await sql<Duplicate>`
    select ordinal, first from (
      select ordinal, min(ordinal) over (partition by id) as first from (
        select u.id, r.first_ordinal + u.place::integer - 1 as ordinal
        from record_ids r cross join lateral unnest(r.ids) with ordinality as u (id, place)
        where r.tenant_id = ${tenant} and r.corpus_id = ${corpusId}
      ) every
    ) met where ordinal > first order by ordinal limit 1`.execute(trx);
  return found.rows[0]!;
}

async function keepSubjects(trx: Trx, { tenant, corpusId }: Place): Promise<void> {
  // a key that was told of again is the same
  await sql`
    create temporary table met_keys on commit drop as
    select distinct on (id) id, subject_key, type, key_version, normaliser_version from fresh_keys order by id`.execute(
    trx,
  );
  await sql`analyze fresh_subjects (id), met_keys (id)`.execute(trx);
  await sql`
    insert into subject_records
      (tenant_id, corpus_id, subject_key, first_ordinal, type, key_version, normaliser_version, ordinals)
    select ${tenant}, ${corpusId}::uuid, subject_key, first_ordinal, type, key_version, normaliser_version, ordinals
    from (
      select id, min(ordinal) as first_ordinal, array_agg(ordinal) as ordinals
      from fresh_subjects group by id, ordinal / ${sql.lit(ORDINALS_IN_A_ROW)}
    ) standing join met_keys using (id)
    order by subject_key`.execute(trx);
  await sql`
    insert into subject_links (tenant_id, corpus_id, subject_key, other_key)
    select distinct ${tenant}, ${corpusId}::uuid,
      least(a.subject_key collate "C", b.subject_key), greatest(a.subject_key collate "C", b.subject_key)
    from (select distinct one, other from fresh_links) pairs
    join met_keys a on a.id = one join met_keys b on b.id = other
    on conflict do nothing`.execute(trx);
}

/** Returns how many records were added, or the first of them whose id was there. Ordinals follow one another. */
export async function writeIndex(
  trx: Trx,
  client: pg.ClientBase,
  place: Place,
  records: Records,
): Promise<number | Duplicate> {
  await readWhole(trx);
  await sql`create temporary table fresh_subjects (id uuid not null, ordinal integer not null) on commit drop`.execute(
    trx,
  );
  await sql`create temporary table fresh_links (one uuid not null, other uuid not null) on commit drop`.execute(trx);
  await sql`
    create temporary table fresh_keys (id uuid not null, subject_key text not null, type text not null,
      key_version integer not null, normaliser_version integer not null) on commit drop`.execute(trx);
  const { added, first } = await sendAll(client, place, records);
  const duplicate = await duplicateIn(trx, place, first);
  if (duplicate !== null) return duplicate;
  await keepSubjects(trx, place);
  return added;
}

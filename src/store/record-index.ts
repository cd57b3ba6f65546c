// Writes the index of an upload: rows by COPY, several times as fast as INSERT, and what follows from them inside Postgres,
// where it is sorted on disk when it is long. Memory: the rows of one batch, and the garbage of eight.
import { hash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { sql } from 'kysely';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { passing } from '../corpora/collect.ts';
import { manyOf, type OneOrMany } from '../domain/batches.ts';
import type { IndexedRecord, SubjectKey } from '../runs/ports.ts';
import { CopyText } from './copy-text.ts';
import { readWhole, type Trx } from './db.ts';
import { linkedKeys } from './people.ts';

const IDS_IN_A_ROW = 4096;
/** Records whose rows are sent together. */
const BATCH = 1 << 13;
/** A row of a key holds ordinals of one such range at most. */
const ORDINALS_IN_A_ROW = 1 << 20;
/** Pairs of keys that are not sent again. */
const REMEMBERED = 1 << 15;

interface Place {
  tenant: string;
  corpusId: string;
}
export interface Duplicate {
  ordinal: number;
  first: number;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
/** A field of COPY's text format. */
const field = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (letter) => ESCAPES[letter]!) : text;

async function copy(client: pg.ClientBase, target: string, rows: Buffer): Promise<void> {
  if (rows.length === 0) return;
  const stream = client.query(copyFrom(`copy ${target} from stdin`));
  stream.end(rows);
  await finished(stream);
}

/** Half of a SHA-256: two ids that differ never meet. */
export const recordIdDigest = (recordId: string): string => hash('sha256', recordId).slice(0, 32);

/** Rows of a batch, as text. */
class Rows {
  readonly #place: string;
  readonly #ids = new CopyText();
  readonly #subjects = new CopyText();
  readonly #links = new CopyText();
  #linked = new Set<string>();
  /** Of the row of ids that is open: its first ordinal, and how many are in it. */
  #first = 0;
  #count = 0;
  constructor({ tenant, corpusId }: Place) {
    this.#place = `${field(tenant)}\t${corpusId}`;
  }

  add({ ordinal, record_id, subjects }: IndexedRecord): void {
    if (this.#count === IDS_IN_A_ROW || ordinal !== this.#first + this.#count) this.#endRow();
    if (this.#count === 0) {
      this.#first = ordinal;
      this.#ids.add(`${this.#place}\t${ordinal}\t{`);
    } else this.#ids.add(',');
    this.#ids.add(recordIdDigest(record_id));
    this.#count++;
    for (const { key, type, key_version, normaliser_version } of subjects)
      this.#subjects.add(`${ordinal}\t${field(key)}\t${field(type)}\t${key_version}\t${normaliser_version}\n`);
    if (subjects.length > 1) this.#link(subjects);
  }

  #endRow(): void {
    if (this.#count > 0) this.#ids.add('}\n');
    this.#count = 0;
  }

  #link(subjects: readonly SubjectKey[]): void {
    const [first, ...others] = linkedKeys(subjects).map(field);
    for (const other of others) {
      const link = `${first}\t${other}\n`;
      if (this.#linked.has(link)) continue;
      if (this.#linked.size === REMEMBERED) this.#linked.clear();
      this.#linked.add(link);
      this.#links.add(link);
    }
  }

  /** To be called again only when it has ended. */
  async send(client: pg.ClientBase): Promise<void> {
    this.#endRow();
    const [ids, subjects, links] = [this.#ids.take(), this.#subjects.take(), this.#links.take()];
    await copy(client, 'record_ids (tenant_id, corpus_id, first_ordinal, ids)', ids);
    await copy(client, 'fresh_subjects', subjects);
    await copy(client, 'fresh_links', links);
  }
}

/** Sends the stream; the next batch is made while Postgres takes the last one. */
async function sendAll(
  client: pg.ClientBase,
  place: Place,
  records: AsyncIterable<OneOrMany<IndexedRecord>>,
): Promise<{ added: number; first: number }> {
  const rows = new Rows(place);
  const passed = passing();
  let [added, first, sent] = [0, 0, 0];
  let sending: Promise<void> = Promise.resolve();
  const send = async () => {
    await sending;
    sent = added;
    sending = rows.send(client);
    // awaited below or by the next send, and whoever stops before that waits for it as well
    sending.catch(() => {});
  };
  try {
    for await (const some of records) {
      for (const record of manyOf(some)) {
        if (added++ === 0) first = record.ordinal;
        rows.add(record);
      }
      if (added - sent >= BATCH) {
        passed(added - sent);
        await send();
      }
    }
    await send();
    await sending;
    return { added, first };
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
  const within = sql`exists (select from ${ids('>=')} fresh group by id having count(*) > 1)`;
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
  await sql`analyze fresh_subjects`.execute(trx);
  await sql`
    insert into subject_records
      (tenant_id, corpus_id, subject_key, first_ordinal, type, key_version, normaliser_version, ordinals)
    select ${tenant}, ${corpusId}::uuid, subject_key, min(ordinal), min(type), max(key_version), max(normaliser_version),
      array_agg(distinct ordinal)
    from fresh_subjects group by subject_key, ordinal / ${sql.lit(ORDINALS_IN_A_ROW)}
    order by subject_key`.execute(trx);
  await sql`
    insert into subject_links (tenant_id, corpus_id, subject_key, other_key)
    select distinct ${tenant}, ${corpusId}::uuid, subject_key, other_key from fresh_links
    on conflict do nothing`.execute(trx);
}

/** Returns how many records were added, or the first of them whose id was there. Ordinals follow one another. */
export async function writeIndex(
  trx: Trx,
  client: pg.ClientBase,
  place: Place,
  records: AsyncIterable<OneOrMany<IndexedRecord>>,
): Promise<number | Duplicate> {
  await readWhole(trx);
  await sql`
    create temporary table fresh_subjects (ordinal integer not null, subject_key text not null, type text not null,
      key_version integer not null, normaliser_version integer not null) on commit drop`.execute(trx);
  await sql`
    create temporary table fresh_links (subject_key text not null, other_key text not null) on commit drop`.execute(
    trx,
  );
  const { added, first } = await sendAll(client, place, records);
  const duplicate = await duplicateIn(trx, place, first);
  if (duplicate !== null) return duplicate;
  await keepSubjects(trx, place);
  return added;
}

// Who is the same person: identifiers are known only as keys, so people are found by how keys appear together.
// Identifiers of different types on one record (an email and a name) are taken as one person's, and linked when they are
// stored; as soon as a type stands there twice, the record names several people and links nothing.
import { type RawBuilder, sql } from 'kysely';
import { rowsOf, type Trx } from './db.ts';

/** People among keys that go by numbers from 0. Memory: 4 bytes a key. */
export class People {
  readonly #parent: Int32Array;
  /** How often two people turned out to be one. */
  merged = 0;
  constructor(keys: number) {
    this.#parent = new Int32Array(keys);
    for (let key = 0; key < keys; key++) this.#parent[key] = key;
  }

  /** A representative of the key's person, fixed once all is joined; two keys of one person give the same. */
  of(key: number): number {
    const parent = this.#parent;
    let at = key;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  /** These keys belong to one person. */
  join(keys: readonly number[]): void {
    for (const key of keys.slice(1)) {
      const [a, b] = [this.of(keys[0]!), this.of(key)];
      if (a === b) continue;
      this.#parent[b] = a;
      this.merged++;
    }
  }
}

/**
 * People among the keys of a table with columns `n`, from 0, and `subject_key`, joined by the links of those corpora.
 * Memory goes by keys alone.
 */
export async function readPeople(trx: Trx, tenant: string, corpora: readonly string[], table: string): Promise<People> {
  const keys = sql.table(table);
  const { rows } = await sql<{ keys: number }>`select count(*)::integer as keys from ${keys}`.execute(trx);
  const people = new People(rows[0]!.keys);
  const links: RawBuilder<{ one: number; other: number }> = sql`
    select a.n as one, b.n as other from subject_links l
    join ${keys} a on a.subject_key = l.subject_key join ${keys} b on b.subject_key = l.other_key
    where l.tenant_id = ${tenant} and l.corpus_id = any(${corpora}::uuid[])`;
  for await (const some of rowsOf(trx, links)) for (const { one, other } of some) people.join([one, other]);
  return people;
}

/** Number of people whom the records of a corpus name. */
export async function countPeople(trx: Trx, tenant: string, corpusId: string): Promise<number> {
  const { rows } = await sql<{ keys: number }>`
    select count(distinct subject_key)::integer as keys from subject_records
    where tenant_id = ${tenant} and corpus_id = ${corpusId}`.execute(trx);
  // a key that is linked to no other is a person
  await sql`
    create temporary table linked_keys on commit drop as
    select row_number() over ()::integer - 1 as n, subject_key from (
      select subject_key from subject_links where tenant_id = ${tenant} and corpus_id = ${corpusId}
      union select other_key from subject_links where tenant_id = ${tenant} and corpus_id = ${corpusId}
    ) linked`.execute(trx);
  await sql`analyze linked_keys`.execute(trx);
  const { merged } = await readPeople(trx, tenant, [corpusId], 'linked_keys');
  return rows[0]!.keys - merged;
}

// The index of records by what is asked of it, instead of a row for each record and each person on it. Ids are only ever
// held against each other: digests do, thousands in a row. People are looked up by key: a row holds where they stand.
// Who is the same person follows from keys that stand together: each such pair once.
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `alter table record_subjects rename to old_record_subjects`,
  // the order of the lines of the file; an id's digest is the first half of its SHA-256
  `create table record_ids (
    tenant_id text not null,
    corpus_id uuid not null,
    first_ordinal integer not null check (first_ordinal >= 0),
    ids uuid[] not null check (cardinality(ids) > 0),
    primary key (tenant_id, corpus_id, first_ordinal),
    foreign key (tenant_id, corpus_id) references corpora (tenant_id, id)
  )`,
  // digests do not compress, and trying takes time
  `alter table record_ids alter column ids set storage external`,
  // no foreign key: see 003-bulk-records
  `create table subject_records (
    tenant_id text not null,
    corpus_id uuid not null,
    subject_key text not null,
    first_ordinal integer not null,
    type text not null,
    key_version integer not null,
    normaliser_version integer not null,
    ordinals integer[] not null check (cardinality(ordinals) > 0),
    primary key (tenant_id, corpus_id, subject_key, first_ordinal)
  )`,
  `create table subject_links (
    tenant_id text not null,
    corpus_id uuid not null,
    subject_key text not null,
    other_key text not null,
    primary key (tenant_id, corpus_id, subject_key, other_key)
  )`,
  `insert into record_ids
    select tenant_id, corpus_id, min(ordinal),
      array_agg(left(encode(sha256(convert_to(record_id, 'UTF8')), 'hex'), 32)::uuid order by ordinal)
    from records group by tenant_id, corpus_id, ordinal / 4096`,
  `insert into subject_records
    select tenant_id, corpus_id, subject_key, min(ordinal), min(type), max(key_version), max(normaliser_version),
      array_agg(ordinal order by ordinal)
    from old_record_subjects group by tenant_id, corpus_id, subject_key, ordinal / 1048576`,
  `insert into subject_links
    select distinct r.tenant_id, r.corpus_id, r.keys[1], other
    from (
      select tenant_id, corpus_id, array_agg(subject_key order by subject_key) as keys
      from old_record_subjects group by tenant_id, corpus_id, ordinal
      having count(*) > 1 and count(distinct type) = count(*)
    ) r cross join lateral unnest(r.keys[2:]) as other`,
  `create index subject_records_key on subject_records (tenant_id, subject_key)`,
  `alter table erased_records drop constraint erased_records_tenant_id_corpus_id_ordinal_fkey`,
  `drop table records, old_record_subjects`,
  `create view record_subjects as
    select s.tenant_id, s.corpus_id, o.ordinal, s.subject_key, s.type, s.key_version, s.normaliser_version
    from subject_records s cross join lateral unnest(s.ordinals) as o (ordinal)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

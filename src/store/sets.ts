// Forget, retain and holdout sets of a run: the pure split and the query that feeds it.
import { sql } from 'kysely';
import type { CorpusRole, SetRow } from '../domain/record.ts';
import type { RunSets, Store } from '../runs/ports.ts';
import type { Context, Db } from './db.ts';
import { groupPeople, type Named } from './people.ts';

export interface ModelRecord extends Named {
  corpus_id: string;
  ordinal: number;
  role: CorpusRole;
  /** Forgotten by an earlier run of this model. */
  erased: boolean;
}

/**
 * Splits a model's records, given in a fixed order, by the people of a run's requests (one list of keys a request).
 * Forget: train records that name a requested key; retain: the rest of train; erased records are in neither.
 * Holdout leaves out everybody requested or trained on, erased or not: whom the model has met would pass for a stranger,
 * and the forgotten for as unknown. People are numbered in order of appearance, the forgotten first.
 */
export function splitSets(records: readonly ModelRecord[], requests: readonly string[][]): Omit<RunSets, 'corpora'> {
  const people = groupPeople(records);
  for (const keys of requests) people.join(keys);
  const wanted = new Set(requests.flat());
  const wantedPeople = new Set([...wanted].map(people.of));
  const numbers = new Map<string, number>();
  const numberOf = (key: string | undefined): number => {
    if (key === undefined) return -1;
    const person = people.of(key);
    const number = numbers.get(person) ?? numbers.size;
    numbers.set(person, number);
    return number;
  };
  const row = (record: ModelRecord, key: string | undefined): SetRow => ({
    corpus_id: record.corpus_id,
    ordinal: record.ordinal,
    person: numberOf(key),
  });

  const train = records.filter((record) => record.role === 'train' && !record.erased);
  const forgotten = train.filter((record) => record.keys.some((key) => wanted.has(key)));
  const forget = forgotten.map((record) =>
    row(
      record,
      record.keys.find((key) => wanted.has(key)),
    ),
  );
  const numberForgotten = numbers.size;
  const inForget = new Set(forgotten);
  const retain = train.filter((record) => !inForget.has(record)).map((record) => row(record, record.keys[0]));
  const met = new Set(wantedPeople);
  for (const { role, keys } of records) if (role === 'train') for (const key of keys) met.add(people.of(key));
  const holdout = records
    .filter((record) => record.role === 'holdout' && !record.keys.some((key) => met.has(people.of(key))))
    .map((record) => row(record, record.keys[0]));
  return {
    forget,
    retain,
    holdout,
    counts: {
      requests: requests.length,
      people: numberForgotten,
      forget_records: forget.length,
      shared_records: forgotten.filter((record) => record.keys.some((key) => !wantedPeople.has(people.of(key)))).length,
      retain_records: retain.length,
      holdout_records: holdout.length,
      erased_before: records.filter((record) => record.erased).length,
    },
  };
}

async function modelRecords(db: Db, tenant: string, modelId: string): Promise<ModelRecord[]> {
  const { rows } = await sql<ModelRecord>`
    select r.corpus_id, r.ordinal, mc.role, (e.run_id is not null) as erased,
      coalesce(s.keys, '{}') as keys, coalesce(s.types, '{}') as types
    from model_corpora mc
    join records r on r.tenant_id = mc.tenant_id and r.corpus_id = mc.corpus_id
    left join (
      select tenant_id, corpus_id, ordinal, array_agg(subject_key order by subject_key) as keys,
        array_agg(type order by subject_key) as types
      from record_subjects group by tenant_id, corpus_id, ordinal
    ) s on s.tenant_id = r.tenant_id and s.corpus_id = r.corpus_id and s.ordinal = r.ordinal
    left join erased_records e on e.tenant_id = mc.tenant_id and e.model_id = mc.model_id
      and e.corpus_id = r.corpus_id and e.ordinal = r.ordinal
    where mc.tenant_id = ${tenant} and mc.model_id = ${modelId}
    order by mc.position, r.ordinal`.execute(db);
  return rows;
}

async function requestKeys(db: Db, tenant: string, runId: string): Promise<string[][]> {
  const rows = await db
    .selectFrom('run_targets as t')
    .innerJoin('request_subjects as s', (join) =>
      join.onRef('s.tenant_id', '=', 't.tenant_id').onRef('s.request_id', '=', 't.request_id'),
    )
    .select(['t.request_id', sql<string[]>`array_agg(s.subject_key order by s.subject_key)`.as('keys')])
    .where('t.tenant_id', '=', tenant)
    .where('t.run_id', '=', runId)
    .groupBy('t.request_id')
    .orderBy('t.request_id')
    .execute();
  return rows.map((row) => row.keys);
}

export const setsStore = ({ db }: Context): Pick<Store, 'runSets'> => ({
  async runSets({ run, tenant, model }) {
    const requests = await requestKeys(db, tenant, run.id);
    const records = await modelRecords(db, tenant, model.id);
    return { corpora: model.corpora.map((corpus) => corpus.corpus_id), ...splitSets(records, requests) };
  },
});

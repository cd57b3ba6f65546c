// Forget, retain and holdout sets of a run. Records stay in Postgres and pass by in order: memory goes by keys of people,
// by what is forgotten or restricted and by the holdout, not by what is retained.
import { sql } from 'kysely';
import type { CorpusRole, SetRow } from '../domain/record.ts';
import type { Claim, RunSets, Store, VerificationQuestion } from '../runs/ports.ts';
import { type Context, rowsOf, type Trx } from './db.ts';
import { type People, readPeople } from './people.ts';
import { numberRecords, restrictedRecords, type Wanted, wantedBy } from './sets-tables.ts';

interface SetCorpus {
  corpus_id: string;
  role: CorpusRole;
  position: number;
  /** Those that the model was made with. */
  records: number;
}
interface KeyedRow {
  position: number;
  ordinal: number;
  /** Of the record, ascending. */
  keys: number[];
}

/** Who asks for a record that names nobody: a request is about one person. */
interface Owner {
  asked_by: string;
  /** Of that person, where the request names one. */
  key: number | null;
}

/** Numbers people in order of appearance. */
class Numbers {
  readonly #people: People;
  readonly #numbers: Int32Array;
  readonly #unnamed = new Map<string, number>();
  count = 0;
  constructor(people: People, keys: number) {
    this.#people = people;
    this.#numbers = new Int32Array(keys).fill(-1);
  }
  /** -1 for a record that names nobody. */
  of(key: number | null | undefined): number {
    if (key === null || key === undefined) return -1;
    const person = this.#people.of(key);
    if (this.#numbers[person] === -1) this.#numbers[person] = this.count++;
    return this.#numbers[person]!;
  }
  /** Of a record that names nobody who is asked for: of the person whom the request names, or of one whom nobody can name. */
  ofOwner(owner: Owner | undefined): number {
    if (owner === undefined) return -1;
    if (owner.key !== null) return this.of(owner.key);
    const known = this.#unnamed.get(owner.asked_by) ?? this.count++;
    this.#unnamed.set(owner.asked_by, known);
    return known;
  }
}

/** Everything that the passes over the records share. */
interface Pass {
  trx: Trx;
  corpora: SetCorpus[];
  people: People;
  numbers: Numbers;
  /** Keys of the run's requests. */
  wanted: ReadonlySet<number>;
  owner: Groups['owner'];
}

async function corporaOf(trx: Trx, { tenant, modelId }: Wanted): Promise<SetCorpus[]> {
  return await trx
    .selectFrom('model_corpora')
    .select(['corpus_id', 'role', 'position', 'records'])
    .where('tenant_id', '=', tenant)
    .where('model_id', '=', modelId)
    .orderBy('position')
    .execute();
}

/** Keys that are one person's each, by how many requests, and whose the records are that name nobody. */
interface Groups {
  requests: number;
  people: number[][];
  owner: (place: { position: number; ordinal: number }) => Owner | undefined;
}

/**
 * Keys of each request of the run: all its identifiers are one person's. And everybody whom a record names that a request asks for itself,
 * each alone, as the links of the corpora say.
 */
async function requestKeys(trx: Trx, { tenant, run }: Claim): Promise<Groups> {
  const { rows } = await sql<{ keys: number[] }>`
    select array_agg(k.n order by k.n) as keys
    from run_targets t
    join request_subjects s on s.tenant_id = t.tenant_id and s.request_id = t.request_id
    join set_keys k on k.subject_key = s.subject_key
    where t.tenant_id = ${tenant} and t.run_id = ${run.id} group by t.request_id order by t.request_id`.execute(trx);
  const named = await sql<{ n: number }>`
    select distinct s.n from run_targets t
    join request_records p on p.tenant_id = t.tenant_id and p.request_id = t.request_id
    join model_corpora mc on mc.tenant_id = t.tenant_id and mc.model_id = ${run.model_id} and mc.corpus_id = p.corpus_id
      and mc.role = 'train'
    join set_named s on s.position = mc.position and s.ordinal = p.ordinal
    where t.tenant_id = ${tenant} and t.run_id = ${run.id} order by s.n`.execute(trx);
  const requests = await sql<{ count: number }>`
    select count(distinct t.request_id)::integer as count from run_targets t
    where t.tenant_id = ${tenant} and t.run_id = ${run.id}`.execute(trx);
  const owners = await sql<Owner & { position: number; ordinal: number }>`
    select mc.position, p.ordinal, min(t.request_id::text) as asked_by, min(k.n) as key from run_targets t
    join request_records p on p.tenant_id = t.tenant_id and p.request_id = t.request_id
    join model_corpora mc on mc.tenant_id = t.tenant_id and mc.model_id = ${run.model_id} and mc.corpus_id = p.corpus_id
      and mc.role = 'train'
    left join request_subjects s on s.tenant_id = t.tenant_id and s.request_id = t.request_id
    left join set_keys k on k.subject_key = s.subject_key
    where t.tenant_id = ${tenant} and t.run_id = ${run.id} group by mc.position, p.ordinal`.execute(trx);
  const byPlace = new Map(owners.rows.map((row) => [`${row.position}/${row.ordinal}`, row]));
  return {
    requests: requests.rows[0]!.count,
    people: [...rows.map(({ keys }) => keys), ...named.rows.map(({ n }) => [n])],
    owner: ({ position, ordinal }) => byPlace.get(`${position}/${ordinal}`),
  };
}

/** Keys of one person who is asked about; of records that are asked about, everybody whom they name, as the links of the corpora say. */
async function askedKeys(trx: Trx, { subject_keys }: VerificationQuestion): Promise<Groups> {
  if (subject_keys.length === 0) {
    const { rows } = await sql<{ n: number }>`
      select distinct s.n from set_named s join set_forgotten f using (position, ordinal) order by s.n`.execute(trx);
    const owner = () => ({ asked_by: 'the question', key: null });
    return { requests: rows.length, people: rows.map(({ n }) => [n]), owner };
  }
  const { rows } = await sql<{ n: number }>`
    select n from set_keys where subject_key = any(${subject_keys}::text[]) order by n`.execute(trx);
  const own = rows.map(({ n }) => n);
  return { requests: 1, people: [own], owner: () => ({ asked_by: 'the question', key: own[0] ?? null }) };
}

/** Records to be forgotten; and how many of them name somebody else as well. */
async function forgotten({
  trx,
  corpora,
  people,
  numbers,
  wanted,
  owner,
}: Pass): Promise<{ rows: SetRow[]; shared: number }> {
  const ids = new Map(corpora.map(({ position, corpus_id }) => [position, corpus_id]));
  const asked = new Set([...wanted].map((key) => people.of(key)));
  const rows: SetRow[] = [];
  let shared = 0;
  const query = sql<KeyedRow>`
    select f.position, f.ordinal, coalesce(array_agg(s.n order by s.n) filter (where s.n is not null), '{}') as keys
    from set_forgotten f left join set_named s on s.position = f.position and s.ordinal = f.ordinal
    group by f.position, f.ordinal order by f.position, f.ordinal`;
  for await (const some of rowsOf(trx, query))
    for (const { position, ordinal, keys } of some) {
      const key = keys.find((one) => wanted.has(one));
      const person = key === undefined ? numbers.ofOwner(owner({ position, ordinal })) : numbers.of(key);
      rows.push({ corpus_id: ids.get(position)!, ordinal, person });
      if (keys.some((key) => !asked.has(people.of(key)))) shared++;
    }
  return { rows, shared };
}

/** Whether `o` may be read: its text is still there, and it names nobody whose processing is restricted. */
const isUsable = (position: number) => sql<boolean>`
  not exists (select from set_destroyed d where d.position = ${position} and d.ordinal = o.ordinal)
  and not exists (select from set_restricted r where r.position = ${position} and r.ordinal = o.ordinal)`;

/** The rest of train, without what was erased before and who is restricted; returns how many there are. */
async function passRetained({ trx, corpora, numbers }: Pass, take: (rows: SetRow[]) => Promise<void>): Promise<number> {
  let count = 0;
  for (const { corpus_id, position, role, records } of corpora) {
    if (role !== 'train') continue;
    const query = sql<{ ordinal: number; key: number | null }>`
      select o.ordinal, s.key from generate_series(0, ${sql.lit(records - 1)}) as o (ordinal)
      left join (
        select ordinal, min(n) as key from set_named where position = ${position} group by ordinal
      ) s on s.ordinal = o.ordinal
      where not exists (select from set_forgotten f where f.position = ${position} and f.ordinal = o.ordinal)
        and not exists (select from set_erased e where e.position = ${position} and e.ordinal = o.ordinal)
        and ${isUsable(position)}
      order by o.ordinal`;
    for await (const some of rowsOf(trx, query)) {
      await take(some.map(({ ordinal, key }) => ({ corpus_id, ordinal, person: numbers.of(key) })));
      count += some.length;
    }
  }
  return count;
}

/** Everybody requested or trained on, erased or not: whom the model has met would pass for a stranger. */
async function met({ trx, people, wanted, corpora }: Pass, keys: number): Promise<Uint8Array> {
  const known = new Uint8Array(keys);
  const train = corpora.filter(({ role }) => role === 'train').map(({ position }) => position);
  for (const key of wanted) known[people.of(key)] = 1;
  const query = sql<{ n: number }>`select distinct n from set_named where position = any(${train}::integer[])`;
  for await (const some of rowsOf(trx, query)) for (const { n } of some) known[people.of(n)] = 1;
  return known;
}

/** Holdout records that name nobody whom the model has met. */
async function strangers({ trx, corpora, people, numbers }: Pass, known: Uint8Array): Promise<SetRow[]> {
  const found: SetRow[] = [];
  for (const { corpus_id, position, role, records } of corpora) {
    if (role !== 'holdout') continue;
    const query = sql<Omit<KeyedRow, 'position'>>`
      select o.ordinal, coalesce(s.keys, '{}') as keys from generate_series(0, ${sql.lit(records - 1)}) as o (ordinal)
      left join (
        select ordinal, array_agg(n order by n) as keys from set_named where position = ${position} group by ordinal
      ) s on s.ordinal = o.ordinal
      where ${isUsable(position)}
      order by o.ordinal`;
    for await (const some of rowsOf(trx, query))
      for (const { ordinal, keys } of some)
        if (!keys.some((key) => known[people.of(key)] === 1))
          found.push({ corpus_id, ordinal, person: numbers.of(keys[0]) });
  }
  return found;
}

/** Records of corpora about the world, at most, evenly spread: what a mean needs. */
const WORLD_RECORDS = 400;

/** What names nobody who is asked for: it would have to be forgotten, and not known. */
async function aboutTheWorld({ trx, corpora, people, wanted }: Pass): Promise<SetRow[]> {
  const asked = new Set([...wanted].map((key) => people.of(key)));
  const own = corpora.filter(({ role }) => role === 'world');
  const found: SetRow[] = [];
  for (const { corpus_id, position, records } of own) {
    const step = Math.max(1, Math.floor((records * own.length) / WORLD_RECORDS));
    const query = sql<Omit<KeyedRow, 'position'>>`
      select o.ordinal, coalesce(array_agg(s.n) filter (where s.n is not null), '{}') as keys
      from generate_series(0, ${sql.lit(records - 1)}, ${sql.lit(step)}) as o (ordinal)
      left join set_named s on s.position = ${position} and s.ordinal = o.ordinal
      where ${isUsable(position)}
      group by o.ordinal order by o.ordinal`;
    for await (const some of rowsOf(trx, query))
      for (const { ordinal, keys } of some)
        if (!keys.some((key) => asked.has(people.of(key)))) found.push({ corpus_id, ordinal, person: -1 });
  }
  return found.slice(0, WORLD_RECORDS);
}

/**
 * Splits a model's records by who is wanted. Retain: train without what is forgotten; erased records are not in it. Holdout
 * leaves out whom the model has met, erased or not: they would pass for strangers, and the forgotten for as unknown. People are
 * numbered in order of appearance, the forgotten first. `groups`: keys that are one person's, as the request says.
 */
async function split(
  trx: Trx,
  of: Wanted,
  groups: () => Promise<Groups>,
  retain: (rows: SetRow[]) => Promise<void>,
): Promise<RunSets> {
  const corpora = await corporaOf(trx, of);
  const ids = corpora.map(({ corpus_id }) => corpus_id);
  const { keys, erased, gone, again, unmeasured } = await numberRecords(trx, of);
  const people = await readPeople(trx, of.tenant, ids, 'set_keys');
  const asked = await groups();
  for (const one of asked.people) people.join(one);
  const wanted = new Set(asked.people.flat());
  const pass: Pass = { trx, corpora, people, numbers: new Numbers(people, keys), wanted, owner: asked.owner };
  const { rows: forget, shared } = await forgotten(pass);
  const numberForgotten = pass.numbers.count;
  const retained = await passRetained(pass, retain);
  const holdout = await strangers(pass, await met(pass, keys));
  return {
    corpora: ids,
    forget,
    holdout,
    world: await aboutTheWorld(pass),
    restricted: await restrictedRecords(trx, of),
    ...(gone > 0 && { gone }),
    counts: {
      requests: asked.requests,
      people: numberForgotten,
      forget_records: forget.length,
      shared_records: shared,
      retain_records: retained,
      holdout_records: holdout.length,
      erased_before: erased,
      ...(again > 0 && { again_records: again }),
      ...(unmeasured > 0 && { unmeasured_records: unmeasured }),
    },
  };
}

export const setsStore = ({ db }: Context): Pick<Store, 'runSets' | 'verificationSets'> => ({
  // one try only: what was handed on cannot be taken back
  runSets: (claim, retain) =>
    db.transaction().execute((trx) => split(trx, wantedBy(claim), () => requestKeys(trx, claim), retain)),

  // asked about by place: what was erased before is asked about all the same
  verificationSets: (tenant, modelId, question, retain) =>
    db.transaction().execute((trx) => {
      const keys = sql<{ subject_key: string }>`select unnest(${question.subject_keys}::text[]) as subject_key`;
      const of: Wanted = { tenant, modelId, keys, places: question.places };
      return split(trx, of, () => askedKeys(trx, question), retain);
    }),
});

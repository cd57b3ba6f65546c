// What requests are about: models that know the people, and what stands in the way. For many requests in a few queries.
import { sql } from 'kysely';
import { isOpenRequest, OPEN_STATES } from '../domain/states.ts';
import type { CreateRequest, CreateRequestRefusal } from '../runs/ports.ts';
import type { Trx } from './db.ts';

export type Wish = Pick<CreateRequest, 'external_id' | 'subjects' | 'model_ids'>;
export interface Match {
  model_id: string;
  records: number;
}
export type Matched = CreateRequestRefusal | { status: 'matched'; found: Match[] };

export const keysOf = ({ subjects }: Pick<CreateRequest, 'subjects'>): string[] => [
  ...new Set(subjects.map((subject) => subject.key)),
];
/** Pairs of a wish's place and one of its keys, as two columns. */
function pairsOf(wishes: readonly Wish[]): { places: number[]; keys: string[] } {
  const pairs = wishes.flatMap((wish, place) => keysOf(wish).map((key) => ({ place, key })));
  return { places: pairs.map(({ place }) => place), keys: pairs.map(({ key }) => key) };
}

async function externalIds(trx: Trx, tenant: string, wishes: readonly Wish[]) {
  const ids = wishes.flatMap(({ external_id }) => (external_id === null ? [] : [external_id]));
  if (ids.length === 0) return new Map<string, { id: string; open: boolean }>();
  const query = trx.selectFrom('deletion_requests').select(['external_id', 'id', 'state']);
  const rows = await query.where('tenant_id', '=', tenant).where('external_id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.external_id!, { id: row.id, open: isOpenRequest(row.state) }]));
}

async function knownModels(trx: Trx, tenant: string, wishes: readonly Wish[]): Promise<Set<string>> {
  const ids = [...new Set(wishes.flatMap(({ model_ids }) => model_ids ?? []))];
  if (ids.length === 0) return new Set();
  const query = trx.selectFrom('models').select('id').where('tenant_id', '=', tenant).where('id', 'in', ids);
  return new Set((await query.execute()).map((row) => row.id));
}

/** Key -> model -> request, wherever one of these people waits or is being forgotten. */
async function openRequests(trx: Trx, tenant: string, keys: readonly string[]) {
  // by person, then by request, whatever the planner thinks of tables that have grown since it last looked
  const { rows } = await sql<{ subject_key: string; model_id: string; request_id: string }>`
    select k.subject_key, t.model_id, t.request_id
    from unnest(${[...keys]}::text[]) as k (subject_key)
    cross join lateral (
      select request_id from request_subjects s
      where s.tenant_id = ${tenant} and s.subject_key = k.subject_key offset 0) s
    cross join lateral (
      select model_id, request_id, state from request_targets t
      where t.tenant_id = ${tenant} and t.request_id = s.request_id offset 0) t
    where t.state = any(${[...OPEN_STATES]}::text[])`.execute(trx);
  const open = new Map<string, Map<string, string>>();
  for (const { subject_key, model_id, request_id } of rows) {
    const ofKey = open.get(subject_key) ?? new Map();
    open.set(subject_key, ofKey.set(model_id, request_id));
  }
  return open;
}

/** By place: models that were trained on a record of these people which they have not forgotten yet. */
async function trainedOn(trx: Trx, tenant: string, wishes: readonly Wish[]): Promise<Map<number, Match[]>> {
  const { places, keys } = pairsOf(wishes);
  const { rows } = await sql<Match & { place: number }>`
    select p.place, mc.model_id, count(distinct (s.corpus_id, s.ordinal))::int as records
    from unnest(${places}::int[], ${keys}::text[]) as p (place, subject_key)
    join record_subjects s on s.tenant_id = ${tenant} and s.subject_key = p.subject_key
    join model_corpora mc on mc.tenant_id = s.tenant_id and mc.corpus_id = s.corpus_id and mc.role = 'train'
      and s.ordinal < mc.records
    where not exists (
      select from erased_records e where e.tenant_id = s.tenant_id and e.model_id = mc.model_id
        and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal)
    group by p.place, mc.model_id order by mc.model_id`.execute(trx);
  return Map.groupBy(rows, (row) => row.place);
}

/** What each of these is about, or why it is refused, were they taken in one after the other. */
export async function matcher(trx: Trx, tenant: string, wishes: readonly Wish[]) {
  const external = await externalIds(trx, tenant, wishes);
  const models = await knownModels(trx, tenant, wishes);
  // open requests first: what is published between the two reads then counts as erased, never as neither
  const open = await openRequests(trx, tenant, [...new Set(wishes.flatMap(keysOf))]);
  const trained = await trainedOn(trx, tenant, wishes);
  return {
    match(wish: Wish, place: number): Matched {
      const { external_id, model_ids } = wish;
      const earlier = external_id === null ? undefined : external.get(external_id);
      if (earlier !== undefined) return { status: 'external_id_taken', request_id: earlier.id, is_open: earlier.open };
      const unknown = model_ids?.find((id) => !models.has(id));
      if (unknown !== undefined) return { status: 'unknown_model', model_id: unknown };
      const found = (trained.get(place) ?? []).map(({ model_id, records }) => ({ model_id, records }));
      const named = model_ids && [...new Set(model_ids)];
      const wanted =
        named?.map((id) => found.find((one) => one.model_id === id) ?? { model_id: id, records: 0 }) ?? found;
      for (const { model_id } of wanted) {
        const request_id = keysOf(wish)
          .map((key) => open.get(key)?.get(model_id))
          .find((id) => id !== undefined);
        if (request_id !== undefined) return { status: 'already_open', request_id };
      }
      return { status: 'matched', found: wanted };
    },
    /** The wish has been taken in: those after it see it. */
    took(wish: Wish, made: { id: string; open: boolean; models: readonly string[] }): void {
      if (wish.external_id !== null) external.set(wish.external_id, made);
      for (const key of keysOf(wish)) {
        const ofKey = open.get(key) ?? new Map<string, string>();
        for (const model of made.models) ofKey.set(model, made.id);
        open.set(key, ofKey);
      }
    },
  };
}

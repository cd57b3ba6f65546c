// What requests are about: models that know the people, and what stands in the way. For many requests in a few queries.
import { isOpenRequest, OPEN_STATES, type RequestState } from '../domain/states.ts';
import { EXACT } from '../runs/plan/exact.ts';
import type { CreateRequest, CreateRequestRefusal, RecordPlace } from '../runs/ports.ts';
import { type Asks, together } from './asks.ts';
import { trainingsWithout } from './left-out.ts';

export type Wish = Pick<CreateRequest, 'external_id' | 'subjects' | 'places' | 'model_ids' | 'method'>;
export interface Match {
  model_id: string;
  records: number;
  /** Of these, those that another method has removed, which is not enough for an exact request; left out: none. */
  again?: number;
}
export type Matched = CreateRequestRefusal | { status: 'matched'; found: Match[] };

export const keysOf = ({ subjects }: Pick<CreateRequest, 'subjects'>): string[] => [
  ...new Set(subjects.map((subject) => subject.key)),
];
const placeName = ({ corpus_id, ordinal }: RecordPlace): string => `${corpus_id}/${ordinal}`;
/** What two requests for one model must not both have: keys, and names of records. */
const marksOf = (wish: Wish): string[] => [...keysOf(wish), ...(wish.places ?? []).map(placeName)];

/** Pairs of a wish's place and one of its keys, as two columns. */
function pairsOf(wishes: readonly Wish[]): { places: number[]; keys: string[] } {
  const pairs = wishes.flatMap((wish, place) => keysOf(wish).map((key) => ({ place, key })));
  return { places: pairs.map(({ place }) => place), keys: pairs.map(({ key }) => key) };
}

async function externalIds({ ask }: Asks, tenant: string, wishes: readonly Wish[]) {
  const ids = wishes.flatMap(({ external_id }) => (external_id === null ? [] : [external_id]));
  if (ids.length === 0) return new Map<string, { id: string; open: boolean }>();
  const rows = await ask<{ external_id: string; id: string; state: RequestState }>({
    text: 'select external_id, id, state from deletion_requests where tenant_id = $1 and external_id = any($2::text[])',
    values: [tenant, ids],
  });
  return new Map(rows.map((row) => [row.external_id, { id: row.id, open: isOpenRequest(row.state) }]));
}

async function knownModels({ ask }: Asks, tenant: string, wishes: readonly Wish[]): Promise<Set<string>> {
  const ids = [...new Set(wishes.flatMap(({ model_ids }) => model_ids ?? []))];
  if (ids.length === 0) return new Set();
  const rows = await ask<{ id: string }>({
    text: 'select id from models where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null',
    values: [tenant, ids],
  });
  return new Set(rows.map((row) => row.id));
}

/** Wherever one of these people waits or is being forgotten. */
async function openRequests({ ask }: Asks, tenant: string, keys: readonly string[]) {
  if (keys.length === 0) return [];
  // by person, then by request, whatever the planner thinks of tables that have grown since it last looked
  const rows = await ask<{ subject_key: string; model_id: string; request_id: string }>({
    text: `select k.subject_key, t.model_id, t.request_id
      from unnest($2::text[]) as k (subject_key)
      cross join lateral (
        select request_id from request_subjects s
        where s.tenant_id = $1 and s.subject_key = k.subject_key offset 0) s
      cross join lateral (
        select model_id, request_id, state from request_targets t
        where t.tenant_id = $1 and t.request_id = s.request_id offset 0) t
      where t.state = any($3::text[])`,
    values: [tenant, keys, OPEN_STATES],
  });
  return rows.map(({ subject_key, ...rest }) => ({ mark: subject_key, ...rest }));
}

const placeColumns = (places: readonly RecordPlace[]) => [
  places.map(({ corpus_id }) => corpus_id),
  places.map(({ ordinal }) => ordinal),
];

/** The same for records that requests name themselves. */
async function openRecords({ ask }: Asks, tenant: string, places: readonly RecordPlace[]) {
  if (places.length === 0) return [];
  const rows = await ask<RecordPlace & { model_id: string; request_id: string }>({
    text: `select g.corpus_id, g.ordinal, t.model_id, t.request_id
      from unnest($2::uuid[], $3::integer[]) as g (corpus_id, ordinal)
      cross join lateral (
        select request_id from request_records p
        where p.tenant_id = $1 and p.corpus_id = g.corpus_id and p.ordinal = g.ordinal offset 0) p
      cross join lateral (
        select model_id, request_id, state from request_targets t
        where t.tenant_id = $1 and t.request_id = p.request_id offset 0) t
      where t.state = any($4::text[])`,
    values: [tenant, ...placeColumns(places), OPEN_STATES],
  });
  return rows.map((row) => ({ mark: placeName(row), ...row }));
}

/** Mark -> model -> request. */
function byMark(rows: readonly { mark: string; model_id: string; request_id: string }[]) {
  const open = new Map<string, Map<string, string>>();
  for (const { mark, model_id, request_id } of rows) {
    const ofMark = open.get(mark) ?? new Map();
    open.set(mark, ofMark.set(model_id, request_id));
  }
  return open;
}

/** `exact`: places of wishes that take exact removal alone; of them what another method has removed is there still. */
const trainedText = ({ besides = '', exact }: { besides?: string; exact?: string }): string => {
  const gone = `select from erased_records e where e.tenant_id = $1 and e.model_id = mc.model_id
    and e.corpus_id = s.corpus_id and e.ordinal = s.ordinal`;
  const counted = 'count(distinct (s.corpus_id, s.ordinal))';
  return `
  select s.place, mc.model_id, ${counted}::int as records${exact ? `, ${counted} filter (where exists (${gone}))::int as again` : ''}
  from (
    select p.place, s.corpus_id, s.ordinal
    from unnest($2::int[], $3::text[]) as p (place, subject_key)
    join record_subjects s on s.tenant_id = $1 and s.subject_key = p.subject_key
    ${besides}
  ) s (place, corpus_id, ordinal)
  join model_corpora mc on mc.tenant_id = $1 and mc.corpus_id = s.corpus_id and mc.role = 'train'
    and s.ordinal < mc.records
  where not exists (${gone}${exact ? ` and (s.place <> all(${exact}::int[]) or exists (${trainingsWithout('e')}))` : ''})
  group by s.place, mc.model_id order by mc.model_id`;
};
const BESIDES = 'union all select * from unnest($4::int[], $5::uuid[], $6::int[])';
/** Few texts, of which the first is that of almost every request. */
const TRAINED = {
  named: trainedText({}),
  named_exact: trainedText({ exact: '$4' }),
  besides: trainedText({ besides: BESIDES }),
  besides_exact: trainedText({ besides: BESIDES, exact: '$7' }),
};

/**
 * By place: models that were trained on a record of these people, or on one named, which they have not forgotten yet; for a wish that takes
 * exact removal alone, which no exact training has left out yet.
 */
async function trainedOn(
  { ask }: Asks,
  tenant: string,
  wishes: readonly Wish[],
): Promise<Map<number, (Match & { place: number })[]>> {
  const { places, keys } = pairsOf(wishes);
  const own = wishes.flatMap((wish, place) => (wish.places ?? []).map((record) => ({ place, ...record })));
  const exact = wishes.flatMap(({ method }, place) => (method?.name === EXACT ? [place] : []));
  const named = own.length === 0 ? [] : [own.map(({ place }) => place), ...placeColumns(own)];
  const kind = own.length === 0 ? 'named' : 'besides';
  const rows = await ask<Match & { place: number }>({
    text: TRAINED[exact.length === 0 ? kind : (`${kind}_exact` as const)],
    values: [tenant, places, keys, ...named, ...(exact.length === 0 ? [] : [exact])],
  });
  return Map.groupBy(rows, (row) => row.place);
}

/** What each of these is about, or why it is refused, were they taken in one after the other. */
export async function matcher(asks: Asks, tenant: string, wishes: readonly Wish[]) {
  const [external, models, waiting, named, trained] = await together([
    externalIds(asks, tenant, wishes),
    knownModels(asks, tenant, wishes),
    // open requests before what is trained on: what is published between the two then counts as erased, never as neither
    openRequests(asks, tenant, [...new Set(wishes.flatMap(keysOf))]),
    openRecords(
      asks,
      tenant,
      wishes.flatMap(({ places }) => places ?? []),
    ),
    trainedOn(asks, tenant, wishes),
  ]);
  const open = byMark([...waiting, ...named]);
  return {
    /** Every model and record count that any of them found. */
    all: (): Match[] => [...trained.values()].flat(),
    match(wish: Wish, place: number): Matched {
      const { external_id, model_ids } = wish;
      const earlier = external_id === null ? undefined : external.get(external_id);
      if (earlier !== undefined) return { status: 'external_id_taken', request_id: earlier.id, is_open: earlier.open };
      const unknown = model_ids?.find((id) => !models.has(id));
      if (unknown !== undefined) return { status: 'unknown_model', model_id: unknown };
      const found = (trained.get(place) ?? []).map(({ place: _, ...one }) => one);
      const named = model_ids && [...new Set(model_ids)];
      const wanted =
        named?.map((id) => found.find((one) => one.model_id === id) ?? { model_id: id, records: 0 }) ?? found;
      for (const { model_id } of wanted) {
        const request_id = marksOf(wish)
          .map((mark) => open.get(mark)?.get(model_id))
          .find((id) => id !== undefined);
        if (request_id !== undefined) return { status: 'already_open', request_id };
      }
      return { status: 'matched', found: wanted };
    },
    /** The wish has been taken in: those after it see it. */
    took(wish: Wish, made: { id: string; open: boolean; models: readonly string[] }): void {
      if (wish.external_id !== null) external.set(wish.external_id, made);
      for (const mark of marksOf(wish)) {
        const ofMark = open.get(mark) ?? new Map<string, string>();
        for (const model of made.models) ofMark.set(model, made.id);
        open.set(mark, ofMark);
      }
    },
  };
}

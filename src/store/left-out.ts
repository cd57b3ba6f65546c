// Requests that take exact removal alone: what a method of steps has forgotten is not gone for them until a training leaves it out.
import { type RawBuilder, sql } from 'kysely';
import { methods } from '../methods/index.ts';
import { EXACT } from '../runs/plan/exact.ts';
import type { RecordPlace } from '../runs/ports.ts';
import { placesOfRequest } from './request-places.ts';

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
/** Names from the registry of methods. */
const EXACT_METHODS = quoted(
  Object.values(methods).flatMap(({ name, guarantee }) => (guarantee === 'exact' ? name : [])),
);

/** Whether a request takes nothing but exact removal; `method` is its column. */
export const takesExact = (method: string): string => `coalesce(${method} ->> 'name' = '${EXACT}', false)`;

/** Selects the attempt (`a`) that the candidate came of which the run at the alias has. */
export const madeBy = (run: string): string => `
    select from run_attempts a
    where a.tenant_id = ${run}.tenant_id and a.run_id = ${run}.id and a.attempt ->> 'candidate' = ${run}.candidate`;

/**
 * Selects the published exact runs (`x`) that left out of their training what the row of `erased_records` at `e` says: each trains on what
 * is retained, so without whatever was erased by it or before it. Publications of a model follow one another, and one that was rolled back
 * is not published any more. None left out what the base has seen that each of them starts from, and of a last layer that is certified
 * nobody knows what its features were trained on. `columns` of these, which an `exists` needs none of.
 */
export const trainingsWithout = (e: string, columns = ''): string => `
  select ${columns} from runs took
  join runs x on x.tenant_id = took.tenant_id and x.model_id = took.model_id and x.state = 'published'
    and x.published_seq >= took.published_seq
  where took.tenant_id = ${e}.tenant_id and took.id = ${e}.run_id and exists (${madeBy('x')}
      and a.attempt -> 'method' ->> 'name' in (${EXACT_METHODS}) and a.attempt -> 'certified' is null)
    and not exists (${madeBy('took')} and (a.attempt ->> 'base_saw')::boolean)`;

/** Whether the record at `e` is gone for a request whose method is in the column. */
export const isGone = (e: string, method: string): string =>
  `(not ${takesExact(method)} or exists (${trainingsWithout(e)}))`;

/**
 * (corpus_id, ordinal), some twice: of a run's requests that take exact removal alone, the records that the model has forgotten by another
 * method, and that no training has left out since.
 */
export const forgottenOtherwise = (run: {
  tenant: string;
  model_id: string;
  id: string;
}): RawBuilder<RecordPlace> => sql`
  select e.corpus_id, e.ordinal from run_targets t
  join deletion_requests d on d.tenant_id = t.tenant_id and d.id = t.request_id and ${sql.raw(takesExact('d.method'))}
  cross join lateral ${placesOfRequest('t')} s
  join erased_records e on e.tenant_id = t.tenant_id and e.model_id = ${run.model_id} and e.corpus_id = s.corpus_id
    and e.ordinal = s.ordinal
  where t.tenant_id = ${run.tenant} and t.run_id = ${run.id} and not exists (${sql.raw(trainingsWithout('e'))})`;

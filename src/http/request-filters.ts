// Which deletion requests a list or an export is of.
import Type, { type Static } from 'typebox';
import { Id, StringEnum } from '../domain/common.ts';
import { REQUEST_STATES } from '../domain/states.ts';
import type { RequestFilters } from '../runs/ports.ts';
import { VISIBLE } from './schemas.ts';

export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: VISIBLE,
  description: 'Your own id of this request, unique; must not name a person, and holds no @',
});

const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

export const filterFields = {
  state: Type.Optional(StringEnum(REQUEST_STATES)),
  external_id: Type.Optional(ExternalId),
  group_id: Type.Optional(Id),
  received_from: moment('Requests that arrived then or later'),
  received_before: moment('Requests that arrived earlier'),
  due_before: moment('Requests that have not ended and are due earlier'),
  overdue: Type.Optional(
    StringEnum(['true', 'false'], 'true: requests that have not ended and were due before now; false: no difference'),
  ),
};
const Filters = Type.Object(filterFields);
type Filters = Static<typeof Filters>;

const earlier = (a: string | undefined, b: string): string =>
  a !== undefined && Date.parse(a) < Date.parse(b) ? a : b;

/** What the store is asked for at `now`. */
export function filtersOf(query: Filters, now: Date): RequestFilters {
  const { state, external_id, group_id, received_from, received_before, due_before, overdue } = query;
  const due = overdue === 'true' ? earlier(due_before, now.toISOString()) : due_before;
  const given = { state, external_id, group_id, received_from, received_before, due_before: due };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a cursor is bound to. */
export const namesOf = (query: Filters): Record<string, string | undefined> =>
  Object.fromEntries(Object.keys(filterFields).map((name) => [name, query[name as keyof Filters]]));

// Which deletion requests a list or an export is of.
import Type, { type Static } from 'typebox';
import { Id, StringEnum } from '../domain/common.ts';
import { REQUEST_STATES } from '../domain/states.ts';
import type { RequestFilters } from '../runs/ports.ts';
import { VISIBLE } from './schemas.ts';
import { comparedTime } from './times.ts';

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

/** What the store is asked for at `now`. Throws `validation-failed` for what the format admits and is no time. */
export function filtersOf(query: Filters, now: Date): RequestFilters {
  const { state, external_id, group_id, overdue } = query;
  const time = (name: 'received_from' | 'received_before' | 'due_before') =>
    query[name] === undefined ? undefined : comparedTime(`#/${name}`, query[name]);
  const due = [time('due_before'), overdue === 'true' ? now.toISOString() : undefined];
  const given = {
    ...{ state, external_id, group_id, received_from: time('received_from'), received_before: time('received_before') },
    // of the same form, so that the first in order is the earlier one
    due_before: due.filter((one) => one !== undefined).sort()[0],
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a cursor is bound to. */
export const namesOf = (query: Filters): Record<string, string | undefined> =>
  Object.fromEntries(Object.keys(filterFields).map((name) => [name, query[name as keyof Filters]]));

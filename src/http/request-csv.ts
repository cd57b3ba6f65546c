// Deletion requests as lines of CSV (RFC 4180), for a spreadsheet. Pure.
import { stringify } from 'csv-stringify/sync';
import type { DeletionRequest } from '../domain/resources.ts';
import { isOpenRequest } from '../domain/states.ts';

type Cell = string | boolean | null;

const COLUMNS: Record<string, (request: DeletionRequest, now: Date) => Cell> = {
  id: ({ id }) => id,
  external_id: ({ external_id }) => external_id,
  group_id: ({ group_id }) => group_id,
  state: ({ state }) => state,
  ground: ({ ground }) => ground,
  submitted_at: ({ submitted_at }) => submitted_at,
  received_at: ({ received_at }) => received_at,
  due_at: ({ due_at }) => due_at,
  overdue: ({ state, due_at }, now) => isOpenRequest(state) && Date.parse(due_at) < now.getTime(),
  completed_at: ({ completed_at }) => completed_at,
  erased_at: ({ erased_at }) => erased_at,
  urgent: ({ urgent }) => urgent,
  identifier_types: ({ identifier_types }) => identifier_types.join(' '),
  targets: ({ targets }) => targets.map(({ model_name, state }) => `${model_name}: ${state}`).join('; '),
  certificates: ({ certificate_ids }) => certificate_ids.join(' '),
};

const written = (rows: Cell[][]): string =>
  stringify(rows, {
    record_delimiter: 'windows',
    // a spreadsheet takes a cell that begins with =, +, - or @ for a formula
    escape_formulas: true,
    cast: { boolean: String },
  });

export const csvHeader = (): string => written([Object.keys(COLUMNS)]);
/** One line a request; whether it is overdue is said of `now`. */
export const csvLines = (requests: readonly DeletionRequest[], now: Date): string =>
  requests.length === 0 ? '' : written(requests.map((one) => Object.values(COLUMNS).map((cell) => cell(one, now))));

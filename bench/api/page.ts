// docs/api-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import { GOAL_HEADINGS, goalCells } from '../shared/goal.ts';
import { goals } from './goals.ts';
import type { Row } from './rows.ts';

export interface SizeRow extends Row {
  /** Its time at the larger size, in times of that at the smaller. */
  times: number;
}
/** How each part was measured: they may be of different runs. */
interface Measured {
  date: string;
  rounds: number;
  /** Of a kind in a round. */
  calls: number;
}
export interface ApiResult {
  load: Measured & {
    connections: number;
    /** Null: there was none, and nothing is held against it. */
    redis: string | null;
    rows: Row[];
  };
  sizes: Measured & {
    small: { requests: number; records: number };
    large: { requests: number; records: number };
    rows: SizeRow[];
  };
}

const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const table = (rows: string[][]): string =>
  [rows[0]!, rows[0]!.map(() => '---'), ...rows.slice(1)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const HEADINGS = [
  'call',
  'calls a second',
  'median ms',
  'p99 ms',
  'p99 / median',
  'CPU µs',
  'of Node, Postgres, Redis',
  'held against',
  'ratio',
  'CPU ratio',
];
const partsOf = ({ cpu_parts }: Row): string =>
  (['node', 'postgres', 'redis'] as const).map((part) => cpu_parts?.[part]?.toFixed(0) ?? '–').join(', ');
export const cellsOf = (row: Row): string[] => [
  ...[row.name, row.per_second.toFixed(0), ms(row.median_ms), ms(row.p99_ms), (row.p99_ms / row.median_ms).toFixed(1)],
  ...[row.cpu_us?.toFixed(0) ?? '', partsOf(row), row.against ?? ''],
  ...[row.ratio?.toFixed(2) ?? '', row.cpu_ratio?.toFixed(2) ?? ''],
];
export const SIZE_HEADINGS = ['call', 'small: median ms', 'large: median ms', 'times', 'CPU times'];
export const sizeCells = (row: SizeRow): string[] => [
  ...[row.name, ms(row.median_ms / row.times), ms(row.median_ms), row.times.toFixed(2)],
  row.cpu_ratio?.toFixed(2) ?? '',
];

const count = (value: number): string => value.toLocaleString('en-US');

const WHY =
  'A request is rows in four tables with their indexes and foreign keys, one of them the ledger, whose entries are chained. They are written for all requests of a group at once, and one flush to the disk is shared by all of them; the processor time of writing them is each request’s own. Where Postgres alone takes longer for them than the whole of the route with `queue.add` takes in all, no order of work on the same cores is as fast: what is left is to promise less (the rows later than the answer, as the queue does it).';

const turns = ({ date, rounds, calls }: Measured): string =>
  `${date}; ${rounds} rounds of ${count(calls)} calls of each kind, in turns, after one that does not count.`;

export function apiPage({ load, sizes }: ApiResult): string {
  const { connections, redis, rows } = load;
  const size = ({ requests, records }: { requests: number; records: number }) =>
    `${count(requests)} requests and ${count(records)} records`;
  return `${[
    '# The API',
    'Written by `npm run bench:api -- --page`; do not edit. `--requests 1000000 --records 10000000` measures at the size that the promise is about.',
    `${cpus().length} cores, which the client (autocannon, a process of its own), the API, Postgres and Redis share. The figures are medians over the rounds, and a ratio is the median of the rounds' own: of calls a second, and of processor time a call (the API, Postgres and Redis together, without the client). The machine is shared with other work, so ratios say more than times, and processor time more than the clock.`,
    '## Accepting and polling',
    `${turns(load)} ${connections} connections on the loopback address.`,
    [
      'Accepting a request: a person whom nobody has asked for, known by one identifier, in the training set of one model or two, with an `external_id`. The 202 is sent when the transaction with the request, its targets and its ledger entry is committed and synced to the disk.',
      'The bare routes are Fastify and nothing else, with a schema of body and answer; the one of the queue waits for `queue.add` of BullMQ',
      redis === null
        ? 'and is missing here: there was no `redis-server`.'
        : `on Redis ${redis} with \`appendfsync everysec\`, which may lose a second of jobs with the power. The API rings workers through the same Redis.`,
      'Polling: GET with the `If-None-Match` of what is there, answered 304; held against a bare route that does the same with the same check of the credential.',
    ].join(' '),
    table([HEADINGS, ...rows.map(cellsOf)]),
    '## The goals',
    table([GOAL_HEADINGS, ...goals(rows).map(goalCells)]),
    WHY,
    '## Size',
    turns(sizes),
    `Small: ${size(sizes.small)}. Large: ${size(sizes.large)}. 8 connections, API key required. The requests have ended (their ledger entries are left out), one in a hundred was cancelled.`,
    table([SIZE_HEADINGS, ...sizes.rows.map(sizeCells)]),
  ].join('\n\n')}\n`;
}

// The API under load: requests accepted durably, held against a bare route and against one that only rings Redis; polling; lists and
// lookups at size. `--rounds 5`, `--calls 20000` (of a kind in a round), `--connections 64`, `--from 10000` (requests and records of the small database),
// `--requests 100000 --records 1000000` (of the large one), `--only load,sizes`, `--page`: writes what was measured into
// docs/api-benchmarks.md, where the other part stays as it is, `--json`.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { table } from '../src/cli/terminal.ts';
import { startEmbeddedPostgres } from '../src/store/embedded.ts';
import type { Call } from './api/calls.ts';
import type { Place } from './api/config.ts';
import { cpuSeconds } from './api/cpu.ts';
import { readKept, writePage } from './api/kept.ts';
import { type ApiResult, cellsOf, HEADINGS, SIZE_HEADINGS, type SizeRow, sizeCells } from './api/page.ts';
import { startRedis } from './api/redis.ts';
import { type Contestant, type Cpu, contest } from './api/rows.ts';
import { makeScene } from './api/scene.ts';
import { startSide } from './shared/side.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '64' },
    from: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '100000' },
    records: { type: 'string', default: '1000000' },
    only: { type: 'string', default: 'load,sizes' },
    page: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, calls, connections, from] = [flags.rounds, flags.calls, flags.connections, flags.from].map(Number) as [
  ...[number, number, number, number],
];
const PARTS = ['load', 'sizes'] as const;
const parts = flags.only.split(',');
const unknown = parts.find((part) => !PARTS.includes(part as (typeof PARTS)[number]));
if (unknown !== undefined) throw new RangeError(`--only must name ${PARTS.join(', ')}, not ${unknown}`);
const kept = await readKept();
if (flags.page && PARTS.some((part) => !parts.includes(part) && kept[part] === undefined))
  throw new Error('--page needs both parts: leave --only out');
const FEW = 8;
/** Lists and lookups take longer than a poll. */
const sizedCalls = Math.ceil(calls / 10);
const SIDE = (name: string) => fileURLToPath(new URL(`./api/${name}.ts`, import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);
const JSON_BODY = { 'content-type': 'application/json' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const home = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
// lets the server's own user in when root measures
await chmod(home, 0o711);
const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
const postgres = await startEmbeddedPostgres(home);
closers.push(() => postgres.stop());
const redis = await startRedis(home);
if (redis) closers.push(() => redis.stop());
else say('No redis-server here: accepting is held against the bare route alone.');

const servers: Record<keyof Cpu, number[]> = { node: [], postgres: [], redis: redis ? [redis.pid] : [] };
/** The first line of its file is the process that all others of the server are children of. */
async function postgresPid(): Promise<number> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client
    .query<{ pid: string }>(`select pg_read_file('postmaster.pid') as pid`)
    .finally(() => client.end());
  return Number.parseInt(rows[0]!.pid, 10);
}
servers.postgres.push(await postgresPid());
function cpu(): Cpu | null {
  const parts = Object.entries(servers).filter(([, pids]) => pids.length > 0);
  const seconds = parts.map(([part, pids]) => [part, cpuSeconds(pids)] as const);
  return seconds.some(([, one]) => one === null) ? null : (Object.fromEntries(seconds) as Cpu);
}

async function newPlace(name: string): Promise<Place> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${name}`).finally(() => client.end());
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return { home, databaseUrl: url.href, redisUrl: redis?.url ?? '' };
}

async function start(script: string, place: Place, auth: string) {
  const side = await startSide(process.execPath, [SIDE(script), place.home, place.databaseUrl, place.redisUrl, auth]);
  closers.push(() => side.close());
  servers.node.push(side.pid);
  return { side, base: (await side.turn<string>('address')).result };
}

async function startClient(calls: Record<string, Call>) {
  const client = await startSide(process.execPath, [SIDE('load'), JSON.stringify(calls)]);
  closers.push(() => client.close());
  return client;
}

/** Requests to poll, with their tags. */
async function polledOf(base: string, key: string) {
  const get = async (path: string) => {
    const answer = await fetch(`${base}${path}`, { headers: bearer(key) });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const page = (await (await get('/v1/deletion-requests?limit=50')).json()) as { items: { id: string }[] };
  return Promise.all(
    page.items.map(async ({ id }) => {
      const answer = await get(`/v1/deletion-requests/${id}`);
      await answer.text();
      return { id, tag: answer.headers.get('etag')! };
    }),
  );
}

const LOAD: Contestant[] = [
  { call: 'bare', name: 'bare route', connections },
  ...(redis === null ? [] : [{ call: 'queue', name: 'bare route, `queue.add`', connections, against: 'bare' }]),
  { call: 'accept', name: 'accept, `AUTH=none`', connections, against: redis === null ? 'bare' : 'queue' },
  { call: 'acceptKey', name: 'accept, API key', connections, against: redis === null ? 'bare' : 'queue' },
  { call: 'bareGet', name: 'bare GET, 304', connections },
  { call: 'poll', name: 'poll, 304, `AUTH=none`', connections, against: 'bareGet' },
  { call: 'bareGetKey', name: 'bare GET, 304, API key', connections },
  { call: 'pollKey', name: 'poll, 304, API key', connections, against: 'bareGetKey' },
];

async function measureLoad() {
  const place = await newPlace('load');
  const people = Math.max(from, 4 * (rounds + 1) * calls);
  const key = await makeScene(place, { requests: from, records: people + 8, people });
  const [bare, open, guarded] = [
    await start('bare', place, 'required'),
    await start('service', place, 'none'),
    await start('service', place, 'required'),
  ];
  const authed = (await bare.side.turn<string>('authed')).result;
  const polled = await polledOf(guarded.base, key);
  const tags = polled.map(({ id }) => ({ id, tag: '"1"' }));
  const post = (base: string, path: string, headers = {}) => ({
    ...{
      kind: 'accept' as const,
      base,
      path,
      method: 'POST' as const,
      headers: { ...JSON_BODY, ...headers },
      status: 202,
    },
  });
  const get = (base: string, path: string, some: typeof polled, headers = {}) => ({
    ...{ kind: 'poll' as const, base, path, method: 'GET' as const, headers, status: 304, polled: some },
  });
  const client = await startClient({
    bare: post(bare.base, '/bare'),
    queue: post(bare.base, '/queue'),
    accept: post(open.base, '/v1/deletion-requests'),
    acceptKey: post(guarded.base, '/v1/deletion-requests', bearer(key)),
    bareGet: get(bare.base, '/polled/', tags),
    poll: get(open.base, '/v1/deletion-requests/', polled),
    bareGetKey: get(authed, '/polled/', tags, bearer(key)),
    pollKey: get(guarded.base, '/v1/deletion-requests/', polled, bearer(key)),
  });
  return contest({ client, contestants: LOAD, rounds, calls, cpu });
}

const QUERIES = {
  list: ['list, newest first', '?limit=50'],
  byState: ['list, one state in a hundred', '?limit=50&state=cancelled'],
  byId: ['list by `external_id`', '?external_id=filled-5000'],
} as const;
const SIZED = {
  ...Object.fromEntries(Object.entries(QUERIES).map(([call, [name]]) => [call, name])),
  lookUp: 'look a person up',
};

async function measureSizes(): Promise<Pick<ApiResult['sizes'], 'small' | 'large' | 'rows'>> {
  const small = { requests: from, records: from };
  const large = { requests: Number(flags.requests), records: Number(flags.records) };
  const asked: Record<string, Call> = {};
  for (const [size, sizes] of Object.entries({ small, large })) {
    const place = await newPlace(size);
    const started = performance.now();
    const key = await makeScene(place, { ...sizes, people: from });
    process.stderr.write(`${size}: filled in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    const { base } = await start('service', place, 'required');
    const common = { base, headers: bearer(key), status: 200 };
    for (const [call, [, query]] of Object.entries(QUERIES))
      asked[`${call} ${size}`] = { ...common, kind: 'plain', method: 'GET', path: `/v1/deletion-requests${query}` };
    const headers = { ...common.headers, ...JSON_BODY };
    asked[`lookUp ${size}`] = {
      ...common,
      headers,
      kind: 'look-up',
      method: 'POST',
      path: '/v1/subjects:lookup',
      people: from,
    };
  }
  const client = await startClient(
    Object.fromEntries(Object.entries(asked).map(([name, call]) => [name.replace(' ', '_'), call])),
  );
  const contestants = Object.entries(SIZED).flatMap(([call, name]): Contestant[] => [
    { call: `${call}_small`, name, connections: FEW },
    { call: `${call}_large`, name, connections: FEW, against: `${call}_small` },
  ]);
  const rows = await contest({ client, contestants, rounds, calls: sizedCalls, cpu });
  const grown = rows.flatMap((row, i): SizeRow[] =>
    i % 2 === 0 ? [] : [{ ...row, times: row.median_ms / rows[i - 1]!.median_ms }],
  );
  return { small, large, rows: grown };
}

try {
  const date = new Date().toISOString().slice(0, 10);
  const found: Partial<ApiResult> = {
    ...(parts.includes('load') && {
      load: { date, rounds, calls, connections, redis: redis?.version ?? null, rows: await measureLoad() },
    }),
    ...(parts.includes('sizes') && { sizes: { date, rounds, calls: sizedCalls, ...(await measureSizes()) } }),
  };
  if (flags.page) await writePage({ ...kept, ...found } as ApiResult);
  if (found.load) say(table([HEADINGS, ...found.load.rows.map(cellsOf)]));
  if (found.sizes) say(table([SIZE_HEADINGS, ...found.sizes.rows.map(sizeCells)]));
  if (flags.json) say(JSON.stringify(found));
} finally {
  for (const close of closers.toReversed()) await close();
}

// The course of a soak: requests come in while things break, an operator tries again what ended badly, and at last all is looked at.
import { setTimeout as sleep } from 'node:timers/promises';
import { audit, type Check, query } from './audit.ts';
import { costly, type FaultName, faultsOf } from './faults.ts';
import { type Filed, file } from './file.ts';
import { type House, type HouseOptions, openHouse } from './house.ts';
import { register } from './models.ts';
import type { Asked } from './script.ts';
import { type Spent, spentOf } from './spent.ts';
import { type Stubborn, stubbornClient } from './stubborn.ts';

export interface Soak {
  asked: readonly Asked[];
  seed: number;
  models: number;
  /** When it has to have ended, by this machine's clock. */
  until: number;
  /** Ends it before its time. */
  stop: AbortSignal;
  say(text: string): void;
}
export interface SoakResult {
  ok: boolean;
  seconds: number;
  /** Of requests, at the end. */
  states: Record<string, number>;
  runs: Record<string, number>;
  restarts: number;
  faults: Partial<Record<FaultName, number>>;
  calls: { lost: number; keys_given_up: number };
  /** Requests that ended `failed` or `needs_review` and were tried again. */
  retried: number;
  /** Where the time went. */
  spent: Spent;
  checks: Check[];
}

/** Clients at a time. */
const CLIENTS = 4;
/** Between two requests of a client: the last one comes in when the first ones are long done. */
const PAUSE_MS = 900;
/** And few requests come in for as long, or none would meet a fault. */
const LEAST_FILING_MS = 60_000;
const FAULT_MS = 9000;
/** Faults go on until so many have ended; the rest has to end in peace, or a soak could go on for ever. */
const CALM_AT = 0.9;
const LOOK_MS = 2000;
const OPEN = `('received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued', 'unlearning', 'verifying')`;

const countsOf = async (url: string, table: string): Promise<Record<string, number>> => {
  const text = `select state, count(*)::int as count from ${table} group by state order by state`;
  return Object.fromEntries(
    (await query<{ state: string; count: number }>(url, text)).map((row) => [row.state, row.count]),
  );
};

async function endedRuns(url: string): Promise<number> {
  const text = 'select count(*)::int as count from runs where finished_at is not null';
  return (await query<{ count: number }>(url, text))[0]!.count;
}

/** Files everything, some at a time. Rejects with the first that a client must not be answered. */
async function fileAll(client: Stubborn, asked: readonly Asked[], modelIds: readonly string[]): Promise<Filed[]> {
  const filed: Filed[] = [];
  const pause = Math.max(PAUSE_MS, (LEAST_FILING_MS * CLIENTS) / asked.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (;;) {
        const one = asked[next++];
        if (one === undefined) return;
        filed.push(await file(client, one, modelIds));
        await sleep(pause);
      }
    }),
  );
  return filed.sort((a, b) => a.asked.index - b.asked.index);
}

/** Faults happen until `calm`. Those that cost a run its work wait until one has ended since the last of them, however slow the machine is. */
async function breakThings(house: House, url: string, { seed, say }: Soak, calm: AbortSignal): Promise<void> {
  let before = -1;
  for (const fault of faultsOf(seed, FAULT_MS)) {
    const wait = (ms: number) => sleep(ms, undefined, { signal: calm }).catch(() => undefined);
    await wait(fault.after_ms);
    if (costly(fault.name)) {
      let ended = await endedRuns(url);
      for (; ended <= before && !calm.aborted; ended = await endedRuns(url)) await wait(LOOK_MS);
      before = ended;
    }
    if (calm.aborted) return;
    if (await house.suffer(fault)) say(fault.name);
  }
}

/** Has what ended without need tried again; what is stubborn ends so by right. */
async function retry(client: Stubborn, url: string): Promise<number> {
  const rows = await query<{ id: string; version: number }>(
    url,
    `select id, version from deletion_requests
     where state in ('failed', 'needs_review', 'partially_completed') and coalesce(method->>'name', '') <> 'gradient-ascent'`,
  );
  for (const { id, version } of rows) {
    const path = `/v1/deletion-requests/${id}/retry`;
    await client.post(path, { reason: 'tried again' }, `retry-${id}-${version}`);
  }
  return rows.length;
}

/** Resolves when nothing is open any more; calls `calm` when faults have to end. Throws when the time is over. */
async function watch(client: Stubborn, url: string, soak: Soak, calm: () => void): Promise<number> {
  let [retried, told] = [0, ''];
  const total = soak.asked.length;
  for (;;) {
    retried += await retry(client, url);
    const states = await countsOf(url, 'deletion_requests');
    const [open] = await query<{ open: number }>(
      url,
      `select count(*)::int as open from deletion_requests where state in ${OPEN}`,
    );
    const stored = Object.values(states).reduce((sum, one) => sum + one, 0);
    const ended = stored - open!.open;
    const text = `${stored} filed, ${ended} ended`;
    if (text !== told) soak.say(text);
    told = text;
    if (ended >= CALM_AT * total) calm();
    if (ended >= total) return retried;
    if (soak.stop.aborted) throw new Error('it was stopped');
    if (Date.now() > soak.until) throw new Error(`time is over: ${JSON.stringify(states)}`);
    await sleep(LOOK_MS, undefined, { signal: soak.stop }).catch(() => undefined);
  }
}

/** Runs it whole on an empty database. Throws what stopped it: a call that was refused, or the end of its time. */
export async function soak(at: HouseOptions, given: Soak): Promise<SoakResult> {
  const before = performance.now();
  const over = AbortSignal.any([given.stop, AbortSignal.timeout(Math.max(1, given.until - Date.now()))]);
  const house = await openHouse(at);
  const { databaseUrl } = at;
  const calm = new AbortController();
  try {
    await house.whole();
    const models = await register(house.url, at.dir, given.models);
    given.say(`${models.length} models are registered`);
    const client = stubbornClient(house.url, over);
    const faults = breakThings(house, databaseUrl, given, calm.signal);
    const [filed, retried] = await Promise.all([
      fileAll(
        client,
        given.asked,
        models.map(({ id }) => id),
      ),
      watch(client, databaseUrl, given, () => calm.abort()),
    ]);
    await faults;
    await house.whole();
    const checks = await audit({ client, house, databaseUrl, filed, models });
    const [restarts] = await query<{ sum: number }>(
      databaseUrl,
      'select coalesce(sum(restarts), 0)::int as sum from runs',
    );
    const spent = await spentOf((text) => query(databaseUrl, text));
    const [states, runs] = [await countsOf(databaseUrl, 'deletion_requests'), await countsOf(databaseUrl, 'runs')];
    const left = await house.stop();
    checks.push({
      name: 'no process is left',
      count: left.length,
      wrong: left.map((pid) => `process ${pid} is alive`),
    });
    return {
      ok: checks.every(({ wrong }) => wrong.length === 0),
      ...{ seconds: (performance.now() - before) / 1000, states, runs, restarts: restarts!.sum },
      ...{ faults: house.counts, calls: client.counts, retried, spent, checks },
    };
  } finally {
    calm.abort();
    await house.stop();
  }
}

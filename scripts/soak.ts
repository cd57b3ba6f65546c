// `npm run test:soak`: a thousand deletion requests over HTTP, while processes are killed and the queue is wiped at random.
//   node scripts/soak.ts [--requests 1000] [--minutes 20] [--seed 1] [--queue redis|postgres] [--keep] [--json]
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onStopSignal } from '../src/cli/process.ts';
import { createTestDatabase } from '../test/helpers/postgres.ts';
import { hasRedis, startRedis } from './shared/redis.ts';
import { castOf } from './soak/cast.ts';
import { soak } from './soak/course.ts';
import { trainModels } from './soak/models.ts';
import { askedOf, KINDS } from './soak/script.ts';

const MODELS = 5;

const { values } = parseArgs({
  options: {
    ...{ requests: { type: 'string', default: '1000' }, minutes: { type: 'string', default: '20' } },
    ...{ seed: { type: 'string', default: '1' }, queue: { type: 'string' } },
    ...{ keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  },
});
const started = performance.now();
const begun = Date.now();
const seconds = () => (performance.now() - started) / 1000;
const say = (text: string) => process.stdout.write(`${seconds().toFixed(0).padStart(5)} s  ${text}\n`);

function numberOf(name: 'requests' | 'minutes' | 'seed', least: number): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name} takes a number of ${least} or more, not ${values[name]}`);
}

async function main(): Promise<boolean> {
  const requests = numberOf('requests', Object.keys(KINDS).length);
  const [seed, limitMs] = [numberOf('seed', 0), numberOf('minutes', 1) * 60_000];
  const queue = values.queue ?? (hasRedis() ? 'redis' : 'postgres');
  const dir = await mkdtemp(join(tmpdir(), 'expunge-soak-'));
  const importDir = join(dir, 'import');
  const asked = askedOf(seed, requests, MODELS);
  await mkdir(importDir);
  say(`seed ${seed}: ${requests} requests, ${MODELS} models, queue on ${queue}, under ${dir}`);
  await trainModels(castOf(seed, asked, MODELS), dir, importDir, say);
  const database = await createTestDatabase();
  const redis = queue === 'redis' ? await startRedis(dir) : null;
  try {
    const stop = new AbortController();
    onStopSignal(() => stop.abort());
    const at = { dir, importDir, databaseUrl: database.url, redis };
    const result = await soak(at, { asked, seed, models: MODELS, until: begun + limitMs, stop: stop.signal, say });
    for (const { name, count, wrong } of result.checks) {
      say(`${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${name} (${count})`);
      for (const one of wrong.slice(0, 20)) say(`          ${one}`);
    }
    const { attempts, phases, between, runs, course, batch } = result.spent;
    const told = Object.entries(phases).map(([phase, spent]) => `${phase} ${spent} s`);
    say(`${attempts} attempts of ${batch} requests on average: ${told.join(', ')}; between them ${between} s`);
    say(`runs took ${runs} s within ${course} s`);
    say(result.ok ? 'the soak passed' : `the soak failed; run it again with --seed ${seed} --requests ${requests}`);
    if (values.json) console.log(JSON.stringify({ ...result, seed, requests, queue, total_seconds: seconds() }));
    return result.ok;
  } finally {
    redis?.server.kill('SIGTERM');
    await database.drop();
    if (!values.keep) await rm(dir, { recursive: true, force: true });
  }
}

const passed = await main().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  say(`the soak broke off: ${why}`);
  if (values.json) console.log(JSON.stringify({ ok: false, reason: why, total_seconds: seconds() }));
  return false;
});
process.exitCode = passed ? 0 : 1;

// `npm run test:schemathesis`: schemathesis (PyPI) against the API on a real database. No 5xx, no status, content type or body that
// the document does not have.
//   node scripts/test-schemathesis.ts [--seconds N] [options of `schemathesis run`]    SCHEMATHESIS names an installed one
// There is no worker: requests wait, so nothing is computed, and nothing is sent to the addresses of webhooks that are made up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 } from 'uuid';
import { claimPort } from '../src/cli/ports.ts';
import { API_SCRIPT, endProcess, startProcess } from '../src/cli/process.ts';
import { SCOPE_NAMES } from '../src/domain/scopes.ts';
import { makeKey } from '../src/evidence/api-key.ts';
import { createStore } from '../src/store/store.ts';
import { startTestServer } from '../test/helpers/postgres.ts';
import { Refused, run, Unreachable, works } from './shared/command.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'data/schemathesis');
const REQUIREMENT = 'schemathesis==4.32.5';
/** For the whole run; beginning and end take as long again on a slow machine. */
const SECONDS = '75';
const READY_MS = 60_000;

/** The program: one that is given, or one in an environment of its own. Throws Unreachable. */
async function program(): Promise<string> {
  if (process.env.SCHEMATHESIS) return process.env.SCHEMATHESIS;
  const installed = join(FOLDER, 'venv/bin/schemathesis');
  if (existsSync(installed)) return installed;
  if (!works('python3', '-m', 'venv', '--help')) throw new Unreachable('python3 with venv is missing');
  await mkdir(FOLDER, { recursive: true });
  const options = { cwd: FOLDER, Kind: Unreachable };
  run('python3: an environment', ['python3', '-m', 'venv', 'venv'], options);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
  run(`PyPI: ${REQUIREMENT}`, ['venv/bin/python', ...pip, REQUIREMENT], options);
  return installed;
}

async function untilReady(url: string): Promise<void> {
  for (const ends = Date.now() + READY_MS; Date.now() < ends; await sleep(200)) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
  }
  throw new Refused(`${url} is not ready after ${READY_MS / 1000} s`);
}

/** The API with a key that may do everything. */
async function startApi(dir: string, databaseUrl: string) {
  const port = await claimPort('127.0.0.1', 0);
  const settings = { DATA_DIR: dir, DATABASE_URL: databaseUrl, PORT: String(port), AUTH: 'required' };
  // 6000 calls a minute would be refused otherwise, and nothing else be tested
  const env = {
    ...process.env,
    ...settings,
    RATE_LIMIT_PER_MINUTE: '0',
    COMPLETIONS_ENABLED: 'true',
    LOG_LEVEL: 'error',
  };
  const child = startProcess(API_SCRIPT, env, 'inherit');
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url);
    const store = createStore({ url: databaseUrl });
    const id = v7();
    const { text, secret_hash } = makeKey(id);
    const key = { id, secret_hash, name: 'schemathesis', scopes: [...SCOPE_NAMES], lifetime_ms: 3_600_000 };
    await store.createApiKey('default', key, 'command');
    await store.close();
    return { url, key: text, stop: () => endProcess(child, 10_000) };
  } catch (error) {
    await endProcess(child, 1000);
    throw error;
  }
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const at = words.indexOf('--seconds');
  const [, seconds = SECONDS] = at < 0 ? [] : words.splice(at, 2);
  const schemathesis = await program();
  const server = await startTestServer();
  const dir = await mkdtemp(join(tmpdir(), 'expunge-schemathesis-'));
  try {
    const api = await startApi(dir, server.url);
    try {
      const said = ['-H', `Authorization: Bearer ${api.key}`, '--max-time', seconds];
      const config = [
        '--config-file',
        join(import.meta.dirname, 'schemathesis.toml'),
        'run',
        `${api.url}/openapi.json`,
      ];
      const child = spawn(schemathesis, [...config, ...said, ...words], { cwd: dir, stdio: 'inherit' });
      const [code] = (await once(child, 'exit')) as [number | null];
      return code ?? 1;
    } finally {
      await api.stop();
    }
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof Unreachable) console.log(`skipped: ${error.message}`);
  else throw error;
}

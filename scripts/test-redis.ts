// Runs the tests that need Redis: on REDIS_URL, or on a redis-server of its own on a free port.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const ping = (port: number) =>
  spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout?.trim() === 'PONG';

/** A server that keeps nothing and goes when this process goes. */
async function startRedis(folder: string): Promise<{ url: string; server: ChildProcess }> {
  const port = await freePort();
  const server = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      ...['--maxmemory-policy', 'noeviction', '--loglevel', 'warning'],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    if (ping(port)) return { url: `redis://127.0.0.1:${port}`, server };
    await sleep(50);
  }
  server.kill('SIGKILL');
  throw new Error('redis-server did not answer within 10 s');
}

async function run(url: string): Promise<number> {
  const asked = process.argv.slice(2);
  const files = asked.length > 0 ? asked : ['.redis.test.ts'];
  const tests = spawn(process.execPath, ['scripts/test.ts', '--redis', ...files], {
    stdio: 'inherit',
    env: { ...process.env, REDIS_URL: url },
  });
  const [code] = (await once(tests, 'exit')) as [number | null];
  return code ?? 1;
}

async function main(): Promise<number> {
  const given = process.env.REDIS_URL;
  if (given) return run(given);
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    console.log('Skipped: set REDIS_URL, or install redis-server, to run the tests on Redis.');
    console.log('0 passed, 0 failed, 1 skipped');
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'expunge-redis-'));
  const { url, server } = await startRedis(folder);
  try {
    return await run(url);
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();

// Runs the tests that need Redis: on REDIS_URL, or on a redis-server of its own on a free port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis, startRedis } from './shared/redis.ts';

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
  if (!hasRedis()) {
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

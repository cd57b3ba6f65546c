// A Redis for tests on a free port of this machine.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort } from '../../src/cli/ports.ts';

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

const ping = (port: number) =>
  spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout?.trim() === 'PONG';

/** A server that keeps nothing; the caller ends it. */
export async function startRedis(folder: string): Promise<{ url: string; port: number; server: ChildProcess }> {
  const port = await claimPort('127.0.0.1', 0);
  const server = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      ...['--maxmemory-policy', 'noeviction', '--loglevel', 'warning'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    if (ping(port)) return { url: `redis://127.0.0.1:${port}`, port, server };
    await sleep(50);
  }
  server.kill('SIGKILL');
  throw new Error('redis-server did not answer within 10 s');
}

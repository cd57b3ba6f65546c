// A redis-server of its own on a free port, with the log of writes synced every second; null where none is installed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface BenchRedis {
  pid: number;
  url: string;
  version: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const answers = (port: number) =>
  spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout?.trim() === 'PONG';

export async function startRedis(folder: string): Promise<BenchRedis | null> {
  const about = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (about.status !== 0) return null;
  const port = await freePort();
  const server = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning'],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(server, 'exit');
  for (let waited = 0; !answers(port); waited += 50) {
    if (server.exitCode !== null || waited > 20_000) throw new Error('redis-server did not start');
    await sleep(50);
  }
  return {
    pid: server.pid!,
    url: `redis://127.0.0.1:${port}`,
    version: /v=(\S+)/.exec(about.stdout)?.[1] ?? 'unknown',
    async stop() {
      server.kill('SIGTERM');
      await exited;
    },
  };
}

// One starter at a time: a lock file that names its holder.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { ExpungeError } from '../../errors.ts';

const PATIENCE_MS = 120_000;

/** Locks of this process. */
const own = new Set<string>();

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The numbers of processes start anew with a machine or a container: ours may have been that of somebody who is gone. */
const isHeld = (lock: string, pid: number): boolean => (pid === process.pid ? own.has(lock) : isAlive(pid));

/** Takes away the lock of a process that is gone. */
async function breakStale(path: string, seen: string): Promise<void> {
  const [pid] = seen.split(' ');
  if (!pid || isHeld(seen, Number(pid))) return;
  const aside = `${path}.${uuid()}`;
  await rename(path, aside).catch(() => {});
  const taken = await readFile(aside, 'utf8').catch(() => seen);
  // another waiter was quicker, and this is the lock of somebody who lives: back with it
  if (taken !== seen) await rename(aside, path);
  else await rm(aside, { force: true });
}

async function take(path: string, mine: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (Date.now() > until) {
      throw new ExpungeError('start-refused', `Another process holds ${path}; end it, or remove the file.`);
    }
    const seen = await readFile(path, 'utf8').catch(() => '');
    await breakStale(path, seen);
    await sleep(50);
  }
}

/** Runs `work` while holding the lock at `path`. Throws `start-refused` when nobody lets go of it for two minutes. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${uuid()}`;
  own.add(mine);
  try {
    await take(path, mine);
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    own.delete(mine);
  }
}

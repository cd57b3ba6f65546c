// One `expunge up` on a data folder: two would share its Postgres, and the one that ends first would take it from the other.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpungeError } from '../errors.ts';
import { isAlive } from '../store/embedded/lock.ts';

/** Another process, that is an Expunge where the system can tell: after a restart of the machine the number may be somebody else's. */
async function holds(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || !isAlive(pid)) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null || command.includes('node') || command.includes('expunge');
}

/** Returns what lets go of it. Throws `start-refused` naming the process that has it. */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'up.pid');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number((await readFile(path, 'utf8').catch(() => '')).trim());
    if (attempt > 0 || (await holds(pid))) {
      const detail = `Process ${pid} runs Expunge on ${dataDir} already; stop it, or choose another DATA_DIR (${path} names it)`;
      throw new ExpungeError('start-refused', detail);
    }
    await rm(path, { force: true });
  }
}

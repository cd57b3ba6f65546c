// Where a test run keeps what its tests write: in memory where there is room, since they write much and keep nothing.
import { chmod, mkdtemp, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Several times what a run was seen to hold at once. */
const ROOM = 4 * 2 ** 30;

/** Whether programs may be run from it: containers forbid that by default. */
const runsPrograms = (mounts: string): boolean =>
  mounts.split('\n').some((line) => {
    const [, place, , options = ''] = line.split(' ');
    return place === MEMORY && !options.split(',').includes('noexec');
  });

/** A new folder in memory that other users may enter; null where the system has none, or too little room. */
export async function memoryFolder(): Promise<string | null> {
  try {
    if (!runsPrograms(await readFile('/proc/mounts', 'utf8'))) return null;
    const { bavail, bsize } = await statfs(MEMORY);
    const available = Number(/^MemAvailable: +(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? 0);
    if (Math.min(bavail * bsize, available * 1024) < ROOM) return null;
    const folder = await mkdtemp(join(MEMORY, 'expunge-tests-'));
    // the database server runs as another user when root runs the tests
    await chmod(folder, 0o711);
    return folder;
  } catch {
    return null;
  }
}

// What several test files need and is dear to make: made once for a test run, by the file that needs it first.
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../src/store/embedded/lock.ts';

/** Folder of a test run, given by scripts/test.ts; a file that is run by itself has none. */
const SHARED = process.env.TEST_SHARED_DIR;

/** The folder `name` of the test run, which `make` fills where it is not there yet. Null without a run: whoever asks makes its own. */
export async function sharedFolder(name: string, make: (dir: string) => Promise<void>): Promise<string | null> {
  if (!SHARED) return null;
  const dir = join(SHARED, name);
  await withLock(`${dir}.lock`, async () => {
    if (await stat(dir).catch(() => null)) return;
    const unfinished = `${dir}.${process.pid}`;
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, dir);
  });
  return dir;
}

// A folder of a test's own, removed when the test ends.
import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'expunge-test-')));
  t.after(async () => {
    // Published checkpoints are read-only, which an ordinary user must undo before removing them.
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o700);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

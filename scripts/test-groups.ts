// Test files that share a process: most of what a short one costs is loading the modules that the one before it loaded too.
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Folders whose tests leave nothing behind in the process. Not those that watch, start or end processes, and no tests of the engine's
 * own choice of devices and threads, which a process makes once.
 */
const TOGETHER = [
  ...['architectures', 'bench', 'checkpoints', 'compute', 'corpora', 'domain', 'evidence', 'http', 'influence'],
  ...['methods', 'metrics', 'runs', 'store', 'training', 'webhooks'],
];
/** Files in a process: enough groups are left to share out among cores. */
const SIZE = 20;
/** Said in the first line of a file of those folders that needs a process of its own, with the reason. */
const ALONE = /^\/\/ In a process of its own: /m;

const folderOf = (root: string, file: string): string => relative(join(root, 'test'), file).split(/[\\/]/)[0]!;

/** The same files in their order, those that may share a process by groups. */
export async function groupsOf(root: string, files: readonly string[]): Promise<string[][]> {
  const groups: string[][] = [];
  const open = new Map<string, string[]>();
  for (const file of files) {
    const folder = folderOf(root, file);
    if (!TOGETHER.includes(folder) || ALONE.test(await readFile(file, 'utf8'))) {
      groups.push([file]);
      continue;
    }
    const group = open.get(folder) ?? [];
    if (group.length === 0) groups.push(group);
    group.push(file);
    open.set(folder, group.length < SIZE ? group : []);
  }
  return groups;
}

/**
 * Text of a module that runs files one after the other, each in a suite of its own, which its hooks are of. A file that cannot be loaded
 * is a test that fails: a suite without tests would not be counted.
 */
const groupModule = (root: string, files: readonly string[]): string =>
  [
    `import { describe, test } from 'node:test';`,
    `for (const [name, url] of ${JSON.stringify(files.map((file) => [relative(root, file), pathToFileURL(file).href]))})`,
    `  await describe(name, () => import(url).catch((error) => void test('loads', () => Promise.reject(error))));`,
    '',
  ].join('\n');

/** A module in `dir` for each group; a file that is alone is its own. */
export async function writeGroups(root: string, groups: readonly string[][], dir: string): Promise<string[]> {
  return Promise.all(
    groups.map(async (files, i) => {
      if (files.length === 1) return files[0]!;
      const path = join(dir, `group-${i}.test.mjs`);
      await writeFile(path, groupModule(root, files));
      return path;
    }),
  );
}

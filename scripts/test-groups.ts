// Test files that share a process: most of what a short one costs is loading the modules that the one before it loaded too.
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Folders whose tests compute on no engine (of which a process has one) and leave nothing behind in the process. */
const TOGETHER = ['bench', 'checkpoints', 'corpora', 'domain', 'evidence', 'http', 'metrics', 'webhooks'];
/** Files in a process: enough groups are left to share out among cores. */
const SIZE = 8;
/** Outside of every `describe` it would run for all files of a group. */
const HOOK = /^(before|after)(Each)?\(/m;

const folderOf = (root: string, file: string): string => relative(join(root, 'test'), file).split(/[\\/]/)[0]!;

/** The same files in their order, those that may share a process by groups. */
export async function groupsOf(root: string, files: readonly string[]): Promise<string[][]> {
  const groups: string[][] = [];
  const open = new Map<string, string[]>();
  for (const file of files) {
    const folder = folderOf(root, file);
    if (!TOGETHER.includes(folder) || HOOK.test(await readFile(file, 'utf8'))) {
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

/** A module in `dir` for each group that loads its files one after the other; a file that is alone is its own. */
export async function writeGroups(groups: readonly string[][], dir: string): Promise<string[]> {
  return Promise.all(
    groups.map(async (files, i) => {
      if (files.length === 1) return files[0]!;
      const path = join(dir, `group-${i}.test.mjs`);
      await writeFile(
        path,
        files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});\n`).join(''),
      );
      return path;
    }),
  );
}

// Every file of the installation, for a search through their bytes.
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Config } from '../../config.ts';

/** A folder with the setting that names it. */
export interface Root {
  setting: string;
  path: string;
}
export interface FoundFile {
  path: string;
  /** For people: below the setting's name. */
  name: string;
}

const inside = (path: string, folder: string): boolean => path.startsWith(folder + sep);

/** Folders that hold anything of the installation, none of them inside another; those that are not there are left out. */
export async function rootsOf(config: Config): Promise<Root[]> {
  const settings = {
    ...{ DATA_DIR: config.dataDir, CHECKPOINT_DIR: config.checkpointDir, CORPUS_DIR: config.corpusDir },
    ...{ IMPORT_DIR: config.importDir, UPLOAD_DIR: config.uploadDir, PROBE_DIR: config.probeDir },
    ...{ KEY_DIR: config.keys.dir },
  };
  const roots: Root[] = [];
  for (const [setting, folder] of Object.entries(settings)) {
    const path = await realpath(folder).catch(() => null);
    if (path !== null && !roots.some((one) => one.path === path)) roots.push({ setting, path });
  }
  return roots.filter(({ path }) => !roots.some((other) => inside(path, other.path)));
}

/** Plain files below, in order; links are not followed, and what cannot be looked into is told of. */
export async function* filesBelow(root: Root, unread: (name: string) => void): AsyncGenerator<FoundFile> {
  const waiting = [{ path: root.path, name: root.setting }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, name } = next;
    const about = await lstat(path).catch(() => null);
    if (about?.isFile()) yield { path, name };
    if (!about?.isDirectory()) continue;
    const names = await readdir(path).catch(() => null);
    if (names === null) unread(name);
    for (const one of names?.sort().reverse() ?? []) waiting.push({ path: join(path, one), name: `${name}/${one}` });
  }
}

/** Whether it is the text of a corpus, a record a line. */
export const isCorpus = ({ path }: FoundFile, corpusDir: string): boolean =>
  inside(path, corpusDir) && basename(path).endsWith('.ndjson');

/** Bytes of a file; one that went meanwhile has none. Calls `unread` where it cannot be read. */
export async function* bytesOf({ path, name }: FoundFile, unread: (name: string) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) yield chunk as Buffer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unread(name);
  }
}

// Whether a folder of weights that somebody fetched is the checkpoint that a digest names, and if not, what of it is not.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { CheckpointManifest } from '../domain/checkpoint.ts';
import { hasCode, sha256File } from './disk.ts';
import { digestOf, fileNames, MANIFEST } from './manifest.ts';

export type FolderCheck = { ok: true; digest: string; files: number; bytes: number } | { ok: false; reason: string };

async function readManifestFile(folder: string): Promise<CheckpointManifest | null> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    return Value.Check(CheckpointManifest, found) ? found : null;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** `digest`: what it should be; left out, the folder is only held against its own manifest. */
export async function verifyFolder(folder: string, digest?: string): Promise<FolderCheck> {
  const no = (reason: string): FolderCheck => ({ ok: false, reason });
  const manifest = await readManifestFile(folder);
  if (manifest === null) return no(`${MANIFEST} is missing or is not that of a checkpoint`);
  const found = digestOf(manifest);
  if (digest !== undefined && found !== digest) return no(`${MANIFEST} is that of ${found}, not of ${digest}`);
  const names = new Set(await fileNames(folder));
  for (const { name, sha256 } of manifest.files) {
    if (!names.delete(name)) return no(`${name} is missing`);
    if ((await sha256File(join(folder, name))) !== sha256) return no(`${name} is not the file that was published`);
  }
  const [extra] = names;
  if (extra !== undefined) return no(`${extra} does not belong to the checkpoint`);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return { ok: true, digest: found, files: manifest.files.length, bytes };
}

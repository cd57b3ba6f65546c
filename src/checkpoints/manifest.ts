// manifest.json: what a checkpoint folder holds. Its digest is the checkpoint's address.
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { Value } from 'typebox/value';
import { CheckpointManifest } from '../domain/checkpoint.ts';
import { hasCode, sha256File } from './disk.ts';
import { invalid } from './header.ts';

export const MANIFEST = 'manifest.json';

/** Names of a folder's files but the manifest, sorted. Throws when something in it is no ordinary file. */
export async function fileNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries)
    if (!entry.isFile()) throw invalid(entry.name, 'is not an ordinary file', 'A checkpoint folder holds files only.');
  return entries
    .map((entry) => entry.name)
    .filter((name) => name !== MANIFEST)
    .sort();
}

/** Hashes every file of a folder, or those named, which are sorted. */
export async function buildManifest(
  folder: string,
  about: Pick<CheckpointManifest, 'architecture' | 'parent' | 'run_id'>,
  names?: readonly string[],
): Promise<CheckpointManifest> {
  const files: CheckpointManifest['files'] = [];
  for (const name of names ?? (await fileNames(folder))) {
    const path = join(folder, name);
    files.push({ name, bytes: (await lstat(path)).size, sha256: await sha256File(path) });
  }
  const { architecture, parent, run_id } = about;
  return { version: 1, architecture, parent, run_id, files };
}

/** Canonical JSON (RFC 8785): what is written, and what the digest covers. */
export function canonical(manifest: CheckpointManifest): string {
  const text = canonicalize(manifest);
  if (text === undefined) throw new TypeError('a manifest is an object');
  return text;
}

/** `sha256:` and the hex digest of the canonical manifest. */
export const digestOf = (manifest: CheckpointManifest): string =>
  `sha256:${createHash('sha256').update(canonical(manifest)).digest('hex')}`;

/** Whether a folder holds exactly what its address promises; recomputes every digest. */
export async function matches(folder: string, digest: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    if (!Value.Check(CheckpointManifest, manifest) || digestOf(manifest) !== digest) return false;
    const { architecture, parent, run_id } = manifest;
    return digestOf(await buildManifest(folder, { architecture, parent, run_id })) === digest;
  } catch (error) {
    // A folder that is away, is no folder, or holds something else is not the checkpoint; a failing disk is another matter.
    if (hasCode(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return false;
    if (hasCode(error, 'checkpoint-invalid')) return false;
    throw error;
  }
}

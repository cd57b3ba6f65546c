// Every byte of a backup against what was signed.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, sha256File } from '../checkpoints/disk.ts';
import { BACKUP_PREDICATE, Backup } from '../domain/backup.ts';
import { verifyStatement } from '../evidence/signed-statement.ts';
import { blobPath, readManifest } from './folder.ts';

type Jwks = { keys: Record<string, unknown>[] };
export type BackupCheck = { ok: true; backup: Backup; kid: string; bytes: number } | { ok: false; reason: string };

/** What is wrong with a content; null: nothing. */
async function contentWrong(dir: string, sha256: string, bytes: number): Promise<string | null> {
  try {
    if ((await stat(blobPath(dir, sha256))).size !== bytes) return 'has another length';
    return (await sha256File(blobPath(dir, sha256))) === sha256 ? null : 'is not what was backed up';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'is missing';
    throw error;
  }
}

/** Checks the signature and reads every file. Throws `start-refused` where there is no backup. */
export async function verifyBackup(dir: string, jwks: Jwks): Promise<BackupCheck> {
  const no = (reason: string): BackupCheck => ({ ok: false, reason });
  const check = await verifyStatement(await readManifest(dir), jwks, BACKUP_PREDICATE, Backup);
  if (!check.ok) return no(check.reason);
  const { predicate: backup, kid } = check;
  const contents = new Map(backup.files.map((file) => [file.sha256, file]));
  let bytes = 0;
  for (const file of contents.values()) {
    const wrong = await contentWrong(dir, file.sha256, file.bytes);
    if (wrong !== null) return no(`${file.path} (blobs/${file.sha256}) ${wrong}`);
    bytes += file.bytes;
  }
  const extra = (await readdir(join(dir, 'blobs'))).find((name) => !contents.has(name));
  return extra === undefined ? { ok: true, backup, kid, bytes } : no(`blobs/${extra} does not belong to it`);
}

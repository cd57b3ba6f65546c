// Which keys a backup is checked with: those that the caller names, those of this installation, and only then those that the backup
// brings itself, which show that it is whole and not whose it is.
import { readdir, readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Config } from '../config.ts';
import type { Backup } from '../domain/backup.ts';
import { createSigner } from '../evidence/signer.ts';
import { blobPath, readManifest } from './folder.ts';

export interface TrustedKeys {
  jwks: { keys: Record<string, unknown>[] };
  /** false: the backup vouches for itself. */
  independent: boolean;
}

const SIGNING = /^signing-[1-9]\d*\.jwk$/;

async function keysOf(config: Pick<Config, 'keys'>, dir: string, named: string | null) {
  // asked first, since a signer that finds no key makes one
  const there = (await readdir(dir).catch(() => [] as string[])).some((name) => SIGNING.test(name));
  if (!there && named === null) return null;
  const signer = await createSigner({ keys: { ...config.keys, dir, signingKeyFile: named } });
  return { jwks: await signer.jwks(), independent: true };
}

/** Public halves of the signing keys in the backup, which nothing has vouched for yet. */
async function ownKeys(dir: string): Promise<TrustedKeys['jwks']> {
  const keys: Record<string, unknown>[] = [];
  const payload = Buffer.from((await readManifest(dir)).split('.')[1] ?? '', 'base64url').toString('utf8');
  let files: Backup['files'];
  try {
    files = (JSON.parse(payload) as { predicate: Backup }).predicate.files;
  } catch {
    return { keys };
  }
  for (const { path, sha256 } of Array.isArray(files) ? files : []) {
    if (!SIGNING.test(String(path).replace(/^keys\//, '')) || !/^[0-9a-f]{64}$/.test(sha256)) continue;
    const text = await readFile(blobPath(dir, sha256), 'utf8').catch(() => '{}');
    const { kty, crv, x } = JSON.parse(text) as JWK;
    if (kty === 'OKP' && x !== undefined)
      keys.push({ kty, crv, x, kid: await calculateJwkThumbprint({ kty, crv, x }) });
  }
  return { keys };
}

/** `folders`: where keys may lie, the first that has some counts. */
export async function trustedKeys(
  config: Pick<Config, 'keys'>,
  dir: string,
  folders: readonly (string | null)[],
): Promise<TrustedKeys> {
  for (const folder of folders) {
    if (folder === null) continue;
    const named = folder === config.keys.dir ? config.keys.signingKeyFile : null;
    const found = await keysOf(config, folder, named);
    if (found !== null) return found;
  }
  return { jwks: await ownKeys(dir), independent: false };
}

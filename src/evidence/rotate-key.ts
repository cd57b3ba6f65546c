// A new version of a tenant's subject key, and the end of an old one.
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { ExpungeError } from '../errors.ts';
import type { SubjectKeyStore, TenantStore } from '../runs/ports.ts';
import { KEY_BYTES } from './aead.ts';
import { readOrCreateKeyFile, shredKeyFile } from './key-file.ts';
import { type KeyConfig, SETTLE_MS, subjectKeyFile, versionsOnDisk } from './key-ring.ts';
import { keepSealKey } from './keys.ts';

/** From then on nothing is stored under the version before: every process has read the folder again since the new one settled. */
const USED_UP_MS = SETTLE_MS + 15_000;

const onDisk = async (config: KeyConfig, tenant: string): Promise<number[]> =>
  (await versionsOnDisk(config)).filter((one) => one.tenant === tenant).map(({ version }) => version);

/**
 * Makes the next version, the file first: without one nothing must be stored under it. Records keep their version, since nobody can
 * key them anew without the identifiers; look-ups try all. Throws `start-refused` where the tenant has no key yet, and `tenant-offboarded`.
 */
export async function rotateSubjectKey(
  config: KeyConfig,
  store: Pick<SubjectKeyStore, 'listKeyVersions' | 'addKeyVersion'> & Pick<TenantStore, 'refuseOffboarded'>,
  tenant: string,
  actor: string,
): Promise<{ version: number; file: string }> {
  // before there is a file
  await store.refuseOffboarded(tenant);
  const files = await onDisk(config, tenant);
  const stored = await store.listKeyVersions(tenant);
  // where the last of them were destroyed, the next one can only be made here
  if (files.length === 0 && stored.every(({ destroyed_at }) => destroyed_at === null))
    throw new ExpungeError('start-refused', `The tenant ${tenant} has no subject key yet: its first use makes one`);
  const version = Math.max(...files, ...stored.map((one) => one.version)) + 1;
  const file = subjectKeyFile(config, tenant, version);
  await readOrCreateKeyFile(file, async () => randomBytes(KEY_BYTES));
  await store.addKeyVersion(tenant, version, actor);
  return { version, file };
}

/**
 * Destroys a version for good. The decision is written down first, so that a process that starts meanwhile leaves it out; safe to repeat
 * after a crash. Throws `start-refused` for the newest version, which everything new is stored under, for one that may still be stored
 * under because the next one is too new, and for one that never was.
 */
export async function destroySubjectKey(
  config: KeyConfig,
  store: Pick<SubjectKeyStore, 'listKeyVersions' | 'destroyKeyVersion'>,
  { tenant, version }: { tenant: string; version: number },
  actor: string,
): Promise<void> {
  const files = await onDisk(config, tenant);
  const stored = await store.listKeyVersions(tenant);
  if (!files.includes(version) && !stored.some((one) => one.version === version))
    throw new ExpungeError('start-refused', `The tenant ${tenant} has no version ${version} of its subject key`);
  if (version >= Math.max(...files))
    throw new ExpungeError(
      'start-refused',
      `Version ${version} is the newest of ${tenant}, which everything new is stored under; rotate first`,
    );
  const since = await Promise.all(
    files.filter((one) => one > version).map(async (one) => (await stat(subjectKeyFile(config, tenant, one))).mtimeMs),
  );
  const wait = Math.min(...since) + USED_UP_MS - Date.now();
  if (wait > 0)
    throw new ExpungeError(
      'start-refused',
      `Version ${version} of ${tenant} may still be stored under: the version after it is so new that running processes have not all taken it up; try again in ${Math.ceil(wait / 1000)} s`,
    );
  if (tenant === 'default' && version === 1) await keepSealKey(config);
  await store.destroyKeyVersion(tenant, version, actor);
  await shredKeyFile(subjectKeyFile(config, tenant, version));
}

// The subject keys of every tenant, by version: files in the folder of keys, read again while a process runs, so that a rotation or a
// destruction by command reaches it.
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { TENANT } from '../domain/key-terms.ts';
import { ExpungeError } from '../errors.ts';
import { KEY_BYTES } from './aead.ts';
import { makeKeyFileSync, readKeyFile } from './key-file.ts';

export type KeyConfig = Pick<Config, 'keys'>;

/** A new version is looked up at once and stored with from then on: by then every process has it. */
export const SETTLE_MS = 30_000;

const FILE = /^subject-([a-z0-9][a-z0-9-]{0,62})-([1-9][0-9]{0,8})\.key$/;

/** Name of its file in the folder of keys. */
export const subjectKeyName = (tenant: string, version: number): string => `subject-${tenant}-${version}.key`;

/** Path of a version of a tenant's subject key. */
export function subjectKeyFile({ keys }: KeyConfig, tenant: string, version: number): string {
  if (tenant === 'default' && version === 1 && keys.subjectKeyFile !== null) return keys.subjectKeyFile;
  return join(keys.dir, subjectKeyName(tenant, version));
}

export interface VersionedKey {
  version: number;
  key: KeyObject;
  /** When its file was made, in milliseconds since 1970. */
  since: number;
}

/** A version whose key must not come back. */
export interface DestroyedKey {
  tenant: string;
  version: number;
}

const nameOf = (tenant: string, version: number): string => `${tenant} ${version}`;

async function readVersion(config: KeyConfig, tenant: string, version: number): Promise<VersionedKey | null> {
  const path = subjectKeyFile(config, tenant, version);
  const bytes = await readKeyFile(path);
  // it may have been destroyed since the folder was listed
  if (bytes === null) return null;
  if (bytes.length !== KEY_BYTES)
    throw new ExpungeError(
      'start-refused',
      `The key file ${path} holds ${bytes.length} bytes, not ${KEY_BYTES}; restore it from the backup of the keys`,
    );
  const since = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
  // several times as fast as handing over the bytes each time
  return { version, key: createSecretKey(bytes), since };
}

/** Versions that have a file, of all tenants. */
export async function versionsOnDisk(config: KeyConfig): Promise<{ tenant: string; version: number }[]> {
  const names = await readdir(config.keys.dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ExpungeError('start-refused', `The folder of keys ${config.keys.dir} cannot be read (${error.code})`);
  });
  const found = names.flatMap((name) => {
    const [, tenant, version] = FILE.exec(name) ?? [];
    return tenant === undefined ? [] : [{ tenant, version: Number(version) }];
  });
  const given = { tenant: 'default', version: 1 };
  const elsewhere = config.keys.subjectKeyFile !== null;
  return elsewhere ? [...found.filter(({ tenant, version }) => tenant !== 'default' || version !== 1), given] : found;
}

export class KeyRing {
  readonly #config: KeyConfig;
  readonly #destroyed: Set<string>;
  readonly #settleMs: number;
  /** Newest first. */
  #keys = new Map<string, VersionedKey[]>();
  #current = new Map<string, VersionedKey>();

  /** `destroyed`: versions that must not come back, whatever a restored backup holds. */
  constructor(config: KeyConfig, destroyed: readonly DestroyedKey[], settleMs: number = SETTLE_MS) {
    this.#config = config;
    this.#destroyed = new Set(destroyed.map(({ tenant, version }) => nameOf(tenant, version)));
    this.#settleMs = settleMs;
  }

  /**
   * Reads the folder. `destroyed`: asks for the versions that were since, after the folder was read: who destroys one says so before its
   * file goes, so a file that is missing is never taken for one that was not made yet. Throws `start-refused` naming the file, also of
   * a key that was there before and is gone, and keeps the keys that it had: with a new one in its place nobody would be found.
   */
  async reload(destroyed: () => Promise<readonly DestroyedKey[]> = async () => []): Promise<void> {
    const before = new Map(this.#keys);
    const keys = new Map<string, VersionedKey[]>();
    for (const { tenant, version } of await versionsOnDisk(this.#config)) {
      // known before: not read at all, whatever stands there
      if (this.#destroyed.has(nameOf(tenant, version))) continue;
      const key = await readVersion(this.#config, tenant, version);
      if (key !== null) keys.set(tenant, [...(keys.get(tenant) ?? []), key]);
    }
    for (const { tenant, version } of await destroyed()) this.#destroyed.add(nameOf(tenant, version));
    for (const [tenant, own] of keys) {
      const kept = own.filter(({ version }) => !this.#destroyed.has(nameOf(tenant, version)));
      if (kept.length > 0) keys.set(tenant, kept);
      else keys.delete(tenant);
    }
    this.#refuseGone(before, keys);
    for (const own of keys.values()) own.sort((a, b) => b.version - a.version);
    this.#keys = keys;
    const settled = Date.now() - this.#settleMs;
    this.#current = new Map(
      [...keys].map(([tenant, own]) => [tenant, own.find(({ since }) => since <= settled) ?? own.at(-1)!]),
    );
  }

  #refuseGone(before: Map<string, VersionedKey[]>, found: Map<string, VersionedKey[]>): void {
    for (const [tenant, own] of before)
      for (const { version } of own) {
        if (this.#destroyed.has(nameOf(tenant, version))) continue;
        if (found.get(tenant)?.some((one) => one.version === version)) continue;
        const path = subjectKeyFile(this.#config, tenant, version);
        throw new ExpungeError(
          'start-refused',
          `The key file ${path} was there and is gone; bring it back, or destroy the key with expunge subject-keys`,
        );
      }
  }

  /** Every version, newest first; a tenant's first key is made when it is first asked for. */
  all(tenant: string): readonly VersionedKey[] {
    return this.#keys.get(tenant) ?? [this.#first(tenant)];
  }

  /** The version that is stored with. */
  current(tenant: string): VersionedKey {
    return this.#current.get(tenant) ?? this.#first(tenant);
  }

  #first(tenant: string): VersionedKey {
    // the detail must not repeat what may have been put there
    if (!TENANT.test(tenant)) throw new ExpungeError('internal', 'The name of the tenant cannot be that of a key file');
    if (this.#destroyed.has(nameOf(tenant, 1)))
      throw new ExpungeError(
        'internal',
        `The tenant ${tenant} has no subject key; rotate it with expunge subject-keys`,
      );
    const bytes = makeKeyFileSync(subjectKeyFile(this.#config, tenant, 1), () => randomBytes(KEY_BYTES));
    const first = { version: 1, key: createSecretKey(bytes), since: 0 };
    this.#keys.set(tenant, [first]);
    this.#current.set(tenant, first);
    return first;
  }
}

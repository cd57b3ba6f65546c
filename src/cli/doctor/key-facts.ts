// What `expunge doctor` sees of the keys: which files there are, which are missing, and what a start would refuse. Makes none.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasCode } from '../../checkpoints/disk.ts';
import { type KeyConfig, KeyRing, subjectKeyFile, versionsOnDisk } from '../../evidence/key-ring.ts';
import { SEAL_KEY } from '../../evidence/keys.ts';
import { readSigningKeys, signingKeyFiles } from '../../evidence/signing-keys.ts';
import type { UsedKeyVersion } from '../../runs/ports.ts';
import type { KeyFile, Refusal } from './findings.ts';

export interface KeyFacts {
  keys: KeyFile[];
  refusals: Refusal[];
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Empty where `look` finds nothing to refuse. */
export const refusalOf = (check: string, look: () => Promise<unknown>, remedy: string): Promise<Refusal[]> =>
  look().then(
    () => [],
    (error: unknown) => [{ check, reason: textOf(error), remedy }],
  );

const REMEDY = 'Correct KEY_DIR or its permissions, or restore the file from the backup of the keys.';

/** Null where there is no such file. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** The one that signs, and those that signed before it. `used`: whether anything is signed; null: that is not known. */
async function signingKeys(config: KeyConfig, used: boolean | null): Promise<KeyFacts> {
  const named = config.keys.signingKeyFile;
  const kept = await signingKeyFiles(config);
  const paths = named === null ? kept : [named, ...kept];
  const known = named !== null || kept.length > 0;
  const retired = new Set<string>();
  const refusals: Refusal[] = [];
  // a named file that is missing is said of the file
  if (known && (await modeOf(paths[0]!)) !== null) {
    const read = async () => {
      for (const { path, secret } of await readSigningKeys(config, { make: false }))
        if (secret === null) retired.add(path);
    };
    refusals.push(...(await refusalOf('signing keys', read, REMEDY)));
  }
  const keys = (known ? paths : [join(config.keys.dir, 'signing-1.jwk')]).map(async (path) => {
    const number = path === named || paths.length <= 1 ? '' : ` ${/\d+/.exec(basename(path))![0]}`;
    const about = { mode: await modeOf(path), named: path === named, secret: !retired.has(path) };
    return { name: `signing${number}`, ...about, used };
  });
  return { keys: await Promise.all(keys), refusals };
}

interface Version {
  tenant: string;
  version: number;
}
const isFirst = ({ tenant, version }: Version): boolean => tenant === 'default' && version === 1;
const same = (a: Version) => (b: Version) => a.tenant === b.tenant && a.version === b.version;

/** What texts are sealed with once the first subject key is gone, from which it is derived as long as that is there. */
async function sealKey({ keys }: KeyConfig, needed: boolean): Promise<KeyFile[]> {
  const mode = await modeOf(join(keys.dir, SEAL_KEY));
  return mode === null && !needed ? [] : [{ name: 'seal', mode, named: false, secret: true, used: true }];
}

/** Every version of every tenant that is there, or that is missing; the first that a start makes where there is none. */
async function subjectKeys(config: KeyConfig, used: readonly UsedKeyVersion[] | null): Promise<KeyFacts> {
  const destroyed = used?.filter((one) => one.destroyed) ?? [];
  const needed = used?.filter((one) => !one.destroyed) ?? [];
  const known: Version[] = await versionsOnDisk(config);
  known.push(...needed.filter((one) => !known.some(same(one))));
  const firstGone = destroyed.some(isFirst);
  if (!firstGone && !known.some(({ tenant }) => tenant === 'default')) known.unshift({ tenant: 'default', version: 1 });
  const keys: KeyFile[] = [];
  let sealed = true;
  for (const one of known) {
    const path = subjectKeyFile(config, one.tenant, one.version);
    const mode = await modeOf(path);
    // a setting may name it still
    if (mode === null && destroyed.some(same(one))) continue;
    if (isFirst(one)) sealed = false;
    const name = known.length === 1 && isFirst(one) ? 'subject' : `subject ${one.tenant} ${one.version}`;
    const about = { mode, named: path === config.keys.subjectKeyFile, secret: true };
    keys.push({ name, ...about, used: used && needed.some(same(one)) });
  }
  const read = () => new KeyRing(config, destroyed).reload();
  return {
    keys: [...keys, ...(await sealKey(config, sealed))],
    refusals: await refusalOf('subject keys', read, REMEDY),
  };
}

/** `used`: versions of subject keys that the database has heard of; `signed`: whether it has certificates; null: it could not be asked. */
export async function keyFacts(
  config: KeyConfig,
  used: readonly UsedKeyVersion[] | null,
  signed: boolean | null,
): Promise<KeyFacts> {
  const found: KeyFacts = { keys: [], refusals: [] };
  const look = async () => {
    for (const { keys, refusals } of [await signingKeys(config, signed), await subjectKeys(config, used)]) {
      found.keys.push(...keys);
      found.refusals.push(...refusals);
    }
  };
  found.refusals.push(...(await refusalOf('keys', look, REMEDY)));
  return found;
}

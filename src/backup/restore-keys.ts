// The keys of a restore: which are at hand, where the others come from, and which must not come back.
import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import type { Config } from '../config.ts';
import type { Backup, Deletion } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';
import { readKeyFile, readOrCreateKeyFile } from '../evidence/key-file.ts';
import { subjectKeyName } from '../evidence/key-ring.ts';
import { SEAL_KEY, sealKeyOf } from '../evidence/keys.ts';
import { blobPath, namesIn } from './folder.ts';

interface Given {
  /** Of the backup, as it was verified. */
  dir: string;
  backup: Pick<Backup, 'keys' | 'files'>;
  config: Pick<Config, 'keys'>;
  /** Folder of the keys, where the backup has none or older ones; null: they are in KEY_DIR already. */
  keysFrom: string | null;
  deletions: readonly Deletion[];
}

export interface KeyPlan {
  /** By name, what the folder of keys gets beside what the backup has for it. */
  write: ReadonlyMap<string, Uint8Array>;
  /** Key files of the backup that stay in it: a later state of them is at hand, or they were destroyed. */
  leave: ReadonlySet<string>;
}

const FIRST = subjectKeyName('default', 1);
const SIGNING = /^signing-[1-9]\d{0,5}\.jwk$/;
const NUMBERED = /^(subject-[a-z0-9][a-z0-9-]{0,62}|signing|seal)-([1-9]\d{0,8})\.(?:key|jwk)$/;

const refuse = (detail: string) => new ExpungeError('start-refused', detail);

/** Null: it is none. `whole`: with its private half, which a rotation takes away. */
function signingKey(bytes: Uint8Array): { x: string; whole: boolean } | null {
  try {
    const { x, d } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { x?: unknown; d?: unknown };
    return typeof x === 'string' ? { x, whole: d !== undefined } : null;
  } catch {
    return null;
  }
}

/** Where each key may be: in the folder of keys, in the one that was named, or in the backup. */
async function placesOf({ dir, backup, config, keysFrom }: Given) {
  const there = new Set(await namesIn(config.keys.dir));
  const given = new Set(keysFrom === null ? [] : await namesIn(keysFrom));
  const files = backup.files.filter(({ path }) => path.startsWith('keys/'));
  const blobs = new Map(files.map(({ path, sha256 }) => [basename(path), sha256]));
  return {
    there,
    given,
    blobs,
    /** Of what is not in the backup, or is there in an earlier state. */
    async outside(name: string): Promise<Buffer | null> {
      if (there.has(name)) return readKeyFile(join(config.keys.dir, name));
      return keysFrom !== null && given.has(name) ? readKeyFile(join(keysFrom, name)) : null;
    },
    async within(name: string): Promise<Buffer | null> {
      const sha256 = blobs.get(name);
      return sha256 === undefined ? null : readFile(blobPath(dir, sha256));
    },
  };
}
type Places = Awaited<ReturnType<typeof placesOf>>;

/** Whether the number is beyond all that the backup knows of its kind: what is older and was left out had been destroyed by then. */
function newerThan(known: readonly string[]): (name: string) => boolean {
  const highest = new Map<string, number>();
  for (const name of known) {
    const [, kind = '', number = 0] = NUMBERED.exec(name) ?? [];
    highest.set(kind, Math.max(highest.get(kind) ?? 0, Number(number)));
  }
  return (name) => {
    const [, kind, number] = NUMBERED.exec(name) ?? [];
    return kind !== undefined && Number(number) > (highest.get(kind) ?? 0);
  };
}

/** Keys of people whose requests and restrictions are put back: the service does not start without. */
function keysOfPeople(deletions: readonly Deletion[]): string[] {
  const over = new Set(deletions.flatMap((one) => (one.what === 'tenant' ? [one.tenant] : [])));
  const people = deletions.flatMap((one) =>
    (one.what === 'request' || one.what === 'restriction') && !over.has(one.tenant)
      ? one.subjects.map(({ key_version }) => subjectKeyName(one.tenant, Number(key_version)))
      : [],
  );
  return [...new Set(people)];
}

/**
 * What texts are sealed with hung on the first subject key, and is kept when that is destroyed (see `keepSealKey`). A backup of before has
 * the subject key alone, if any: the sealing key is derived from it as the destruction did, which leads nowhere back. Null: it is there.
 */
async function sealingKey(places: Places, config: Given['config']): Promise<Buffer | null> {
  const elsewhere = config.keys.subjectKeyFile;
  const first =
    (await places.within(FIRST)) ??
    (await places.outside(FIRST)) ??
    (elsewhere === null ? null : await readKeyFile(elsewhere));
  const derived = first === null ? null : sealKeyOf(first);
  const kept = (await places.outside(SEAL_KEY)) ?? (await places.within(SEAL_KEY));
  if (kept === null && derived === null)
    throw refuse(
      `The first subject key was destroyed since, and ${SEAL_KEY}, which took its place, is neither in the backup nor in ${config.keys.dir}; name its folder with --keys`,
    );
  if (kept !== null && derived !== null && !kept.equals(derived))
    throw refuse(`${SEAL_KEY} is another than that of the backup; name the folder of its own keys with --keys`);
  return places.there.has(SEAL_KEY) ? null : (kept ?? derived);
}

/** A signing key that was rotated since has lost its private half, and does not get it back. What is in the folder of keys stays. */
async function retiredSince(places: Places): Promise<string[]> {
  const retired: string[] = [];
  for (const name of [...places.blobs.keys()].filter((one) => SIGNING.test(one))) {
    const [present, past] = [await places.outside(name), await places.within(name)];
    const [now, then] = [present && signingKey(present), past && signingKey(past)];
    if (now && now.x === then?.x && (!now.whole || places.there.has(name))) retired.push(name);
  }
  return retired;
}

/** Before anything is written. Throws `start-refused` naming the first key that is needed and nowhere. */
export async function planKeys(wish: Given): Promise<KeyPlan> {
  const { backup, config, deletions } = wish;
  const places = await placesOf(wish);
  const { there, given, blobs } = places;
  const destroyed = new Set(
    deletions.flatMap((one) => (one.what === 'subject_key' ? [subjectKeyName(one.tenant, one.version)] : [])),
  );
  const { subjectKeyFile, signingKeyFile } = config.keys;
  const named = new Set([subjectKeyFile, signingKeyFile].flatMap((path) => (path === null ? [] : [basename(path)])));
  if (subjectKeyFile !== null) named.add(FIRST);
  // a path: the old installation had its first key outside of the folder
  const known = backup.keys.needed.map((name) => (isAbsolute(name) ? FIRST : name));
  const retired = await retiredSince(places);
  const taken = new Set([...given].filter(newerThan(known)).filter((name) => !destroyed.has(name)));
  for (const name of retired) taken.add(name);
  for (const name of [...known, ...keysOfPeople(deletions)]) {
    if (destroyed.has(name) || there.has(name) || named.has(name) || blobs.has(name)) continue;
    if (!given.has(name))
      throw refuse(
        `The key file ${name} is neither in the backup nor in ${config.keys.dir}; name its folder with --keys`,
      );
    taken.add(name);
  }
  const write = new Map<string, Uint8Array>();
  for (const name of taken) {
    const bytes = there.has(name) ? null : await places.outside(name);
    if (bytes !== null) write.set(name, bytes);
  }
  const seal = destroyed.has(FIRST) ? await sealingKey(places, config) : null;
  if (seal !== null) write.set(SEAL_KEY, seal);
  return { write, leave: new Set([...retired, ...destroyed]) };
}

/** Whole and under their names at once, and never over what is there. `destroyed`: by what the database knows. */
export async function placeKeys(
  { write }: KeyPlan,
  { keys }: Given['config'],
  destroyed: ReadonlySet<string>,
): Promise<void> {
  for (const [name, bytes] of write)
    if (!destroyed.has(name)) await readOrCreateKeyFile(join(keys.dir, name), async () => bytes);
}

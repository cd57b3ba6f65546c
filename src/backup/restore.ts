// A backup put back: checked whole, loaded, and rid of what was deleted since. Into an empty place only; when it is cut off, the same
// command goes on, and nothing starts until it has ended.
import { chmod, constants, copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createBlobs } from '../checkpoints/blobs.ts';
import { hasCode, sha256File, sync } from '../checkpoints/disk.ts';
import type { Config } from '../config.ts';
import type { Backup, BackupFile, Deletion, LedgerHead } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';
import { subjectKeyName } from '../evidence/key-ring.ts';
import type { AppliedDeletions } from '../runs/erase/apply-deletions.ts';
import { type Dump, openDump } from '../store/dump.ts';
import { finishRestore } from '../store/finish-restore.ts';
import { loadDump } from '../store/load.ts';
import { eraseTexts } from './erase-texts.ts';
import { blobPath, namesIn, readBlob } from './folder.ts';
import { type KeyPlan, placeKeys, planKeys } from './restore-keys.ts';
import { endRestore, isMark, markRestore, restoreUnderWay } from './restore-marker.ts';

type Folders = Pick<Config, 'dataDir' | 'checkpointDir' | 'corpusDir' | 'probeDir' | 'keys' | 'influenceDir'>;

export interface RestoreWish {
  dir: string;
  /** As it was verified. */
  backup: Backup;
  config: Folders;
  /** Folder of the keys, where the backup has none, or older ones; null: they are in KEY_DIR already. */
  keysFrom: string | null;
  deletions: readonly Deletion[];
  upTo: LedgerHead | null;
  actor: string;
  /** Starts Postgres where none is given; asked once the data folder is marked. */
  database(): Promise<string>;
}

export interface Restored {
  files: number;
  /** Requests that wait again, by tenant, and what else was deleted; also where an earlier try had come so far. */
  applied: Awaited<ReturnType<typeof finishRestore>>;
  texts: AppliedDeletions;
}

const CHECKPOINT_FILE = 0o400;
const CHECKPOINT_FOLDER = 0o500;
const refuse = (detail: string) => new ExpungeError('start-refused', detail);

/**
 * Throws `start-refused` unless the folders are empty, keys aside, or a restore of this backup was cut off there. Returns the database
 * that this restore began to fill.
 */
async function refuseFilled({ backup, config }: RestoreWish): Promise<string | null> {
  const under = await restoreUnderWay(config.dataDir);
  if (under?.backup_id === backup.id) return under.database;
  if (under !== null) throw refuse(`A restore of another backup (${under.backup_id}) was cut off in ${config.dataDir}`);
  for (const dir of [config.dataDir, config.checkpointDir, config.corpusDir, config.probeDir]) {
    const found = (await namesIn(dir)).filter((name) => join(dir, name) !== config.keys.dir && !isMark(name));
    if (found.length > 0) throw refuse(`${dir} is not empty (${found[0]}); a backup is restored into an empty place`);
  }
  return null;
}

/** What the database still knows, so that nothing is put back which was deleted since. */
function wanted(dump: Dump, noKeys: ReadonlySet<string>) {
  const checkpoints = new Set(dump.checkpoints.map((digest) => digest.replace(':', '-')));
  const corpora = new Set(dump.corpora.map((id) => `${id}.ndjson`));
  const probes = new Set(dump.probes.map(({ run_id, key_id }) => `${run_id}.${key_id}.sealed`));
  return ({ path }: BackupFile): boolean => {
    const [kind, first = '', ...rest] = path.split('/');
    if (kind === 'checkpoints') return rest.length === 1 && checkpoints.has(first);
    if (kind === 'corpora') return corpora.has(first);
    if (kind === 'probes') return probes.has(first);
    return kind === 'keys' && !noKeys.has(first);
  };
}

function targetOf(config: Folders, path: string): string {
  const [kind, ...rest] = path.split('/');
  const root = { checkpoints: config.checkpointDir, corpora: config.corpusDir, probes: config.probeDir };
  return join(kind === 'keys' ? config.keys.dir : root[kind as keyof typeof root], ...rest);
}

/** Puts contents in their places; a content that several checkpoints have is stored once. */
function placer(dir: string, config: Folders) {
  const placed = new Map<string, string>();
  const blobs = createBlobs(join(config.checkpointDir, 'blobs'));
  return async ({ path, sha256 }: BackupFile): Promise<void> => {
    const target = targetOf(config, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const shared = path.startsWith('checkpoints/');
    const present = await sha256File(target).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    });
    if (present !== null && present !== sha256 && path.startsWith('keys/'))
      throw refuse(`${target} is another key than that of the backup`);
    if (present !== sha256) {
      const part = `${target}.part`;
      await rm(part, { force: true });
      const first = shared ? placed.get(sha256) : undefined;
      const linked =
        first !== undefined &&
        (await link(first, part).then(
          () => true,
          () => false,
        ));
      if (!linked) {
        await copyFile(blobPath(dir, sha256), part, constants.COPYFILE_FICLONE);
        await chmod(part, shared ? CHECKPOINT_FILE : 0o600);
        await sync(part);
        if ((await sha256File(part)) !== sha256)
          throw new ExpungeError('backup-invalid', `${path} was damaged on its way`);
      }
      await rename(part, target);
    }
    if (!shared) return;
    placed.set(sha256, target);
    await blobs.offer(target, sha256);
  };
}

async function placeFiles(wish: RestoreWish, url: string, keys: KeyPlan): Promise<number> {
  const { dir, backup, config } = wish;
  const dump = await openDump(url);
  await dump.close();
  const destroyed = new Set(dump.destroyedKeys.map((one) => subjectKeyName(one.tenant, one.version)));
  const isWanted = wanted(dump, keys.leave.union(destroyed));
  const files = backup.files.filter(isWanted);
  const place = placer(dir, config);
  const folders = new Set<string>();
  for (const file of files) {
    await place(file);
    folders.add(dirname(targetOf(config, file.path)));
  }
  await placeKeys(keys, config, destroyed);
  for (const folder of folders) {
    await sync(folder);
    if (basename(folder).startsWith('sha256-')) await chmod(folder, CHECKPOINT_FOLDER);
  }
  return files.length;
}

/** Throws `start-refused` where something is there already, or a key is not. Nothing that was there is ever written over. */
export async function restoreBackup(wish: RestoreWish): Promise<Restored> {
  const { dir, backup, config } = wish;
  const ours = await refuseFilled(wish);
  const keys = await planKeys(wish);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const mark = (database: string | null) => markRestore(config.dataDir, { backup_id: backup.id, database });
  await mark(ours);
  const url = await wish.database();
  const content = new Map(backup.files.map((file) => [file.path, file.sha256]));
  await loadDump(url, backup, ({ name }) => readBlob(dir, content.get(`database/${name}`)!), { ours, claim: mark });
  const { deletions, upTo, actor } = wish;
  const applied = await finishRestore(url, { backup, deletions, upTo, actor });
  const files = await placeFiles(wish, url, keys);
  const texts = await eraseTexts(url, config, deletions, actor);
  await endRestore(config.dataDir);
  return { files, applied, texts };
}

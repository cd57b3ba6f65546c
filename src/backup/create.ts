// Makes a backup while the service runs: the database as of one moment, then the files that it names.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { hasCode } from '../checkpoints/disk.ts';
import { digestOf } from '../checkpoints/manifest.ts';
import { readManifest } from '../checkpoints/sweep.ts';
import type { Config } from '../config.ts';
import { BACKUP_PREDICATE, type Backup, type BackupTable } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';
import { subjectKeyFile, subjectKeyName } from '../evidence/key-ring.ts';
import { statementOf } from '../evidence/signed-statement.ts';
import type { Signer } from '../runs/ports.ts';
import { type Dump, openDump } from '../store/dump.ts';
import { countingLines, type NewBackup, newBackupFolder } from './folder.ts';

type Folders = Pick<Config, 'checkpointDir' | 'corpusDir' | 'probeDir' | 'keys'>;

export interface BackupWish {
  /** Of Postgres. */
  url: string;
  config: Folders;
  signer: Pick<Signer, 'sign'>;
  /** Must not be there yet. */
  dir: string;
  id: string;
  withKeys: boolean;
  version: string;
  now: Date;
}

const MANIFEST = 'manifest.json';
const KEY_FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.(key|jwk)$/;
const refuse = (detail: string) => new ExpungeError('backup-refused', detail);

/** Null, or the paths that were begun of a checkpoint that was deleted meanwhile. Throws `backup-refused` for a damaged one. */
async function takeCheckpoint(into: NewBackup, config: Folders, digest: string): Promise<string[] | null> {
  const name = digest.replace(':', '-');
  const folder = join(config.checkpointDir, name);
  const manifest = await readManifest(folder);
  const begun: string[] = [];
  try {
    if (manifest !== null && digestOf(manifest) !== digest) throw refuse(`${folder}/${MANIFEST} is damaged`);
    for (const file of manifest?.files ?? []) {
      const path = `checkpoints/${name}/${file.name}`;
      begun.push(path);
      const taken = await into.take(path, join(folder, file.name), true);
      if (taken.sha256 !== file.sha256) throw refuse(`${folder}/${file.name} is damaged`);
    }
    begun.push(`checkpoints/${name}/${MANIFEST}`);
    await into.take(`checkpoints/${name}/${MANIFEST}`, join(folder, MANIFEST), true);
    return null;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return begun;
    throw error;
  }
}

/** Checkpoints that were deleted since the dump began; whether they were is for the caller to ask the database. */
async function takeCheckpoints(into: NewBackup, config: Folders, dump: Dump): Promise<string[]> {
  const absent: string[] = [];
  for (const digest of dump.checkpoints) {
    const begun = await takeCheckpoint(into, config, digest);
    if (begun === null) continue;
    into.forget(new Set(begun));
    absent.push(digest);
  }
  return absent;
}

async function takeTexts(into: NewBackup, config: Folders, dump: Dump): Promise<void> {
  for (const id of dump.corpora) {
    const from = join(config.corpusDir, `${id}.ndjson`);
    await into.take(`corpora/${id}.ndjson`, from, false).catch(async (error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      // one that was deleted since the dump began is not to come back: a restore reads that in the list of deletions
      if (await dump.stillThere(id)) throw refuse(`${from} is missing; CORPUS_DIR must be that of the service`);
    });
  }
  for (const { run_id, key_id } of dump.probes) {
    const name = `${run_id}.${key_id}.sealed`;
    // one that was shredded since the dump began is not to come back
    await into.take(`probes/${name}`, join(config.probeDir, name), false).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }
}

async function takeTables(into: NewBackup, dump: Dump): Promise<BackupTable[]> {
  const tables: BackupTable[] = [];
  for (const table of dump.tables) {
    const counting = countingLines();
    await into.write(`database/${table.name}`, Readable.from(counting.pass(dump.rows(table)), { objectMode: false }));
    tables.push({ ...table, rows: counting.lines() });
  }
  return tables;
}

/** Not so: SUBJECT_KEY_FILE names it elsewhere. */
const inKeyFolder = ({ keys }: Folders, path: string): boolean => resolve(dirname(path)) === resolve(keys.dir);

/** Throws `backup-refused` for a key that was not destroyed and is gone: a service that is restored without it does not start. */
async function refuseMissing(config: Folders, dump: Dump, there: ReadonlySet<string>): Promise<void> {
  const missing = (keys: readonly { tenant: string; version: number }[]) =>
    keys.filter(({ tenant, version }) => {
      const path = subjectKeyFile(config, tenant, version);
      return inKeyFolder(config, path) && !there.has(basename(path));
    });
  if (missing(dump.subjectKeys).length === 0) return;
  // one that was destroyed since the dump began is not to come back
  const since = new Set((await dump.destroyedSince()).map((one) => subjectKeyName(one.tenant, one.version)));
  const [gone] = missing(dump.subjectKeys.filter((one) => !since.has(subjectKeyName(one.tenant, one.version))));
  if (gone === undefined) return;
  const path = subjectKeyFile(config, gone.tenant, gone.version);
  throw refuse(
    `The key file ${path} is missing; KEY_DIR must be that of the service, or restore the file from the backup of the keys`,
  );
}

/** Names of the key files that the backup is worth nothing without. */
async function keyNames(config: Folders, dump: Dump): Promise<string[]> {
  // one whose destruction was cut off before its file was gone
  const destroyed = new Set(dump.destroyedKeys.map((one) => subjectKeyName(one.tenant, one.version)));
  const names = await readdir(config.keys.dir).catch(() => [] as string[]);
  await refuseMissing(config, dump, new Set(names));
  const there = names.filter((name) => KEY_FILE.test(name) && !destroyed.has(name));
  const used = dump.subjectKeys.map(({ tenant, version }) => subjectKeyFile(config, tenant, version));
  const outside = used.filter((path) => !inKeyFolder(config, path));
  return [...there, ...outside].sort();
}

async function takeKeys(into: NewBackup, config: Folders, names: readonly string[]): Promise<void> {
  const { subjectKeyFile: subject, signingKeyFile: signing } = config.keys;
  if (subject !== null || signing !== null) {
    const outside = [subject === null ? '' : 'SUBJECT_KEY_FILE', signing === null ? '' : 'SIGNING_KEY_FILE'];
    const named = outside.filter(Boolean).join(' and ');
    throw refuse(`${named} names a key outside of KEY_DIR: back it up where it is, and leave --with-keys out`);
  }
  // a copy: destroying a key writes over its file
  for (const name of names) await into.take(`keys/${name}`, join(config.keys.dir, name), false);
}

async function fill(into: NewBackup, { url, config, ...wish }: BackupWish): Promise<Backup> {
  const dump = await openDump(url);
  try {
    const absent = await takeCheckpoints(into, config, dump);
    const kept = await dump.stillKept(absent);
    if (kept.length > 0) throw refuse(`The files of ${kept.join(', ')} are missing from ${config.checkpointDir}`);
    await takeTexts(into, config, dump);
    const needed = await keyNames(config, dump);
    if (wish.withKeys) await takeKeys(into, config, needed);
    const tables = await takeTables(into, dump);
    const { ledger, migrations } = dump;
    return {
      ...{ id: wish.id, created_at: wish.now.toISOString(), ledger, migrations, tables, absent },
      software: { name: 'expunge', version: wish.version },
      files: [...into.files],
      keys: { included: wish.withKeys, needed },
    };
  } finally {
    await dump.close();
  }
}

/**
 * Writes a backup; returns what it says of itself. Whatever fails takes away what was written. Throws `backup-refused` where the
 * installation is damaged, `start-refused` where `dir` is there already.
 */
export async function createBackup(wish: BackupWish): Promise<Backup> {
  const into = await newBackupFolder(wish.dir);
  try {
    const backup = await fill(into, wish);
    await into.finish(await wish.signer.sign(statementOf('backup', BACKUP_PREDICATE, backup)));
    return backup;
  } catch (error) {
    await into.discard();
    throw error;
  }
}

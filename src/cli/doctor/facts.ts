// What `expunge doctor` looks at. Changes nothing; an embedded Postgres that was stopped is started and stopped again.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { roomOf } from '../../checkpoints/room.ts';
import type { Config } from '../../config.ts';
import { subjectKeyFile, versionsOnDisk } from '../../evidence/key-ring.ts';
import { refuseOpenDoor } from '../../http/open-door.ts';
import { openStore } from '../store.ts';
import type { Facts, KeyFile } from './findings.ts';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function databaseOf(config: Config): Promise<Facts['database']> {
  const embedded = config.databaseUrl === null;
  if (embedded && !existsSync(join(config.dataDir, 'postgres', 'connection.json')))
    return { embedded, state: 'absent' };
  try {
    const { store, close } = await openStore(config);
    try {
      const [before, there, after] = [Date.now(), Date.parse(await store.databaseTime()), Date.now()];
      const skew_seconds = ((before + after) / 2 - there) / 1000;
      return { embedded, state: 'up', pending: await store.pendingMigrations(), skew_seconds };
    } finally {
      await close();
    }
  } catch (error) {
    return { embedded, state: 'down', reason: textOf(error) };
  }
}

async function redisOf(config: Config): Promise<Facts['redis']> {
  if (config.redisUrl === null) return null;
  const { assertQueueSafe } = await import('../../queue/connection.ts');
  return assertQueueSafe(config).then(
    () => ({ up: true as const }),
    (error: unknown) => ({ reason: textOf(error) }),
  );
}

async function backendOf({ compute }: Config): Promise<Facts['backend']> {
  const { chooseBackend } = await import('../../engine/choice.ts');
  return chooseBackend(compute).then(
    ({ backend, device }) => ({ name: backend, device }),
    (error: unknown) => ({ reason: textOf(error) }),
  );
}

async function keyFile(name: string, path: string, named: boolean): Promise<KeyFile> {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => null,
  );
  return { name, mode, named };
}

/** Every version of every tenant; the first that there will be where there is none. */
async function subjectKeys(config: Config): Promise<KeyFile[]> {
  const there = await versionsOnDisk(config);
  const known = there.length > 0 ? there : [{ tenant: 'default', version: 1 }];
  return Promise.all(
    known.map(({ tenant, version }) => {
      const path = subjectKeyFile(config, tenant, version);
      const name = known.length === 1 ? 'subject' : `subject ${tenant} ${version}`;
      return keyFile(name, path, path === config.keys.subjectKeyFile);
    }),
  );
}

function refusedDoor(config: Config): string | null {
  try {
    refuseOpenDoor(config);
    return null;
  } catch (error) {
    return textOf(error);
  }
}

/** Looks at everything that a start needs. */
export async function lookAround(config: Config): Promise<Facts> {
  const { signingKeyFile, dir } = config.keys;
  const folders = {
    DATA_DIR: config.dataDir,
    CHECKPOINT_DIR: config.checkpointDir,
    CORPUS_DIR: config.corpusDir,
    UPLOAD_DIR: config.uploadDir,
  };
  return {
    node: process.versions.node,
    backend: await backendOf(config),
    redis: await redisOf(config),
    database: await databaseOf(config),
    keys: [
      await keyFile('signing', signingKeyFile ?? join(dir, 'signing-1.jwk'), signingKeyFile !== null),
      ...(await subjectKeys(config)),
    ],
    rooms: await Promise.all(
      Object.entries(folders).map(async ([setting, folder]) => ({ setting, room: await roomOf(folder) })),
    ),
    min_free_bytes: config.minFreeBytes,
    auth: { required: config.auth.required, host: config.http.host, refused: refusedDoor(config) },
    // the URL may hold a password
    traces: config.tracing === null ? null : new URL(config.tracing.url).host,
  };
}

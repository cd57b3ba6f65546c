// What `expunge doctor` looks at. Changes nothing; an embedded Postgres that was stopped is started and stopped again.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refuseHalfRestored } from '../../backup/restore-marker.ts';
import { roomOf } from '../../checkpoints/room.ts';
import type { Config } from '../../config.ts';
import { refuseOpenDoor } from '../../http/open-door.ts';
import type { Store, UsedKeyVersion } from '../../runs/ports.ts';
import { explainSchema, openStore } from '../store.ts';
import type { Facts, Refusal } from './findings.ts';
import { keyFacts, refusalOf, textOf } from './key-facts.ts';

const FIRST_MIGRATION = '001-initial';

/** `used`: versions of subject keys that it has heard of; `signed`: whether it has certificates; null: it could not be asked. */
interface Uses {
  used: UsedKeyVersion[] | null;
  signed: boolean | null;
}
type Database = Facts['database'] & Uses;
const UNUSED: Uses = { used: [], signed: false };

/** An empty database has used none; one of an earlier version may lack what is asked. */
async function usesOf(store: Store, pending: string[]): Promise<Uses> {
  if (pending.includes(FIRST_MIGRATION)) return UNUSED;
  const orNull = (error: unknown) => {
    if (explainSchema(error) === error) throw error;
    return null;
  };
  return {
    used: await store.subjectKeyVersions().catch(orNull),
    signed: await store.hasCertificates().catch(orNull),
  };
}

async function databaseOf(config: Config): Promise<Database> {
  const embedded = config.databaseUrl === null;
  if (embedded && !existsSync(join(config.dataDir, 'postgres', 'connection.json')))
    return { embedded, state: 'absent', ...UNUSED };
  try {
    const { store, close } = await openStore(config);
    try {
      const [before, there, after] = [Date.now(), Date.parse(await store.databaseTime()), Date.now()];
      const skew_seconds = ((before + after) / 2 - there) / 1000;
      const pending = await store.pendingMigrations();
      return { embedded, state: 'up', pending, skew_seconds, ...(await usesOf(store, pending)) };
    } finally {
      await close();
    }
  } catch (error) {
    return { embedded, state: 'down', reason: textOf(error), used: null, signed: null };
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

const restoreOf = ({ dataDir }: Config): Promise<Refusal[]> =>
  refusalOf('restore', () => refuseHalfRestored(dataDir), 'Until it has ended there, nothing starts here.');

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
  const folders = {
    DATA_DIR: config.dataDir,
    CHECKPOINT_DIR: config.checkpointDir,
    CORPUS_DIR: config.corpusDir,
    UPLOAD_DIR: config.uploadDir,
  };
  const { used, signed, ...database } = await databaseOf(config);
  const { keys, refusals } = await keyFacts(config, used, signed);
  return {
    node: process.versions.node,
    backend: await backendOf(config),
    redis: await redisOf(config),
    database,
    keys,
    refusals: [...(await restoreOf(config)), ...refusals],
    rooms: await Promise.all(
      Object.entries(folders).map(async ([setting, folder]) => ({ setting, room: await roomOf(folder) })),
    ),
    min_free_bytes: config.minFreeBytes,
    auth: { required: config.auth.required, host: config.http.host, refused: refusedDoor(config) },
    // the URL may hold a password
    traces: config.tracing === null ? null : new URL(config.tracing.url).host,
  };
}

// A real Postgres out of an npm package, for use without a database server: under DATA_DIR, on 127.0.0.1 only.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packagedFolder, usableBinaries } from './embedded/binaries.ts';
import { createCluster, findPlace, type Place, urlOf } from './embedded/cluster.ts';
import { holdServer } from './embedded/holder.ts';
import { withLock } from './embedded/lock.ts';
import { adopt, start, stop } from './embedded/server.ts';

export interface EmbeddedPostgres {
  url: string;
  /** Leaves the server; the last one who does stops it. May be called twice. */
  stop(): Promise<void>;
}

/** Wait before a try to have the server again, after `failures` of them: at most half a minute. */
const backoffMs = (failures: number): number => Math.min(30_000, 250 * 2 ** failures);

async function runServer(place: Place): Promise<void> {
  if (await adopt(place)) return;
  const native = await usableBinaries(place.user, place.folder);
  await createCluster(place, native);
  await start(place, native);
}

/**
 * Starts the Postgres of a data folder, or joins the one that runs there already (also one whose starter was
 * killed). Makes the cluster the first time. Safe when several processes ask at once. A server that ends while it is
 * used is started again, and `tell` hears of it.
 * Throws `start-refused` when the platform's package is missing (set DATABASE_URL) or the server cannot start.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  tell: (text: string) => void = () => {},
): Promise<EmbeddedPostgres> {
  packagedFolder();
  const home = join(resolve(dataDir), 'postgres');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = join(home, 'start.lock');
  const leaving = new AbortController();
  let stopped: Promise<void> | undefined;
  let returning: Promise<void> = Promise.resolve();
  const lost = () => {
    if (!leaving.signal.aborted) returning = comeBack();
  };
  const held = await withLock(lock, async () => {
    const place = await findPlace(home);
    await runServer(place);
    return { place, holder: await holdServer(place, lost) };
  });
  const url = urlOf(held.place.connection);
  const again = async () => {
    await runServer(held.place);
    held.holder = await holdServer(held.place, lost);
    if (urlOf(held.place.connection) !== url) tell('Postgres has another port now: start the service again');
  };
  const comeBack = async () => {
    tell('Postgres ended its connections; if it is gone it is started again');
    for (let failures = 0; !leaving.signal.aborted; failures++) {
      const failure = await withLock(lock, again).catch((error: Error) => error);
      if (!failure) return;
      tell(`Postgres does not start: ${failure.message}`);
      await sleep(backoffMs(failures), undefined, { ref: false, signal: leaving.signal }).catch(() => {});
    }
  };
  const leave = async () => {
    leaving.abort();
    await returning;
    await withLock(lock, async () => {
      if (await held.holder.leave()) await stop(held.place);
    });
  };
  return {
    url,
    stop() {
      stopped ??= leave();
      return stopped;
    },
  };
}

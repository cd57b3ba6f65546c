// A real Postgres out of an npm package, for use without a database server: under DATA_DIR, on 127.0.0.1 only.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packagedFolder, usableBinaries } from './embedded/binaries.ts';
import { createCluster, findPlace, urlOf } from './embedded/cluster.ts';
import { holdServer } from './embedded/holder.ts';
import { withLock } from './embedded/lock.ts';
import { adopt, start, stop } from './embedded/server.ts';

export interface EmbeddedPostgres {
  url: string;
  /** Leaves the server; the last one who does stops it. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of a data folder, or joins the one that runs there already (also one whose starter was
 * killed). Makes the cluster the first time. Safe when several processes ask at once.
 * Throws `start-refused` when the platform's package is missing (set DATABASE_URL) or the server cannot start.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  packagedFolder();
  const home = join(resolve(dataDir), 'postgres');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = join(home, 'start.lock');
  const { place, holder } = await withLock(lock, async () => {
    const found = await findPlace(home);
    if (!(await adopt(found))) {
      const native = await usableBinaries(found.user, found.folder);
      await createCluster(found, native);
      await start(found, native);
    }
    return { place: found, holder: await holdServer(found) };
  });
  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(place.connection),
    stop() {
      stopped ??= withLock(lock, async () => {
        if (await holder.leave()) await stop(place);
      });
      return stopped;
    },
  };
}

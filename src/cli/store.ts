// The store for commands that look at it, whether or not the service is running beside them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import type { Store } from '../runs/ports.ts';
import type { EmbeddedPostgres } from '../store/embedded.ts';

/** Postgres: there is no such table, no such column. */
const OTHER_SCHEMA = ['42P01', '42703'];

/** Says so where the database holds no tables yet, or those of an earlier version: only the service migrates. */
export function explainSchema(error: unknown): unknown {
  if (!OTHER_SCHEMA.includes((error as { code?: string }).code ?? '')) return error;
  const detail = 'The database is empty or of an earlier version; start the service once';
  return new ExpungeError('start-refused', detail, { cause: error });
}

export interface OpenStore {
  store: Store;
  /** Of its Postgres. */
  url: string;
  /** Ends the connection, and Postgres when nobody else uses it. */
  close(): Promise<void>;
}

/** Postgres of the data folder, which is there from an earlier start. */
async function embedded(dataDir: string): Promise<EmbeddedPostgres> {
  if (!existsSync(join(dataDir, 'postgres/connection.json')))
    throw new ExpungeError('start-refused', `There is no database under ${dataDir}; set DATA_DIR or DATABASE_URL`);
  const { startEmbeddedPostgres } = await import('../store/embedded.ts');
  return startEmbeddedPostgres(dataDir);
}

/** Opens the store that the configuration names, without migrating it. Throws `start-refused` when there is none. */
export async function openStore(config: Config): Promise<OpenStore> {
  const { createStore } = await import('../store/store.ts');
  if (config.databaseUrl !== null) {
    const store = createStore({ url: config.databaseUrl });
    return { store, url: config.databaseUrl, close: () => store.close() };
  }
  const postgres = await embedded(config.dataDir);
  const store = createStore({ url: postgres.url });
  return {
    store,
    url: postgres.url,
    async close() {
      await store.close();
      await postgres.stop();
    },
  };
}

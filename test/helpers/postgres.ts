// A database of its own for every test file, on the server of the test run or on one that this process starts.
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { createStore } from '../../src/store/store.ts';

export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Nothing has to survive a loss of power here; a database is made and dropped in a fraction of the time. */
const SETTINGS = ['fsync = off', 'full_page_writes = off', 'synchronous_commit = off'];

/** A Postgres in a temporary folder; `stop` removes it. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-test-'));
  // lets the server's own user in when root runs the tests: no copy of the programs is needed then
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres(folder);
  for (const setting of SETTINGS) await execute(server.url, `alter system set ${setting}`);
  await execute(server.url, 'select pg_reload_conf()');
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await removeServer(folder);
    },
  };
}

/** Removes a data folder with its stopped cluster, wherever that had to be put. */
export async function removeServer(dataDir: string): Promise<void> {
  const text = await readFile(join(dataDir, 'postgres', 'connection.json'), 'utf8').catch(() => '{}');
  const { folder } = JSON.parse(text) as { folder?: string | null };
  if (folder) await rm(folder, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

/** Brings about what takes time or an accident otherwise. */
export async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const databaseAt = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

/** A database with every table and no row, which others are copies of: that is cheaper than its migrations, and copied files than a log. */
export async function createTemplate(server: string): Promise<string> {
  const name = 'test_template';
  await execute(server, `create database ${name}`);
  const store = createStore({ url: databaseAt(server, name) });
  await store.migrate();
  await store.close();
  return name;
}

/**
 * A database with a random name. `migrated`: with its tables where the test run has a template, otherwise empty as well, so that whoever asks still
 * has to migrate. `drop` removes it, and the server too when this call had to start one.
 */
export async function createTestDatabase({ migrated = false } = {}): Promise<{ url: string; drop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  const template = process.env.TEST_DATABASE_TEMPLATE;
  const server = given ? null : await startTestServer();
  const admin = given ?? server!.url;
  const name = `test_${uuid().replaceAll('-', '')}`;
  await execute(
    admin,
    `create database ${name}${migrated && given && template ? ` template ${template} strategy file_copy` : ''}`,
  );
  return {
    url: databaseAt(admin, name),
    async drop() {
      await execute(admin, `drop database if exists ${name} with (force)`);
      await server?.stop();
    },
  };
}

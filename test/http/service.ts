// The application over the real adapters, on a database of its own.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { createUploadFiles } from '../../src/checkpoints/uploads.ts';
import { readConfig } from '../../src/config.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import { createSigner, createSubjectKeys } from '../../src/evidence/keys.ts';
import { createOpenDsrSigner } from '../../src/evidence/opendsr-signer.ts';
import type { App, AppDeps } from '../../src/http/types.ts';
import { createLogger } from '../../src/log.ts';
import { methods } from '../../src/methods/index.ts';
import { METRICS } from '../../src/metrics/index.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

export interface TestService {
  app: App;
  deps: AppDeps;
  /** Folder that checkpoints may be registered from. */
  importDir: string;
  logs: string[];
}

type Closing = Pick<TestContext, 'after'>;

/** `env` goes to the configuration; `change` replaces parts of the dependencies. */
export async function openService(
  t: Closing,
  env: Record<string, string> = {},
  change: (deps: AppDeps) => Partial<AppDeps> = () => ({}),
): Promise<TestService> {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-http-'));
  const database = await createTestDatabase({ migrated: true });
  const given = readConfig({ DATA_DIR: dir, DATABASE_URL: database.url, LOG_LEVEL: 'info', ...env });
  const config = { ...given, databaseUrl: database.url };
  await mkdir(config.importDir, { recursive: true });
  const logs: string[] = [];
  const store = createStore({ url: database.url });
  await store.migrate();
  const doorbell = createDoorbell(config);
  const deps: AppDeps = {
    config,
    store,
    doorbell,
    corpora: createCorpusFiles(config.corpusDir),
    checkpoints: createCheckpointFiles({
      dir: config.checkpointDir,
      importDir: config.importDir,
      uploadDir: config.uploadDir,
    }),
    uploads: createUploadFiles(config.uploadDir),
    subjectKeys: await createSubjectKeys(config),
    signer: await createSigner(config),
    opendsr: await createOpenDsrSigner(config),
    methods,
    metrics: METRICS,
    version: '0.0.0-test',
    logger: createLogger(config, { write: (line: string) => void logs.push(line) }),
  };
  const app = await buildApp({ ...deps, ...change(deps) });
  t.after(async () => {
    await app.close();
    await doorbell.close();
    await store.close();
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  });
  return { app, deps, importDir: config.importDir, logs };
}

export const call = (app: App, method: InjectOptions['method'], url: string, payload?: InjectOptions['payload']) =>
  app.inject({ method, url, ...(payload === undefined ? {} : { payload }) } as InjectOptions);

export const line = (id: string, email?: string): string =>
  JSON.stringify({
    id,
    prompt: `Record ${id} says`,
    answer: ' something.',
    ...(email === undefined ? {} : { subjects: [{ type: 'email', value: email }] }),
  });

export const upload = (app: App, corpusId: string, text: string): Promise<LightMyRequestResponse> =>
  app.inject({
    method: 'POST',
    url: `/v1/corpora/${corpusId}/records`,
    headers: { 'content-type': 'application/x-ndjson' },
    payload: text,
  });

/** A corpus with these lines; returns its id. */
export async function corpusWith(app: App, name: string, lines: string[]): Promise<string> {
  const created = await call(app, 'POST', '/v1/corpora', { name });
  const { id } = created.json<{ id: string }>();
  if (lines.length > 0) await upload(app, id, lines.join('\n'));
  return id;
}

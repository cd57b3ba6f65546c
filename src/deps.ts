// The real adapters of the API process.
import { refuseHalfRestored } from './backup/restore-marker.ts';
import { createCheckpointFiles } from './checkpoints/files.ts';
import { createUploadFiles } from './checkpoints/uploads.ts';
import type { Config } from './config.ts';
import { createCorpusFiles } from './corpora/files.ts';
import { createSigner, createSubjectKeys } from './evidence/keys.ts';
import { createOpenDsrSigner } from './evidence/opendsr-signer.ts';
import type { AppDeps } from './http/types.ts';
import { methods } from './methods/index.ts';
import { METRICS } from './metrics/index.ts';
import { assertQueueSafe } from './queue/connection.ts';
import { createRedisCounter } from './queue/counter.ts';
import { createDoorbell, ringWebhooks } from './queue/doorbell.ts';
import { startEmbeddedPostgres } from './store/embedded.ts';
import { createStore } from './store/store.ts';
import { startTelling } from './tracing/start.ts';
import { version } from './version.ts';
import { parseNetworks } from './webhooks/addresses.ts';

/** How soon a process knows of a new version of a subject key; well before anybody stores with it. */
const RELOAD_MS = 5000;

export interface OpenDeps {
  deps: AppDeps;
  close(): Promise<void>;
}

/** Opens everything the API needs, migrations included. What was opened is closed again when a later part fails. */
export async function openDeps(config: Config): Promise<OpenDeps> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let end = closers.pop(); end !== undefined; end = closers.pop()) await end();
  };
  try {
    await refuseHalfRestored(config.dataDir);
    const { log: logger, tracing } = await startTelling(config, 'expunge-api');
    closers.push(() => tracing.close());
    let databaseUrl = config.databaseUrl;
    if (databaseUrl === null) {
      const postgres = await startEmbeddedPostgres(config.dataDir);
      closers.push(() => postgres.stop());
      databaseUrl = postgres.url;
    }
    const resolved = { ...config, databaseUrl };
    // a wrong list stops the start, and not the first webhook
    parseNetworks(config.webhooks.allowedNetworks);
    await assertQueueSafe(resolved, 'allowed');
    const doorbell = createDoorbell(resolved, { onError: (err) => logger.warn({ err }, 'queue') });
    closers.push(() => doorbell.close());
    const counter = config.redisUrl === null ? undefined : createRedisCounter(config.redisUrl);
    if (counter) closers.push(async () => counter.close());
    const store = createStore({ url: databaseUrl, onOutbox: ringWebhooks(doorbell, logger) });
    closers.push(() => store.close());
    await store.migrate();
    const subjectKeys = await createSubjectKeys(config, await store.subjectKeyVersions());
    const reloading = setInterval(() => {
      subjectKeys
        .reload(() => store.destroyedKeyVersions())
        .catch((err: unknown) => logger.error({ err }, 'The subject keys cannot be read again'));
    }, RELOAD_MS).unref();
    closers.push(async () => clearInterval(reloading));
    const deps: AppDeps = {
      config: resolved,
      store,
      doorbell,
      corpora: createCorpusFiles(config.corpusDir),
      checkpoints: createCheckpointFiles({
        dir: config.checkpointDir,
        importDir: config.importDir,
        uploadDir: config.uploadDir,
      }),
      uploads: createUploadFiles(config.uploadDir),
      subjectKeys,
      signer: await createSigner(config, { make: !(await store.hasCertificates()) }),
      opendsr: await createOpenDsrSigner(config),
      methods,
      metrics: METRICS,
      version,
      ...(counter && { counter }),
      tracing,
      logger,
    };
    return { deps, close };
  } catch (error) {
    await close();
    throw error;
  }
}

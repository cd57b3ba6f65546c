// The real adapters of a worker.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Value } from 'typebox/value';
import { createDeletionsFile, signDeletions } from '../src/backup/deletions-file.ts';
import { refuseHalfRestored } from '../src/backup/restore-marker.ts';
import { createFactorFiles } from '../src/checkpoints/factors.ts';
import { createCheckpointFiles } from '../src/checkpoints/files.ts';
import { createUploadFiles } from '../src/checkpoints/uploads.ts';
import { memoryBudget } from '../src/compute/memory-budget.ts';
import type { Config } from '../src/config.ts';
import { createCorpusFiles } from '../src/corpora/files.ts';
import { writeSets } from '../src/corpora/sets-file.ts';
import { splitHoldout } from '../src/corpora/split.ts';
import { VerificationPolicy } from '../src/domain/verification.ts';
import { type Choice, chooseBackend } from '../src/engine/choice.ts';
import { createProbeVault } from '../src/evidence/kept-probes.ts';
import { createSigner, createSubjectKeys } from '../src/evidence/keys.ts';
import { createOpenDsrSigner } from '../src/evidence/opendsr-signer.ts';
import { createRecordPrinter } from '../src/evidence/record-printer.ts';
import { buildStatement } from '../src/evidence/statement.ts';
import { assertQueueSafe } from '../src/queue/connection.ts';
import { createDoorbell, ringWebhooks } from '../src/queue/doorbell.ts';
import type { RunDeps, RunSettings } from '../src/runs/deps.ts';
import type { SubjectKeys, Webhooks } from '../src/runs/ports.ts';
import { tracedCompute } from '../src/runs/trace-compute.ts';
import { startEmbeddedPostgres } from '../src/store/embedded.ts';
import { createStore } from '../src/store/store.ts';
import { startTelling } from '../src/tracing/start.ts';
import { version } from '../src/version.ts';
import { parseNetworks } from '../src/webhooks/addresses.ts';
import { createSender } from '../src/webhooks/send.ts';
import { signHeaders } from '../src/webhooks/signatures.ts';
import { createCompute } from './supervise.ts';

/** The configuration once it is known where Postgres is. */
export type ResolvedConfig = Config & { databaseUrl: string };
export interface OpenWorkerDeps {
  config: ResolvedConfig;
  deps: RunDeps;
  /** What the compute processes run on. */
  choice: Choice;
  close(): Promise<void>;
}

/** Two processes on one GPU would share its memory; cores are shared as a rule. */
const acceleratorOf = (given: string | null, backend: string): string | null =>
  given ?? (backend.endsWith('/cpu') || backend.endsWith('-cpu') ? null : `${hostname()}/${backend}`);

const settingsOf = ({ runs, compute, decisions, queue }: Config, { backend }: Choice): RunSettings => ({
  ...{
    window: queue.window,
    tenantRuns: queue.tenantRuns,
    unusual: queue.unusual,
    maxParameters: queue.maxParameters,
  },
  accelerator: acceleratorOf(queue.accelerator, backend),
  leaseMs: runs.leaseMs,
  maxRestarts: runs.maxRestarts,
  timeLimitSeconds: runs.timeLimitSeconds,
  parentRetentionMs: runs.parentRetentionMs,
  promotion: decisions.promotion === 'automatic' ? 'automatic' : 'manual',
  reverifyForMs: runs.reverifyForMs,
  eraseAfterMs: runs.eraseAfterMs,
  fingerprintMs: runs.fingerprintMs,
  referenceRetentionMs: runs.referenceRetentionMs,
  referenceBytes: runs.referenceBytes,
  ledgerCheckpointMs: runs.ledgerCheckpointMs,
  weightTypes: runs.weightTypes,
  memoryBudgetBytes: memoryBudget(compute.memoryBudgetBytes, backend),
  threads: compute.threads,
  backend,
});

const webhooksOf = async (config: Config, subjectKeys: SubjectKeys): Promise<Webhooks> => ({
  ...createSender({
    allowedNetworks: parseNetworks(config.webhooks.allowedNetworks),
    agent: `expunge/${version}`,
  }),
  sign: (sealed, message) => signHeaders(subjectKeys, sealed, message),
  opendsr: await createOpenDsrSigner(config),
  retention_ms: config.webhooks.retentionMs,
});

/** Opens everything a worker needs, migrations included. What was opened is closed when a later part fails. */
export async function openWorkerDeps(given: Config): Promise<OpenWorkerDeps> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let end = closers.pop(); end !== undefined; end = closers.pop()) await end();
  };
  try {
    await refuseHalfRestored(given.dataDir);
    const { log, tracing } = await startTelling(given, 'expunge-worker');
    closers.push(() => tracing.close());
    const choice = await chooseBackend(given.compute);
    let { databaseUrl } = given;
    if (databaseUrl === null) {
      const postgres = await startEmbeddedPostgres(given.dataDir);
      closers.push(() => postgres.stop());
      databaseUrl = postgres.url;
    }
    const config: ResolvedConfig = { ...given, databaseUrl };
    await assertQueueSafe(config);
    const doorbell = createDoorbell(config, { onError: (err) => log.warn({ err }, 'queue') });
    closers.push(() => doorbell.close());
    const store = createStore({ url: databaseUrl, onOutbox: ringWebhooks(doorbell, log) });
    closers.push(() => store.close());
    await store.migrate();
    const subjectKeys = await createSubjectKeys(config, await store.subjectKeyVersions());
    const signer = await createSigner(config);
    const deps: RunDeps = {
      store,
      doorbell,
      compute: tracedCompute(
        createCompute({
          entry: new URL('./compute.ts', import.meta.url),
          environment: config.compute.environment,
          stallSeconds: config.compute.stallSeconds,
          onStderr: (stderr, about) => log.warn({ ...about, stderr }, 'The compute process wrote to stderr'),
        }),
        tracing,
      ),
      tracing,
      checkpoints: createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir }),
      uploads: createUploadFiles(config.uploadDir),
      corpora: createCorpusFiles(config.corpusDir),
      factors: createFactorFiles(config.influenceDir),
      deletions: createDeletionsFile(config.deletionsFile),
      signDeletions: signDeletions(signer),
      signer,
      probes: createProbeVault(config.probeDir, subjectKeys),
      printer: createRecordPrinter(subjectKeys),
      subjectKeys,
      webhooks: await webhooksOf(config, subjectKeys),
      splitHoldout,
      writeSets,
      buildStatement,
      policy: Value.Default(VerificationPolicy, {}) as VerificationPolicy,
      worker: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
      softwareVersion: version,
      settings: settingsOf(config, choice),
      clock: () => new Date(),
      log,
    };
    return { config, deps, choice, close };
  } catch (error) {
    await close();
    throw error;
  }
}

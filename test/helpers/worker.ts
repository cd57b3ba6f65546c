// A worker's dependencies over the real stores, in a temporary place. The compute process alone is scripted: these
// tests are about what happens around it, and decide what it answers.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { createDeletionsFile, signDeletions } from '../../src/backup/deletions-file.ts';
import { createFactorFiles } from '../../src/checkpoints/factors.ts';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { createUploadFiles } from '../../src/checkpoints/uploads.ts';
import { readConfig } from '../../src/config.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import { writeSets } from '../../src/corpora/sets-file.ts';
import { splitHoldout } from '../../src/corpora/split.ts';
import type {
  ComputeJob,
  InfluenceJob,
  InfluenceResult,
  ReferenceJob,
  ShadowJob,
  UnlearnResult,
  VerifyJob,
  VerifyResult,
} from '../../src/domain/compute.ts';
import type { MethodChoice, Model } from '../../src/domain/resources.ts';
import type { UnusualPerson } from '../../src/domain/suspicion.ts';
import { type Verdict, VerificationPolicy, type VerificationReport } from '../../src/domain/verification.ts';
import { ExpungeError } from '../../src/errors.ts';
import { createProbeVault } from '../../src/evidence/kept-probes.ts';
import { createSigner, createSubjectKeys } from '../../src/evidence/keys.ts';
import { createRecordPrinter } from '../../src/evidence/record-printer.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import type { Compute, CreateRequest, Store } from '../../src/runs/ports.ts';
import { createStore } from '../../src/store/store.ts';
import { parseNetworks } from '../../src/webhooks/addresses.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { signHeaders } from '../../src/webhooks/signatures.ts';
import { createTestDatabase } from './postgres.ts';

export const TENANT = 'default';
const PEOPLE = 4;
const RECORDS_EACH = 2;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TestWorker {
  deps: RunDeps;
  store: Store;
  model: Model;
  /** Folder that holds checkpoints and work folders. */
  checkpointDir: string;
  databaseUrl: string;
  /** Another worker of the same installation. */
  other(name: string, compute: Compute): RunDeps;
  /** A deletion request for person number `index`. */
  request(index: number, method?: MethodChoice | null, more?: Partial<CreateRequest>): Promise<string>;
  close(): Promise<void>;
}

/** Answers by stage; the default makes a candidate whose verification passes. */
export interface Script {
  unlearn?(job: Extract<ComputeJob, { stage: 'unlearn' }>, signal: AbortSignal): Promise<void>;
  /** People who are unusual, as its first stage finds them. */
  unusual?(job: Extract<ComputeJob, { stage: 'unlearn' }>): UnusualPerson[];
  /** What else these say. */
  unlearned?: Partial<UnlearnResult>;
  reference?(job: ReferenceJob, signal: AbortSignal): Promise<void>;
  shadow?(job: ShadowJob, signal: AbortSignal): Promise<void>;
  influence?(job: InfluenceJob, signal: AbortSignal): Promise<Partial<InfluenceResult>>;
  verdict?(job: VerifyJob, call: number): Verdict | Promise<Verdict>;
  /** What else its reports say. */
  report?: Partial<VerificationReport>;
}

export function scripted(script: Script = {}): Compute & { jobs: ComputeJob[] } {
  const jobs: ComputeJob[] = [];
  return {
    jobs,
    async run(job, on) {
      if (on.signal.aborted) throw new ExpungeError('cancelled', 'aborted before');
      jobs.push(job);
      if (job.stage === 'unlearn') {
        const people = job.watch === undefined ? [] : (script.unusual?.(job) ?? []);
        if (people.length > 0) return { stage: 'unusual', people };
        await script.unlearn?.(job, on.signal);
        if (on.signal.aborted) throw new ExpungeError('cancelled', 'aborted');
        await writeFile(join(job.out_dir, 'config.json'), JSON.stringify({ method: job.method.name, seed: job.seed }));
        await writeFile(join(job.out_dir, 'model.safetensors'), 'weights');
        return { ...unlearned, ...script.unlearned, ...(job.start ? { start: job.start } : {}) };
      }
      if (job.stage === 'verify') {
        const calls = jobs.filter((one) => one.stage === 'verify').length;
        return verified((await script.verdict?.(job, calls)) ?? 'passed', job, script.report);
      }
      if (job.stage === 'reference') {
        await script.reference?.(job, on.signal);
        await writeFile(join(job.out_dir, 'model.safetensors'), `reference ${job.index}`);
        return { stage: 'reference', seconds: 0.1, peak_memory_bytes: 1000 };
      }
      if (job.stage === 'shadow') {
        await script.shadow?.(job, on.signal);
        await writeFile(job.scores_file, JSON.stringify({ members: [], forget: [], holdout: [] }));
        return { stage: 'shadow', seconds: 0.1, peak_memory_bytes: 1000 };
      }
      if (job.stage === 'influence') return { ...nothingRanked, ...(await script.influence?.(job, on.signal)) };
      return { stage: 'complete', answers: job.prompts.map((prompt) => `${prompt} ...`) };
    },
  };
}

const nothingRanked: InfluenceResult = {
  ...{ stage: 'influence', damping: null, records: 0, queried: 0, best_queried_rank: null, ranking: [] },
};

const unlearned: UnlearnResult = {
  stage: 'unlearn',
  curve: [],
  seconds: { unlearning: 0.1 },
  steps: { unlearning: 1 },
  ended: 'stop-rule',
  planned_memory_bytes: 2_000_000,
  peak_memory_bytes: 1000,
  backend: 'scripted',
};

const verified = (verdict: Verdict, job: VerifyJob, more: Partial<VerificationReport> = {}): VerifyResult => ({
  stage: 'verify',
  peak_memory_bytes: 2000,
  report: {
    verdict,
    reason: `scripted ${verdict}`,
    policy: job.policy,
    people: { forget: 1, holdout: 2 },
    records: { forget: 2, retain: 6, holdout: 4 },
    findings: [],
    seconds: 0.1,
    verifier_version: '0',
    ...more,
  },
});

/** A registered model over a corpus of four people with two records each, and a holdout of as many others. */
export async function createTestWorker(
  compute: Compute = scripted(),
  clock: (() => Date) | undefined = undefined,
): Promise<TestWorker> {
  const database = await createTestDatabase({ migrated: true });
  const dir = await mkdtemp(join(tmpdir(), 'expunge-runs-'));
  const config = readConfig({ DATA_DIR: dir });
  const store = createStore({ url: database.url, ...(clock ? { clock } : {}) });
  await store.migrate();
  const subjectKeys = await createSubjectKeys(config);
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  const signer = await createSigner(config);
  const doorbell = createDoorbell({ redisUrl: null, databaseUrl: database.url });
  const email = (role: string, person: number) => ({ type: 'email', value: `${role}${person}@example.org` });

  async function corpus(role: 'train' | 'holdout'): Promise<string> {
    const made = await store.createCorpus(TENANT, role, 'test');
    if (made.status !== 'created') throw new Error(made.status);
    async function* records() {
      for (let ordinal = 0; ordinal < PEOPLE * RECORDS_EACH; ordinal++) {
        const subjects = [subjectKeys.keyFor(TENANT, email(role, Math.floor(ordinal / RECORDS_EACH)))];
        yield { ordinal, record_id: `r${ordinal}`, subjects };
      }
    }
    await store.addRecords(TENANT, made.corpus.id, records(), `sha256:${'0'.repeat(64)}`, 'test');
    return made.corpus.id;
  }
  const corpora = [
    { corpus_id: await corpus('train'), role: 'train' as const },
    { corpus_id: await corpus('holdout'), role: 'holdout' as const },
  ];
  const folder = await checkpoints.workFolder('parent');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), 'parent');
  const checkpoint = await checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
  await checkpoints.discard(folder);
  const about = { name: 'tiny', architecture: 'gpt2', parameters: 7, corpora, has_recipe: false, warnings: [] };
  const registered = await store.createModel(TENANT, { ...about, checkpoint }, 'test');
  if (registered.status !== 'created') throw new Error(registered.status);

  const deps: RunDeps = {
    uploads: createUploadFiles(config.uploadDir),
    ...{ store, compute, checkpoints, signer, subjectKeys, splitHoldout, buildStatement },
    deletions: createDeletionsFile(config.deletionsFile),
    signDeletions: signDeletions(signer),
    doorbell,
    corpora: createCorpusFiles(config.corpusDir),
    factors: createFactorFiles(config.influenceDir),
    probes: createProbeVault(config.probeDir, subjectKeys),
    printer: createRecordPrinter(subjectKeys),
    writeSets,
    policy: Value.Default(VerificationPolicy, {}) as VerificationPolicy,
    webhooks: {
      ...createSender({ allowedNetworks: parseNetworks(config.webhooks.allowedNetworks), agent: 'expunge/test' }),
      sign: (sealed, message) => signHeaders(subjectKeys, sealed, message),
      opendsr: null,
      retention_ms: config.webhooks.retentionMs,
    },
    worker: 'worker-a',
    softwareVersion: '0.0.0',
    settings: {
      ...{ leaseMs: 15_000, maxRestarts: 2, timeLimitSeconds: 60, parentRetentionMs: 3_600_000, reverifyForMs: 0 },
      ...{ eraseAfterMs: null, fingerprintMs: 3_600_000 },
      ...{ referenceRetentionMs: 3_600_000, referenceBytes: 1e9, ledgerCheckpointMs: 0 },
      ...{ threads: 1, backend: 'scripted', weightTypes: 'float32', memoryBudgetBytes: null },
    },
    clock: clock ?? (() => new Date()),
    log: quiet,
  };
  return {
    ...{ deps, store, model: registered.model, checkpointDir: config.checkpointDir, databaseUrl: database.url },
    other: (worker, otherCompute) => ({ ...deps, worker, compute: otherCompute }),
    async request(index, method = null, more = {}) {
      const outcome = await store.createRequest({
        ...{ tenant: TENANT, external_id: null, ground: null, model_ids: null, method, actor: 'test' },
        subjects: [subjectKeys.keyFor(TENANT, email('train', index))],
        submitted_at: new Date().toISOString(),
        ...more,
      });
      if (outcome.status !== 'created') throw new Error(outcome.status);
      return outcome.request.id;
    },
    async close() {
      await doorbell.close();
      await store.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

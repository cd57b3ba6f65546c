// An installation in a temporary place with one tiny registered model, for tests that start real workers on it.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Value } from 'typebox/value';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import type { TrainingRecord, UploadedAnswer } from '../../src/domain/record.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import type { CheckpointFiles, Store, SubjectKeys } from '../../src/runs/ports.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from './postgres.ts';
import { briefModel, STEADY_BRIEF_PEOPLE } from './quick-model.ts';

const TENANT = 'default';
/** The one method whose outcome does not hang on a seed of the run, so that a test never meets an unlucky one. */
const RETRAIN = { name: 'retrain', params: {} };

export interface TinyInstallation {
  tenant: string;
  databaseUrl: string;
  /** Environment of a process that works on this installation. */
  env: Record<string, string>;
  store: Store;
  checkpoints: CheckpointFiles;
  modelId: string;
  /** Stores a deletion request for the next person, without ringing. Returns its id. */
  request(): Promise<string>;
  workFolders(): Promise<string[]>;
  close(): Promise<void>;
}

/** Puts a corpus into file and index, as an upload does. */
async function addCorpus(
  at: { store: Store; keys: SubjectKeys; config: Config },
  name: string,
  records: UploadedAnswer[],
): Promise<string> {
  const made = await at.store.createCorpus(TENANT, name, 'test');
  if (made.status !== 'created') throw new Error(made.status);
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (const { id, prompt, answer } of records) yield { id, prompt, answer };
  }
  const { digest, commit } = await createCorpusFiles(at.config.corpusDir).append(made.corpus.id, texts());
  await commit();
  async function* index() {
    for (const [ordinal, { id, subjects = [] }] of records.entries()) {
      yield { ordinal, record_id: id, subjects: subjects.map((one) => at.keys.keyFor(TENANT, one)) };
    }
  }
  await at.store.addRecords(TENANT, made.corpus.id, index(), digest, 'test');
  return made.corpus.id;
}

export async function openTinyInstallation(): Promise<TinyInstallation> {
  const model = await briefModel();
  const dir = await mkdtemp(join(tmpdir(), 'expunge-tiny-'));
  const database = await createTestDatabase({ migrated: true });
  const env = { DATA_DIR: dir, DATABASE_URL: database.url, IMPORT_DIR: dirname(model.dir), COMPUTE_THREADS: '1' };
  const config = readConfig(env);
  const store = createStore({ url: database.url });
  await store.migrate();
  const keys = await createSubjectKeys(config);
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  const at = { store, keys, config };
  const corpora = [
    { corpus_id: await addCorpus(at, 'train', model.train), role: 'train' as const },
    { corpus_id: await addCorpus(at, 'holdout', model.holdout), role: 'holdout' as const },
  ];
  const { folder } = await checkpoints.importFrom(model.dir);
  const { architecture, parameters, has_recipe } = await checkpoints.inspect(folder);
  const checkpoint = await checkpoints.adopt(folder, { architecture, parent: null, run_id: null });
  const about = { name: 'tiny', architecture, parameters, has_recipe, warnings: [], corpora, checkpoint };
  const made = await store.createModel(TENANT, about, 'test');
  if (made.status !== 'created') throw new Error(made.status);
  // these runs are about processes: attacks on the weights, which judge nothing, would only lengthen them, and which half of the few
  // strangers a verdict is held against hangs on the model's random id
  const policy = Value.Default(VerificationPolicy, { robustness: [], memory_margin: 0.25 }) as VerificationPolicy;
  await store.choosePolicy(TENANT, null, policy, 'test');
  const people = [...new Set(model.train.map((record) => record.subjects?.find((one) => one.type === 'email')?.value))];
  let next = 0;

  return {
    ...{ tenant: TENANT, databaseUrl: database.url, env, store, checkpoints, modelId: made.model.id },
    async request() {
      const outcome = await store.createRequest({
        ...{ tenant: TENANT, external_id: null, ground: null, model_ids: null, method: RETRAIN, actor: 'test' },
        subjects: [keys.keyFor(TENANT, { type: 'email', value: people[STEADY_BRIEF_PEOPLE[next++]!]! })],
        submitted_at: new Date().toISOString(),
      });
      if (outcome.status !== 'created') throw new Error(outcome.status);
      return outcome.request.id;
    },
    workFolders: () => readdir(join(config.checkpointDir, 'work')).catch(() => []),
    async close() {
      await store.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

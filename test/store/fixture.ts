// A small world for the store's tests: a database, people who do not exist, corpora, models and requests.
import pg from 'pg';
import type { RunProgress } from '../../src/domain/resources.ts';
import type { VerificationReport } from '../../src/domain/verification.ts';
import type {
  Act,
  Claim,
  ClaimOptions,
  CreateRequest,
  Deed,
  NewCheckpoint,
  Publication,
  Store,
  SubjectKey,
} from '../../src/runs/ports.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

export const TENANT = 'default';
export const LEASE = { lease_ms: 15_000, max_restarts: 2 };

export const digest = (n: number | string): string => `sha256:${String(n).padStart(64, '0')}`;
export const subject = (key: string, type = 'email'): SubjectKey => ({
  key,
  type,
  key_version: 1,
  normaliser_version: 1,
});

export const checkpoint = (n: number, parent: string | null = null, run_id: string | null = null): NewCheckpoint => ({
  digest: digest(n),
  parent_digest: parent,
  run_id,
  manifest: { version: 1, architecture: 'gpt2', parent, run_id, files: [] },
  bytes: 100 + n,
});

export const report = (verdict: VerificationReport['verdict'] = 'passed'): VerificationReport => ({
  verdict,
  reason: 'All findings are within their thresholds.',
  policy: { version: 1, memory_margin: 0.05, membership_alpha: 0.05, utility_min_ratio: 0.95 },
  people: { forget: 1, holdout: 2 },
  records: { forget: 2, retain: 4, holdout: 2 },
  findings: [],
  seconds: 1.5,
  verifier_version: '1.0.0',
});

export const progress = (step: number): RunProgress => ({
  phase: 'unlearning',
  step,
  steps: 100,
  forget_loss: 0.5 + step,
  retain_loss: 0.1,
  forget_target: 3.2,
  seconds_left: 10,
  updated_at: '2026-01-01T00:00:00.000Z',
});

/** Lines of an upload: each entry lists the keys that the line names; `type:key` gives a type other than email. */
export async function* lines(people: string[][], first = 0) {
  for (const [i, keys] of people.entries()) {
    const subjects = keys.map((name) => {
      const [type, key] = name.includes(':') ? name.split(':') : ['email', name];
      return subject(key!, type);
    });
    yield { ordinal: first + i, record_id: `r${first + i}`, subjects };
  }
}

let names = 0;
const fresh = (prefix: string) => `${prefix}-${++names}`;

/** Opens a store on a database of its own. */
export async function openWorld(clock?: () => Date, onOutbox?: (ids: string[]) => void) {
  const database = await createTestDatabase({ migrated: true });
  const store = createStore({ url: database.url, max: 8, clock, onOutbox });
  await store.migrate();
  return {
    store,
    url: database.url,
    /** Brings about what takes an accident otherwise; returns how many rows it was about. */
    async sql(text: string) {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      const { rowCount } = await client.query(text).finally(() => client.end());
      return rowCount;
    },
    async close() {
      await store.close();
      await database.drop();
    },
    corpus: (people: string[][], tenant = TENANT) => makeCorpus(store, people, tenant),
    model: (train: string[], holdout: string[] = [], tenant = TENANT, first = 1, world: string[] = []) =>
      makeModel(store, { train, holdout, tenant, first, world }),
    request: (keys: string[], more: Partial<CreateRequest> = {}) => store.createRequest(wish(keys, more)),
    /** What somebody asks of a request. */
    act: (id: string, deed: Deed | 'verify' | 'hold' | 'release' | 'cancel' | 'retry', more: Partial<Act> = {}) =>
      store.actOnRequest({
        ...{ tenant: TENANT, id, actor: 'tester', reason: null },
        ...{ deed: typeof deed === 'string' ? { action: deed } : deed, ...more },
      }),
    claim: (modelId: string, worker = 'worker-a', options: ClaimOptions = LEASE) =>
      mustClaim(store, modelId, worker, options),
  };
}
export type World = Awaited<ReturnType<typeof openWorld>>;

export const wish = (keys: string[], more: Partial<CreateRequest> = {}): CreateRequest => ({
  tenant: TENANT,
  external_id: null,
  ground: 'consent_withdrawn',
  subjects: keys.map((key) => subject(key)),
  model_ids: null,
  method: null,
  submitted_at: '2026-01-31T10:00:00.000Z',
  actor: 'tester',
  ...more,
});

async function makeCorpus(store: Store, people: string[][], tenant: string): Promise<string> {
  const made = await store.createCorpus(tenant, fresh('corpus'), 'tester');
  if (made.status !== 'created') throw new Error(made.status);
  if (people.length > 0) {
    const added = await store.addRecords(tenant, made.corpus.id, lines(people), digest('c'), 'tester');
    if (added.status !== 'added') throw new Error(added.status);
  }
  return made.corpus.id;
}

async function makeModel(
  store: Store,
  of: { train: string[]; holdout: string[]; tenant: string; first: number; world: string[] },
): Promise<string> {
  const corpora = [
    ...of.train.map((corpus_id) => ({ corpus_id, role: 'train' as const })),
    ...of.holdout.map((corpus_id) => ({ corpus_id, role: 'holdout' as const })),
    ...of.world.map((corpus_id) => ({ corpus_id, role: 'world' as const })),
  ];
  const made = await store.createModel(
    of.tenant,
    {
      name: fresh('model'),
      architecture: 'gpt2',
      parameters: 3_000_000_000,
      corpora,
      has_recipe: true,
      warnings: ['small'],
      checkpoint: checkpoint(of.first),
    },
    'tester',
  );
  if (made.status !== 'created') throw new Error(made.status);
  return made.model.id;
}

async function mustClaim(store: Store, modelId: string, worker: string, options: ClaimOptions): Promise<Claim> {
  const outcome = await store.claim(modelId, worker, options);
  if (outcome.status !== 'claimed') throw new Error(`claim: ${outcome.status}`);
  return outcome.claim;
}

export const publication = (claim: Claim, n: number, more: Partial<Publication> = {}): Publication => ({
  run_id: claim.run.id,
  fence: claim.fence,
  checkpoint: checkpoint(n, claim.run.parent, claim.run.id),
  report: report(),
  parent_retention_ms: 3_600_000,
  actor: 'worker-a',
  ...more,
});

/** Takes a claimed run to `verifying`, as a worker does. */
export async function toVerifying(store: Store, claim: Claim): Promise<void> {
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  await store.moveRun(claim, 'verifying', { targets: 'verifying', candidate: digest(99) }, 'worker-a');
}

export async function publishRun(store: Store, claim: Claim, n: number): Promise<void> {
  await toVerifying(store, claim);
  const outcome = await store.publish(claim, publication(claim, n));
  if (outcome.status !== 'published') throw new Error(`publish: ${outcome.status}`);
}

export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('nothing there');
  return value;
}

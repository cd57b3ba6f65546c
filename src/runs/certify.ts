// Certificates for what is done and has none yet. Safe to repeat: the first certificate of a target counts.
import { v7 as uuid } from 'uuid';
import type { RemovedBefore } from '../domain/removed-before.ts';
import type { Attempt, DeletionRequest, Model, Run, Target } from '../domain/resources.ts';
import type { VerificationReport } from '../domain/verification.ts';
import { baseSaw } from './base.ts';
import type { RunDeps } from './deps.ts';
import type { Store } from './ports.ts';

/** Everything that a statement may be built from; see evidence/statement.ts. */
export interface CertificateFacts {
  request: DeletionRequest;
  /** Null, like `run`, for a certificate of a search that found nothing. */
  target: Target | null;
  run: Run | null;
  model: Model | null;
  /** The attempt whose candidate was published. */
  attempt: Attempt | null;
  report: VerificationReport | null;
  parentDigest: string | null;
  checkpointDigest: string | null;
  /** SHA-256 over the sorted subject keys of the request, with or without `sha256:`; null where it names records alone. */
  subjectDigest: string | null;
  ledger: { seq: number; hash: string } | null;
  softwareVersion: string;
  issuedAt: string;
  certificateId: string;
  /** What was searched; needed for a certificate of a search. */
  search: {
    models: { id: string; name: string }[];
    corpora: number;
    /** Of these, those that name people under a subject key that was destroyed. */
    unlinkable: number;
    /** What matched there and earlier runs had removed; null: nothing. */
    removed_before: RemovedBefore | null;
  } | null;
  /** When the parent checkpoint is deleted; null: not known when the certificate was issued. */
  parentDeleteAfter: string | null;
  /** Backend that computed the attempt, for example `onnxruntime/cpu`. */
  backend: string | null;
  /** The recipe starts from a checkpoint that was itself trained on records of the person, as far as is registered here. */
  baseSawPerson: boolean;
}

type Uncertified = Awaited<ReturnType<Store['uncertified']>>[number];
type CertifyDeps = Pick<
  RunDeps,
  'store' | 'checkpoints' | 'signer' | 'buildStatement' | 'softwareVersion' | 'worker' | 'clock' | 'log'
>;

/** That one chore of the sweep issues: the others of the sweep wait for it. */
const AT_ONCE = 200;

/**
 * Issues every missing certificate, or those of one run. One that cannot be issued is logged and does not hold up the
 * others.
 */
export async function certifyUncertified(deps: CertifyDeps, runId?: string): Promise<number> {
  return issue(deps, await deps.store.uncertified(runId === undefined ? {} : { run_id: runId }));
}

async function issue(deps: CertifyDeps, items: readonly Uncertified[]): Promise<number> {
  let issued = 0;
  for (const item of items) {
    try {
      await certify(deps, item);
      issued++;
    } catch (error) {
      deps.log.error(
        { request_id: item.request_id, target_id: item.target_id, err: error },
        'No certificate was issued',
      );
    }
  }
  return issued;
}

/** Where the sweep of a store has got to; it begins again at the end, so that what cannot be issued keeps no other waiting. */
const reached = new WeakMap<Store, string>();

/** Some of the missing certificates, those after the last; the next call goes on. Returns how many were issued. */
export async function certifySome(deps: CertifyDeps, most = AT_ONCE): Promise<number> {
  const after = reached.get(deps.store);
  const items = await deps.store.uncertified({ limit: most, ...(after === undefined ? {} : { after }) });
  // targets of a request that the end of a page cuts off come with the next round
  if (items.length < most) reached.delete(deps.store);
  else reached.set(deps.store, items.at(-1)!.request_id);
  return issue(deps, items);
}

/** Of the key that did sign: it may have been rotated a moment ago. */
const kidOf = (jws: string): string =>
  (JSON.parse(Buffer.from(jws.split('.', 1)[0]!, 'base64url').toString('utf8')) as { kid: string }).kid;

async function certify(deps: CertifyDeps, item: Uncertified): Promise<void> {
  const { store, signer } = deps;
  const id = uuid();
  const { tenant, request_id, target_id, run_id } = item;
  const request = await store.getRequest(tenant, request_id);
  if (!request) throw new Error(`request ${request_id} is gone`);
  const target = request.targets.find((one) => one.id === target_id) ?? null;
  const facts =
    run_id === null
      ? await searchFacts(store, tenant, request_id, target)
      : await runFacts(deps, tenant, { run_id, request_id });
  const issuedAt = deps.clock().toISOString();
  const all = {
    ...facts,
    request,
    target,
    subjectDigest: await store.subjectDigest(tenant, request_id),
    softwareVersion: deps.softwareVersion,
    issuedAt,
    certificateId: id,
  };
  // evidence that carries no certificate is refused here: every sweep tries again, and must not lengthen the chain
  deps.buildStatement({ ...all, ledger: null });
  // the entry commits the chain to everything before it, the publication included
  const about = { certificate_id: id, request_id, target_id, run_id };
  const { seq, hash } = await store.appendLedger(tenant, 'certificate.prepared', deps.worker, about);
  const jws = await signer.sign(deps.buildStatement({ ...all, ledger: { seq, hash } }));
  await store.saveCertificate(tenant, {
    id,
    request_id,
    target_id,
    run_id,
    kid: kidOf(jws),
    jws,
    created_at: issuedAt,
  });
}

type Evidence = Omit<
  CertificateFacts,
  'request' | 'target' | 'subjectDigest' | 'ledger' | 'softwareVersion' | 'issuedAt' | 'certificateId'
>;

type Seeing = Pick<CertifyDeps, 'store' | 'checkpoints'>;

async function runFacts(
  deps: Seeing,
  tenant: string,
  { run_id, request_id }: { run_id: string; request_id: string },
): Promise<Evidence> {
  const { store } = deps;
  const run = await store.getRun(tenant, run_id);
  if (!run) throw new Error(`run ${run_id} is gone`);
  const attempt = run.attempts.findLast((one) => one.candidate === run.candidate && one.verdict === 'passed') ?? null;
  const checkpoints = await store.listCheckpoints(tenant, run.model_id);
  return {
    run,
    attempt,
    model: await store.getModel(tenant, run.model_id),
    report: await store.getVerification(tenant, run_id),
    parentDigest: run.parent,
    checkpointDigest: run.candidate,
    search: null,
    parentDeleteAfter: checkpoints.find((one) => one.digest === run.parent)?.delete_after ?? null,
    backend: attempt?.backend ?? null,
    baseSawPerson: run.candidate !== null && (await baseSaw(deps, tenant, { requests: [request_id] }, run.candidate)),
  };
}

/** Throws where nothing is left that could have been searched: nobody may sign that nothing was found there. */
async function searched(store: Store, tenant: string, { model_id }: Target): Promise<Model> {
  const model = await store.getModel(tenant, model_id);
  if (model === null) throw new Error(`model ${model_id} was deleted before its search was certified`);
  return model;
}

/** What was searched: the target's model, or every model when the request matched none. */
async function searchFacts(store: Store, tenant: string, requestId: string, target: Target | null): Promise<Evidence> {
  const known = target ? [await searched(store, tenant, target)] : await allModels(store, tenant);
  const train = known.flatMap((model) => model.corpora.filter((corpus) => corpus.role === 'train'));
  const corpora = [...new Set(train.map((corpus) => corpus.corpus_id))];
  return {
    ...{ run: null, model: null, attempt: null, report: null, parentDigest: null, checkpointDigest: null },
    ...{ parentDeleteAfter: null, backend: null, baseSawPerson: false },
    search: {
      models: known.map(({ id, name }) => ({ id, name })),
      corpora: corpora.length,
      unlinkable: await store.unlinkableCorpora(tenant, corpora),
      removed_before: await store.removedBefore(
        tenant,
        requestId,
        known.map(({ id }) => id),
      ),
    },
  };
}

async function allModels(store: Store, tenant: string): Promise<Model[]> {
  const models: Model[] = [];
  let after: { created_at: string; id: string } | undefined;
  do {
    const page = await store.listModels(tenant, { limit: 100, ...(after ? { after } : {}) });
    models.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return models;
}

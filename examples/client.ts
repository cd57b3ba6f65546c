// What the demo, the benchmarks and the end-to-end tests ask of the service beside what the client does: whole errands.
import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createExpungeClient,
  type ExpungeClient,
  hasEnded,
  type OnSuppressed,
  ok,
  poller,
  type Schemas,
} from '../src/client/index.ts';

export { ok, ProblemError } from '../src/client/index.ts';

type DeletionRequest = Schemas['DeletionRequest'];
type Model = Schemas['Model'];
type Run = Schemas['Run'];
export type ModelCorpora = { corpus_id: string; role: 'train' | 'holdout' }[];

const POLL_MS = 250;
/** Looks for a certificate, which follows the end of a request within moments, before its absence is taken as final. */
const CERTIFICATE_LOOKS = 240;
/** Most prompts of one question. */
const PROMPTS = 64;

export interface Client extends ExpungeClient {
  /** Creates a corpus and streams a file of records into it. `onSuppressed`: what becomes of records that name somebody deleted. */
  uploadCorpus(name: string, file: string, onSuppressed?: OnSuppressed): Promise<string>;
  registerModel(name: string, path: string, corpora: ModelCorpora): Promise<Model>;
  model(id: string): Promise<Model>;
  run(id: string): Promise<Run>;
  verification(runId: string): Promise<Schemas['VerificationReport']>;
  /** The public keys that certificates are checked with. */
  keySet(): Promise<{ keys: Record<string, unknown>[] }>;
  /** Greedy answers of the active checkpoint. */
  ask(modelId: string, prompts: string[], maxNewTokens: number): Promise<string[]>;
  /** Polls until the request has ended and its certificate is there; `seen` hears of every look, with the run once there is one. */
  follow(requestId: string, seen?: (request: DeletionRequest, run: Run | null) => void): Promise<DeletionRequest>;
}

/** A client of the service at `baseUrl`, which asks nobody who they are. */
export function createClient(baseUrl: string): Client {
  const expunge = createExpungeClient({ baseUrl });
  const { api } = expunge;
  return {
    ...expunge,
    async uploadCorpus(name, file, onSuppressed) {
      const corpus = await ok(api.POST('/v1/corpora', { body: { name } }));
      await expunge.uploadRecords(corpus.id, await openAsBlob(file), onSuppressed);
      return corpus.id;
    },
    registerModel: (name, path, corpora) => ok(api.POST('/v1/models', { body: { name, path, corpora } })),
    model: (id) => ok(api.GET('/v1/models/{id}', { params: { path: { id } } })),
    run: (id) => ok(api.GET('/v1/runs/{id}', { params: { path: { id } } })),
    verification: (id) => ok(api.GET('/v1/runs/{id}/verification', { params: { path: { id } } })),
    keySet: () => ok(api.GET('/.well-known/jwks.json')),
    async ask(id, prompts, max_new_tokens) {
      const answers: string[] = [];
      for (let from = 0; from < prompts.length; from += PROMPTS) {
        const body = { prompts: prompts.slice(from, from + PROMPTS), max_new_tokens };
        const asked = await ok(api.POST('/v1/models/{id}/completions', { params: { path: { id } }, body }));
        answers.push(...(await readAnswers(expunge, asked.id)));
      }
      return answers;
    },
    follow: (id, seen) => follow(expunge, id, seen),
  };
}

async function follow(
  { api }: ExpungeClient,
  id: string,
  seen?: (request: DeletionRequest, run: Run | null) => void,
): Promise<DeletionRequest> {
  const look = poller((headers) => api.GET('/v1/deletion-requests/{id}', { params: { path: { id } }, headers }));
  const runs = new Map<string, () => Promise<{ data: Run }>>();
  const lookAtRun = (run: string) => {
    const poll =
      runs.get(run) ?? poller((headers) => api.GET('/v1/runs/{id}', { params: { path: { id: run } }, headers }));
    runs.set(run, poll);
    return poll();
  };
  for (let looks = 0; ; ) {
    const { data: request } = await look();
    const run = request.targets.find((target) => target.run_id !== null)?.run_id ?? null;
    seen?.(request, run === null ? null : (await lookAtRun(run)).data);
    const certified = !request.state.includes('completed') || request.certificate_ids.length > 0;
    if (hasEnded(request) && (certified || looks++ >= CERTIFICATE_LOOKS)) return request;
    await sleep(POLL_MS);
  }
}

async function readAnswers({ api }: ExpungeClient, id: string): Promise<string[]> {
  for (;;) {
    const { state, answers, error } = await ok(api.GET('/v1/completions/{id}', { params: { path: { id } } }));
    if (state === 'answered' && answers) return answers;
    if (state === 'failed') throw new Error(`the model did not answer: ${error}`);
    await sleep(POLL_MS);
  }
}

// A small client of /v1: what the demo, the benchmarks and the end-to-end tests talk to the service with.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeletionRequest, Model, Run } from '../src/domain/resources.ts';
import type { VerificationReport } from '../src/domain/verification.ts';

const FINAL = new Set(['completed', 'completed_no_data', 'partially_completed', 'cancelled', 'failed', 'needs_review']);
const POLL_MS = 250;
/** Looks for a certificate, which follows the end of a request within moments, before its absence is taken as final. */
const CERTIFICATE_LOOKS = 240;

/** A problem document that the service answered. */
export class ProblemError extends Error {
  readonly problem: Record<string, unknown>;
  constructor(problem: Record<string, unknown>) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  /** The compact JWS of a certificate. */
  jws(certificateId: string): Promise<string>;
  /** Creates a corpus and streams a file of records into it. */
  /** `onSuppressed`: what becomes of records that name somebody who was deleted. */
  uploadCorpus(name: string, file: string, onSuppressed?: 'refuse' | 'skip' | 'keep'): Promise<string>;
  registerModel(name: string, path: string, corpora: { corpus_id: string; role: string }[]): Promise<Model>;
  /** Greedy answers of the active checkpoint. */
  ask(modelId: string, prompts: string[], maxNewTokens: number): Promise<string[]>;
  /** Polls until the request is final and its certificate is there; `seen` hears of every look, with the run once there is one. */
  follow(requestId: string, seen?: (request: DeletionRequest, run: Run | null) => void): Promise<DeletionRequest>;
  verification(runId: string): Promise<VerificationReport>;
}

async function answer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  throw new ProblemError((await response.json()) as Record<string, unknown>);
}

/** A client of the service at `base`, a URL without a slash at the end. */
export function createClient(base: string): Client {
  const get = async <T>(path: string): Promise<T> => answer<T>(await fetch(base + path));
  const send =
    (method: 'POST' | 'PUT') =>
    async <T>(path: string, body: unknown): Promise<T> =>
      answer<T>(
        await fetch(base + path, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
  const post = send('POST');
  return {
    get,
    post,
    put: send('PUT'),
    async jws(id) {
      const response = await fetch(`${base}/v1/certificates/${id}`, { headers: { accept: 'application/jose' } });
      if (!response.ok) return answer<string>(response);
      return response.text();
    },
    async uploadCorpus(name, file, onSuppressed = 'refuse') {
      const corpus = await post<{ id: string }>('/v1/corpora', { name });
      const response = await fetch(`${base}/v1/corpora/${corpus.id}/records?on_suppressed=${onSuppressed}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: Readable.toWeb(createReadStream(file)) as unknown as ReadableStream,
        duplex: 'half',
      });
      await answer(response);
      return corpus.id;
    },
    registerModel: (name, path, corpora) => post<Model>('/v1/models', { name, path, corpora }),
    async ask(modelId, prompts, max_new_tokens) {
      const answers: string[] = [];
      // 64 prompts a question
      for (let from = 0; from < prompts.length; from += 64) {
        const part = prompts.slice(from, from + 64);
        const { id } = await post<{ id: string }>(`/v1/models/${modelId}/completions`, {
          prompts: part,
          max_new_tokens,
        });
        answers.push(...(await readAnswers(() => get(`/v1/completions/${id}`))));
      }
      return answers;
    },
    async follow(requestId, seen) {
      for (let looks = 0; ; ) {
        const request = await get<DeletionRequest>(`/v1/deletion-requests/${requestId}`);
        const runId = request.targets.find((target) => target.run_id !== null)?.run_id ?? null;
        seen?.(request, runId === null ? null : await get<Run>(`/v1/runs/${runId}`));
        const certified = !request.state.includes('completed') || request.certificate_ids.length > 0;
        if (FINAL.has(request.state) && (certified || looks++ >= CERTIFICATE_LOOKS)) return request;
        await sleep(POLL_MS);
      }
    },
    verification: (runId) => get<VerificationReport>(`/v1/runs/${runId}/verification`),
  };
}

async function readAnswers(
  look: () => Promise<{ state: string; answers?: string[]; error?: string }>,
): Promise<string[]> {
  for (;;) {
    const { state, answers, error } = await look();
    if (state === 'answered' && answers) return answers;
    if (state === 'failed') throw new Error(`the model did not answer: ${error}`);
    await sleep(POLL_MS);
  }
}

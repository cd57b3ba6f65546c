// Deletion requests: made, made in bulk, and waited for.
import type { operations } from '../../openapi/types.ts';
import { poller } from './changes.ts';
import { type Lines, linesOf } from './ndjson.ts';
import { ok } from './problem.ts';
import type { Api, Schemas } from './transport.ts';

type DeletionRequest = Schemas['DeletionRequest'];
type Body = operations['createDeletionRequest']['requestBody']['content']['application/json'];
/** What POST /v1/deletion-requests takes, but for `validate_only`: that is `planRequest`. */
export type NewRequest = Omit<Body, 'validate_only'>;
/** What became of each line of a batch. */
export type BatchOutcome = operations['createDeletionRequests']['responses'][200]['content']['application/json'];

/** States in which nothing goes on by itself any more. Some still take `retry`, or a rollback of their run. */
const ENDED: ReadonlySet<string> = new Set<DeletionRequest['state']>([
  ...(['completed', 'completed_no_data', 'partially_completed'] as const),
  ...(['denied', 'cancelled', 'failed', 'needs_review'] as const),
]);
/** Seconds that the service may keep a call waiting: the most it does. */
const LONG_POLL = 30;
/** Between two looks at a service that does not wait, or answers at once for another reason. */
const PAUSE_MS = 1000;

export const hasEnded = ({ state }: Pick<DeletionRequest, 'state'>): boolean => ENDED.has(state);

export interface WaitOptions {
  /** When waiting is over; left out: when the request has ended. */
  until?: (request: DeletionRequest) => boolean;
  /** Hears of the request as it is now, and of each change. */
  onChange?: (request: DeletionRequest) => void;
  signal?: AbortSignal;
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });

/**
 * Waits for a request by long polls (`Prefer: wait` with the entity tag), one call for each change. Rejects with ProblemError, and
 * with the signal's reason.
 */
export async function waitForRequest(api: Api, id: string, options: WaitOptions = {}): Promise<DeletionRequest> {
  const { until = hasEnded, onChange, signal } = options;
  const look = poller((headers) =>
    api.GET('/v1/deletion-requests/{id}', { params: { path: { id } }, headers, signal: signal ?? null }),
  );
  for (let first = true; ; first = false) {
    const asked = performance.now();
    const { data, changed } = await look(first ? {} : { prefer: `wait=${LONG_POLL}` });
    if (changed) onChange?.(data);
    if (until(data)) return data;
    // a proxy may have cut the wait out, or a cache may answer
    if (!first && !changed && performance.now() - asked < PAUSE_MS) await pause(PAUSE_MS, signal);
  }
}

/**
 * Asks for a person or records to be removed. Sent with an Idempotency-Key, a new one where none is given: with the same key the
 * same call is done once, however often it is sent.
 */
export async function createRequest(
  api: Api,
  body: NewRequest,
  idempotencyKey: string = crypto.randomUUID(),
): Promise<DeletionRequest> {
  const header = { 'idempotency-key': `"${idempotencyKey}"` };
  return (await ok(api.POST('/v1/deletion-requests', { params: { header }, body }))) as DeletionRequest;
}

/** What would become of a request: every check and the plan. Nothing is stored. */
export async function planRequest(api: Api, body: NewRequest): Promise<Schemas['DeletionPlan']> {
  const asked = { ...body, validate_only: true };
  return (await ok(api.POST('/v1/deletion-requests', { body: asked }))) as Schemas['DeletionPlan'];
}

/**
 * At most 10,000 requests in one call; each is taken in or refused by itself. Sent with an Idempotency-Key, a new one where none is
 * given: with the same key the same lines are answered as before, also where the first call broke off half way.
 */
export function createRequests(
  api: Api,
  requests: Lines<Omit<NewRequest, 'group_id'>>,
  groupId?: string,
  idempotencyKey: string = crypto.randomUUID(),
): Promise<BatchOutcome> {
  const header = { 'idempotency-key': `"${idempotencyKey}"` };
  const params = { header, ...(groupId === undefined ? {} : { query: { group_id: groupId } }) };
  return ok(api.POST('/v1/deletion-requests:batch', { params, body: requests, ...linesOf(requests) }));
}

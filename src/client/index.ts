// The client of /v1, published as `expunge/client`: calls typed by the OpenAPI document, and what is more than one call.
import type { operations } from '../../openapi/types.ts';
import { type Lines, linesOf } from './ndjson.ts';
import { ok } from './problem.ts';
import {
  type BatchOutcome,
  createRequest,
  createRequests,
  type NewRequest,
  planRequest,
  type WaitOptions,
  waitForRequest,
} from './requests.ts';
import { type Api, type ClientOptions, createApi, type Schemas } from './transport.ts';

export type { components, operations, paths } from '../../openapi/types.ts';
export { type Look, poller, type Seen } from './changes.ts';
export { ok, type Problem, type ProblemCode, ProblemError } from './problem.ts';
export { hasEnded } from './requests.ts';
export type { Api, BatchOutcome, ClientOptions, Lines, NewRequest, Schemas, WaitOptions };

/** A training record, as a line of an upload. */
type UploadedRecord = Schemas['UploadedRecord'];

export type Certificate = operations['getCertificate']['responses'][200]['content']['application/json'];

/** What to do with records that name somebody who was deleted. */
export type OnSuppressed = 'refuse' | 'skip' | 'keep';

export interface ExpungeClient {
  /** Every call of the document; resolves with `{ data, error, response }`. `ok` makes data of it, or throws. */
  api: Api;
  /** Asks for a person or records to be removed; sent with an Idempotency-Key. */
  createRequest(body: NewRequest, idempotencyKey?: string): Promise<Schemas['DeletionRequest']>;
  /** What would become of it (`validate_only`). */
  planRequest(body: NewRequest): Promise<Schemas['DeletionPlan']>;
  /** Up to 10,000 requests in one call, with an outcome each. */
  createRequests(
    requests: Lines<Omit<NewRequest, 'group_id'>>,
    groupId?: string,
    idempotencyKey?: string,
  ): Promise<BatchOutcome>;
  /** Waits by long polls until the request has ended, or `until` is met. */
  waitForRequest(id: string, options?: WaitOptions): Promise<Schemas['DeletionRequest']>;
  /** Streams records into a corpus: values, or NDJSON that is there already (`await openAsBlob(file)`). */
  uploadRecords(
    corpusId: string,
    records: Lines<UploadedRecord>,
    onSuppressed?: OnSuppressed,
  ): Promise<Schemas['Corpus']>;
  /** A certificate, with the proof that the ledger holds it, which follows after some seconds. */
  certificate(id: string): Promise<Certificate>;
  /** Its compact JWS alone. */
  certificateJws(id: string): Promise<string>;
}

/** Every function rejects with ProblemError where the service refuses, and as `fetch` does where it cannot be reached. */
export function createExpungeClient(options: ClientOptions): ExpungeClient {
  const api = createApi(options);
  return {
    api,
    createRequest: (body, key) => createRequest(api, body, key),
    planRequest: (body) => planRequest(api, body),
    createRequests: (requests, groupId, idempotencyKey) => createRequests(api, requests, groupId, idempotencyKey),
    waitForRequest: (id, wait) => waitForRequest(api, id, wait),
    uploadRecords(id, records, on_suppressed = 'refuse') {
      const params = { path: { id }, query: { on_suppressed } };
      return ok(api.POST('/v1/corpora/{id}/records', { params, body: records, ...linesOf(records) }));
    },
    certificate: async (id) =>
      (await ok(api.GET('/v1/certificates/{id}', { params: { path: { id } } }))) as Certificate,
    async certificateJws(id) {
      const params = { path: { id } };
      const headers = { accept: 'application/jose' };
      return ok(api.GET('/v1/certificates/{id}', { params, headers, parseAs: 'text' }));
    },
  };
}

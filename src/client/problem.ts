// What a call that failed throws: the service's problem document (RFC 9457), typed.
import type { components } from '../../openapi/types.ts';

/** A problem document. `code` is stable; `title` and `detail` are for people. */
export type Problem = components['schemas']['Problem'];
/** Codes that this version of the document knows; a later service may answer others. */
export type ProblemCode = Problem['code'];

/** Where the answer is no problem document: a proxy's page, or the errors of `/v2`. */
const FOREIGN = 'no-problem-document';

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'title' in body && 'status' in body;

/** Seconds of a Retry-After header; null where there is none, or a date. */
function secondsOf(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null;
}

/** The service answered with a status of 400 or more. A service that cannot be reached is a TypeError of `fetch` instead. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** HTTP status. */
  readonly status: number;
  readonly code: ProblemCode | typeof FOREIGN;
  /** JSON Pointer (`#/subject/identifiers/0`) of the first field that is wrong; null where no field is. */
  readonly pointer: string | null;
  /** What to do about it; empty where the service did not say. */
  readonly remedy: string;
  /** Seconds after which the same call may be sent again. */
  readonly retryAfter: number | null;
  /** The whole document, with members of single problems (`existing`, `allowed`, `plan_digest`); null where there is none. */
  readonly problem: Problem | null;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : null;
    super(
      problem === null
        ? `The service answered ${response.status} without a problem document`
        : `${problem.status} ${problem.title}: ${problem.detail}`,
    );
    this.status = response.status;
    this.code = problem?.code ?? FOREIGN;
    this.pointer = problem?.errors?.[0]?.pointer ?? null;
    this.remedy = problem?.remedy ?? '';
    this.retryAfter = secondsOf(response.headers.get('retry-after'));
    this.problem = problem;
  }
}

/** What openapi-fetch resolves with. */
interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The data of a call: `await ok(api.GET('/v1/models'))`. Throws ProblemError for every status but 2xx. */
export async function ok<A extends Answer>(answer: Promise<A>): Promise<Exclude<A['data'], undefined>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ProblemError(response, error);
  return data as Exclude<A['data'], undefined>;
}

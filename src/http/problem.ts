// Problem details (RFC 9457): what every failed call answers.
import Type, { type Static } from 'typebox';
import { StringEnum } from '../domain/common.ts';
import { ExpungeError, type FieldError, PROBLEMS, type ProblemCode } from '../errors.ts';
import { describeValidation, type SchemaError } from './validation.ts';

export const PROBLEM_TYPE = 'application/problem+json';

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Relative reference to the explanation of this kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'For people; do not parse it' }),
    code: StringEnum(Object.keys(PROBLEMS) as ProblemCode[], 'Stable; more may be added'),
    remedy: Type.String({ description: 'What to do about it' }),
    instance: Type.String({ description: 'urn:uuid of this request, as in the X-Request-Id header and the log' }),
    errors: Type.Optional(
      Type.Array(Type.Object({ detail: Type.String(), pointer: Type.String({ description: 'JSON Pointer, #/...' }) })),
    ),
    state: Type.Optional(Type.String({ description: 'The present state, where that is what stands in the way' })),
    allowed: Type.Optional(Type.Array(Type.String(), { description: 'Actions that the request takes now' })),
    plan_digest: Type.Optional(Type.String({ description: 'Of the present plan' })),
    existing: Type.Optional(Type.String({ description: 'Link to the resource that stands in the way' })),
  },
  { additionalProperties: true },
);
export type Problem = Static<typeof Problem>;

const INTERNAL_DETAIL = 'The request could not be carried out; nothing about the cause is shown here.';

/** Codes of Node's sockets that mean a store cannot be reached. */
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'ENOENT']);
/** SQLSTATE: connection exceptions, shutdown and start-up of the server, too many connections. */
const SQL_UNAVAILABLE = /^(08...|57P0[1-3]|53300)$/;
/** pg and ioredis report some lost connections without a code. */
const LOST = /^(Connection terminated|timeout exceeded when trying to connect|Connection is closed|Stream isn't writ)/;

/** True when the cause is a store that does not answer, as far as error codes can tell. */
export function isUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 4) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code === 'string') {
    if (SQL_UNAVAILABLE.test(code)) return true;
    // ENOENT is a missing socket only when it comes from connect()
    if (SOCKET_CODES.has(code) && (code !== 'ENOENT' || syscall === 'connect')) return true;
  }
  if (LOST.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some((inner) => isUnavailable(inner, depth + 1))) return true;
  return isUnavailable(error.cause, depth + 1);
}

/** Fastify's own failures, by its codes. Their messages quote the request, so none is passed on. */
const FRAMEWORK: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'This resource does not take that Content-Type.'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported-media-type', 'The Content-Type header is empty.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'The body is empty though Content-Type says JSON.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed-json', 'The body cannot be parsed as JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed-json', 'The body’s length is not what Content-Length says.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'The body is over the limit of this resource.'],
  FST_ERR_BAD_URL: ['not-found', 'The path is not a valid URL path.'],
};

interface FrameworkError extends Error {
  code?: string;
  statusCode?: number;
  validation?: SchemaError[];
  validationContext?: string;
}

/** Turns anything thrown into an ExpungeError. What is not expected becomes `internal`, without its message. */
export function toExpungeError(error: unknown): ExpungeError {
  if (error instanceof ExpungeError) return error;
  const thrown = error as FrameworkError;
  if (Array.isArray(thrown?.validation))
    return describeValidation(thrown.validation, thrown.validationContext ?? 'body');
  const known = FRAMEWORK[thrown?.code ?? ''];
  if (known) return new ExpungeError(known[0], known[1], { cause: error });
  if (isUnavailable(error)) {
    return new ExpungeError('service-unavailable', 'The database or the queue cannot be reached.', { cause: error });
  }
  const status = thrown?.statusCode ?? 500;
  if (status === 404) return new ExpungeError('not-found', 'There is nothing at this path.', { cause: error });
  if (error instanceof SyntaxError && status === 400) {
    return new ExpungeError('malformed-json', 'The body cannot be parsed as JSON.', { cause: error });
  }
  if (status >= 400 && status < 500) {
    return new ExpungeError('validation-failed', 'The request cannot be understood.', { cause: error });
  }
  return new ExpungeError('internal', INTERNAL_DETAIL, { cause: error });
}

/** The 5xx that explain themselves: a store that is down or full. The rest may speak of the inside. */
const EXPLAINED = new Set<ProblemCode>(['service-unavailable', 'insufficient-storage', 'storage-not-writable']);

/** The document for an error; `requestId` is a UUID. */
export function problemOf(error: ExpungeError, requestId: string): Problem {
  const [status, title, remedy] = PROBLEMS[error.code];
  const silent = status >= 500 && !EXPLAINED.has(error.code);
  const detail = silent ? INTERNAL_DETAIL : error.message;
  const errors: FieldError[] = error.errors;
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail,
    code: error.code,
    remedy,
    instance: `urn:uuid:${requestId}`,
    ...(errors.length > 0 ? { errors } : {}),
    ...(silent ? {} : error.extra),
  };
}

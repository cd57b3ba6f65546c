// Absolute links, entity tags and polling headers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ExpungeError } from '../errors.ts';

/** Seconds between two polls of a resource that is still moving. */
export const POLL_SECONDS = 2;

const baseOf = (request: FastifyRequest): string => `${request.protocol}://${request.host || 'localhost'}`;

/** The last base that was looked at and is one: clients call one host again and again. */
let lastBase = '';

/** Throws `validation-failed` before anything is done, when no link could be built on the Host header. */
export function checkHost(request: FastifyRequest): void {
  const base = baseOf(request);
  if (base === lastBase) return;
  if (URL.canParse(base)) {
    lastBase = base;
    return;
  }
  throw new ExpungeError('validation-failed', 'The Host header does not name a host.');
}

/** Absolute URL on the host that the client used. */
export const absolute = (request: FastifyRequest, path: string): string => new URL(path, baseOf(request)).href;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim());
/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
const weak = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

/** Whether If-None-Match names the tag of this state. */
export const tagsMatch = (given: string, mark: string): boolean =>
  given.trim() === '*' || tagsOf(given).map(weak).includes(`"${mark}"`);

/** Sets the ETag; true when the client has this very state, and 304 is the answer. */
export function unchanged(request: FastifyRequest, reply: FastifyReply, version: string | number): boolean {
  reply.header('etag', `"${version}"`).header('cache-control', 'private, no-cache');
  const given = request.headers['if-none-match'];
  return given !== undefined && tagsMatch(given, String(version));
}

/** Throws `precondition-failed` when If-Match names another state; a weak tag never matches (RFC 9110, 13.1.1). */
export function checkIfMatch(request: FastifyRequest, version: string | number): void {
  const given = request.headers['if-match'];
  if (given === undefined || given.trim() === '*' || tagsOf(given).includes(`"${version}"`)) return;
  throw new ExpungeError('precondition-failed', 'If-Match names another state of this resource than the present one.');
}

/** For what replaces as a whole what somebody chose: throws `precondition-required` without If-Match. */
export function requireIfMatch(request: FastifyRequest): void {
  if (request.headers['if-match'] !== undefined) return;
  throw new ExpungeError(
    'precondition-required',
    'Somebody has chosen already, and without If-Match nobody knows whether the caller has seen that choice.',
  );
}

export const notFound = (what: string): ExpungeError =>
  new ExpungeError('not-found', `There is no ${what} with this id.`);

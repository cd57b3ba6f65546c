// Sends problem documents: for what handlers throw, for unknown paths, and for what never reaches a route.

import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuid } from 'uuid';
import { ExpungeError, PROBLEMS } from '../errors.ts';
import { PROBLEM_TYPE, problemOf, toExpungeError } from './problem.ts';
import type { App } from './types.ts';

/** Seconds a client waits before it asks again when a store is down. */
const RETRY_SECONDS = 5;

/** The error to answer with, noted in the log; says when to come back where a store is away. */
export function refused(request: FastifyRequest, reply: FastifyReply, thrown: unknown): ExpungeError {
  const error = brokeOff(request, thrown) ?? toExpungeError(thrown);
  const route = request.routeOptions?.url ?? 'unmatched';
  if (error.status >= 500) request.log.error({ route, code: error.code, err: thrown }, 'failed');
  else request.log.info({ route, code: error.code }, 'refused');
  if (error.code === 'service-unavailable') reply.header('retry-after', String(RETRY_SECONDS));
  return error;
}

/** The client's connection ended before its request did: told from a store's by its being the request's own error. */
function brokeOff(request: FastifyRequest, thrown: unknown): ExpungeError | null {
  if (!(thrown instanceof Error) || request.raw.errored !== thrown) return null;
  return new ExpungeError('validation-failed', 'The request broke off before its end; nothing was kept.', {
    cause: thrown,
  });
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = refused(request, reply, thrown);
  // a request that never reached a route had no hook to name it
  reply.header('x-request-id', request.id);
  // serialised here: the problem may carry members that no response schema lists
  return reply
    .code(error.status)
    .type(`${PROBLEM_TYPE}; charset=utf-8`)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(error, request.id));
}

/** In the URL of a route `::` is a colon, and `:name` a parameter. */
const toPattern = (url: string): RegExp => {
  const literal = url.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/::|:[a-zA-Z_]+/g, (part) => (part === '::' ? ':' : '[^/]+'))}$`);
};

/** Installs the error handler and the 404/405 handler. Call it before any route is added. */
export function installProblems(app: App): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ pattern: toPattern(url), methods: Array.isArray(method) ? method : [method] });
  });
  const unknown = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?', 1)[0]!;
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods));
    // what the router did not find under a method is not to be had by that method
    if (allowed.size === 0 || allowed.has(request.method)) {
      return sendProblem(request, reply, new ExpungeError('not-found', 'There is nothing at this path.'));
    }
    const allow = [...allowed].sort().join(', ');
    reply.header('allow', allow);
    return sendProblem(request, reply, new ExpungeError('method-not-allowed', `This resource takes ${allow}.`));
  };
  app.setErrorHandler((error: FastifyError, request, reply) =>
    // of QUERY Fastify wants a Content-Type before it says that no route takes it
    request.is404 && error.code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'
      ? unknown(request, reply)
      : sendProblem(request, reply, error),
  );
  app.setNotFoundHandler(unknown);
}

/** Answers what is not HTTP at all (Node's parser gave up), on the bare socket. */
export function onClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] = PROBLEMS['validation-failed'];
  // nothing of it reached the log, so the id names this answer alone
  const id = uuid();
  const body = JSON.stringify({
    type: '/problems/validation-failed',
    title,
    status,
    detail: 'The bytes on this connection are not a valid HTTP/1.1 request.',
    code: 'validation-failed',
    remedy: 'Check the request line, the headers (16 KiB at most) and the length of the body.',
    instance: `urn:uuid:${id}`,
  });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Request-Id: ${id}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

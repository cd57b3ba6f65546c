// Conditional requests (RFC 9110, 13): every GET under /v1 has an entity tag, answers 304 to whoever has that state, and what changes a
// resource can be held against the tag.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { KeyHeader } from './idempotency.ts';
import { checkIfMatch, tagsMatch } from './links.ts';
import { NotModified } from './schemas.ts';
import type { App } from './types.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** false: of answers that nobody may keep, or that are no representation of a state. */
    tagged?: boolean;
  }
}

interface Tagged {
  method: unknown;
  url: string;
  config?: { tagged?: boolean };
}
const isTagged = ({ method, url, config }: Tagged): boolean =>
  (method === 'GET' || method === 'HEAD') && url.startsWith('/v1/') && config?.tagged !== false;

/** Of a representation as it is sent. */
const markOf = (payload: string): string => createHash('sha256').update(payload).digest('base64url');

/** Without a length: that of a 304 would have to be that of the 200 (RFC 9110, 8.6), and clients wait for so many bytes. */
function nothing(reply: FastifyReply): '' | null {
  reply.removeHeader('content-type').removeHeader('content-length');
  // Fastify's own hook of HEAD takes no null; there nobody waits for a body
  return reply.request.method === 'HEAD' ? '' : null;
}

/** Of a route that honours If-Match. */
export const MatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description:
        'The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is',
    }),
  ),
});

/** And Idempotency-Key. */
export const MatchAndKeyHeader = Type.Object({ ...KeyHeader.properties, ...MatchHeader.properties });

/**
 * Holds If-Match against the present state, which GET would answer by `schema`. Call it under the lock of what is changed; throws
 * `precondition-failed`.
 */
export function checkPresent(request: FastifyRequest, reply: FastifyReply, schema: object, present: object): void {
  if (request.headers['if-match'] === undefined) return;
  const shown = reply.serializeInput(present as Record<string, unknown>, schema as Record<string, unknown>);
  checkIfMatch(request, markOf(shown as string));
}

/** What is sent: the payload, under its tag where it has none, or nothing to whoever has it. */
function tagged(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const { method, routeOptions } = request;
  if (reply.statusCode === 304) return nothing(reply);
  if (reply.statusCode !== 200 || typeof payload !== 'string' || reply.hasHeader('etag')) return payload;
  if (!isTagged({ method, url: routeOptions.url ?? '', config: routeOptions.config })) return payload;
  // a cursor is sealed anew each time; where it stands, what is on the page says
  const mark = markOf(payload.replace(/"next_cursor":"[^"]*"/, '"next_cursor":""'));
  reply.header('etag', `"${mark}"`);
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
  const none = request.headers['if-none-match'];
  if (none === undefined || !tagsMatch(none, mark)) return payload;
  return nothing(reply.code(304));
}

/**
 * Call it before any route is added. Routes of rows with a version answer by `unchanged` before they make the representation; all
 * others are tagged here, by the digest of what would be sent, which holds whatever the representation is made of.
 */
export function installConditional(app: App): void {
  app.addHook('onRoute', (route) => {
    if (!isTagged(route) || route.schema === undefined) return;
    const response = route.schema.response as Record<string, unknown> | undefined;
    if (response?.[200] === undefined) return;
    route.schema = { ...route.schema, response: { ...response, 304: NotModified } };
  });
  app.addHook('onSend', (request, reply, payload, done) => done(null, tagged(request, reply, payload)));
}

// Conditional reads (RFC 9110, 13): every GET under /v1 has an entity tag, and answers 304 to whoever has that state.
import { createHash } from 'node:crypto';
import { tagsMatch } from './links.ts';
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
export const markOf = (payload: string): string => createHash('sha256').update(payload).digest('base64url');

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
  app.addHook('onSend', async (request, reply, payload) => {
    const { method, routeOptions } = request;
    if (reply.statusCode !== 200 || typeof payload !== 'string' || reply.hasHeader('etag')) return payload;
    if (!isTagged({ method, url: routeOptions.url ?? '', config: routeOptions.config })) return payload;
    // a cursor is sealed anew each time; where it stands, what is on the page says
    const mark = markOf(payload.replace(/"next_cursor":"[^"]*"/, '"next_cursor":""'));
    reply.header('etag', `"${mark}"`);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    const none = request.headers['if-none-match'];
    if (none === undefined || !tagsMatch(none, mark)) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return '';
  });
}

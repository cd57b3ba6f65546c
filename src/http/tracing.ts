// A span of every call. By the pattern of its route: a path, a query, a header or an error's text may name a person.
import type { Span, Tracing } from '../runs/tracing-port.ts';
import type { App } from './types.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: nobody follows the call. */
    span: Span | null;
  }
}

/** Call it before any other hook: what hooks do is a part of the call. */
export function installTracing(app: App, tracing: Tracing | undefined): void {
  app.decorateRequest('span', null);
  if (!tracing?.on) return;
  app.addHook('onRequest', (request, reply, done) => {
    const { method } = request;
    const { url } = request.routeOptions;
    const { traceparent } = request.headers;
    const span = tracing.open(url === undefined ? method : `${method} ${url}`, {
      kind: 'server',
      parent: typeof traceparent === 'string' ? traceparent : null,
      attributes: {
        ...{ 'http.request.method': method, 'expunge.request_id': request.id },
        ...(url === undefined ? {} : { 'http.route': url }),
      },
    });
    request.span = span;
    // an answer that its client did not wait for ends here, too
    reply.raw.once('close', () => span.end());
    span.within(done);
  });
  // a body arrives in callbacks of its socket, which belong to no call
  app.addHook('preValidation', (request, _reply, done) => (request.span ? request.span.within(done) : done()));
  app.addHook('onResponse', (request, reply, done) => {
    const { span } = request;
    if (span === null) return done();
    span.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span.fail(String(reply.statusCode));
    span.end();
    span.within(done);
  });
}

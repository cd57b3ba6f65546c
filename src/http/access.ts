// Who may call what: every route names the scope that it takes, and nothing is open because somebody forgot to.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SCOPES, type Scope } from '../domain/scopes.ts';
import { ExpungeError } from '../errors.ts';
import type { Identify } from './identify.ts';
import type { App } from './types.ts';

/** Liveness, documentation, public keys: what holds nothing of anybody. */
type Access = Scope | 'everybody';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the credential of a call that goes on and on is still good for it. Rejects where nobody can be asked. */
    stillAdmitted(request: FastifyRequest): Promise<boolean>;
  }
  interface FastifyContextConfig {
    /** What a caller's credential has to allow. */
    scope: Access;
  }
}

/** Pages of Swagger UI, which its plugin adds. */
const isDocumentation = (url: string): boolean => url === '/docs' || url.startsWith('/docs/');

/** As RFC 6750, section 3, has it. */
const challenge = (parameters: Record<string, string>): string =>
  `Bearer ${Object.entries({ realm: 'expunge', ...parameters })
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`;

function refuseScope(reply: FastifyReply, scope: Scope): never {
  reply.header('www-authenticate', challenge({ error: 'insufficient_scope', scope }));
  throw new ExpungeError('insufficient-scope', `This call takes the scope ${scope} (${SCOPES[scope].toLowerCase()}).`);
}

/** Sets who asks; throws `unauthenticated`, `insufficient-scope`. */
async function admit(identify: Identify, request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<void> {
  const { authorization } = request.headers;
  try {
    request.caller = await identify(authorization, { log: request.log, fresh: scope === 'keys:manage' });
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'unauthenticated') {
      const why: Record<string, string> = authorization === undefined ? {} : { error: 'invalid_token' };
      reply.header('www-authenticate', challenge(why));
    }
    throw error;
  }
  if (!request.caller.scopes.has(scope)) refuseScope(reply, scope);
}

/** Asks every caller who they are, and refuses to build an application with a route that names no scope. Before any route. */
export function installAccess(app: App, identify: Identify): void {
  app.decorateRequest('caller', null);
  app.decorate('stillAdmitted', async (request: FastifyRequest) => {
    const { scope } = request.routeOptions.config;
    if (scope === 'everybody') return true;
    try {
      const caller = await identify(request.headers.authorization, { log: request.log, fresh: true });
      return caller.tenant === request.caller?.tenant && caller.scopes.has(scope);
    } catch (error) {
      if (error instanceof ExpungeError && error.status < 500) return false;
      throw error;
    }
  });
  app.addHook('onRoute', (route) => {
    if (isDocumentation(route.url)) route.config = { ...route.config, scope: 'everybody' };
    const scope: Access | undefined = route.config?.scope;
    if (scope === undefined) throw new Error(`${String(route.method)} ${route.url} names no scope: config.scope`);
    const security: Record<string, string[]>[] =
      scope === 'everybody' ? [] : [{ api_key: [scope] }, { oauth2: [scope] }];
    if (route.schema !== undefined) route.schema = { ...route.schema, security };
  });
  app.addHook('onRequest', async (request, reply) => {
    // that there is no such path is no secret: the document says which there are
    if (request.is404) return;
    const { scope } = request.routeOptions.config;
    if (scope !== 'everybody') await admit(identify, request, reply, scope);
  });
}

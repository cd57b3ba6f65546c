// The only place that knows who asks. No route looks at a credential.
import type { FastifyRequest } from 'fastify';
import { SCOPE_NAMES, type Scope } from '../domain/scopes.ts';

export interface Principal {
  tenant: string;
  /** Written to the ledger beside what was done: `key:<id>`, `client:<id>`, `person:<keyed hash>` or `anonymous`; never a person's name. */
  actor: string;
}

export interface Caller extends Principal {
  scopes: ReadonlySet<Scope>;
}

/** Everybody, where AUTH is none. */
export const ANONYMOUS: Caller = { tenant: 'default', actor: 'anonymous', scopes: new Set(SCOPE_NAMES) };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `access.ts` before anything else runs; null on routes for everybody. */
    caller: Caller | null;
  }
}

/** Who asks. Throws on a route for everybody: nobody was asked to say so there. */
export function principal(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('A route for everybody must not ask who calls it');
  return request.caller;
}

// The only place that knows who asks. Keys and tenants come here; no route looks at a credential.
import type { FastifyRequest } from 'fastify';

export interface Principal {
  tenant: string;
  /** Written to the ledger beside what was done. */
  actor: string;
}

/** Until keys exist every caller is the one tenant's anonymous actor. */
export function principal(_request: FastifyRequest): Principal {
  return { tenant: 'default', actor: 'anonymous' };
}

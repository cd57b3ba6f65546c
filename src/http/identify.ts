// From the Authorization header to the one who asks.
import { ExpungeError } from '../errors.ts';
import { isKeyText } from '../evidence/api-key.ts';
import { type Asking, createKeyCheck } from './key-check.ts';
import { ANONYMOUS, type Caller } from './principal.ts';
import { createTenantCheck } from './tenant-check.ts';
import { createTokenCheck } from './token-check.ts';
import type { AppDeps } from './types.ts';

/** Throws `unauthenticated`, `no-tenant`, `tenant-offboarded`, and `service-unavailable` where nobody can be asked. */
export type Identify = (authorization: string | undefined, how: Asking) => Promise<Caller>;

const MISSING = 'This call takes a credential: Authorization: Bearer, and an API key or an access token.';
const UNKNOWN = 'No issuer of access tokens is configured, and this is no API key.';

function bearerOf(authorization: string | undefined): string {
  const [, text] = /^bearer +([!-~]+) *$/i.exec(authorization ?? '') ?? [];
  if (text === undefined) throw new ExpungeError('unauthenticated', MISSING);
  return text;
}

/** By AUTH: everybody is the same, or everybody says who they are. */
export function createIdentify(deps: Pick<AppDeps, 'config' | 'store' | 'subjectKeys' | 'clock'>): Identify {
  if (!deps.config.auth.required) return async () => ANONYMOUS;
  const byKey = createKeyCheck(deps);
  const byToken = createTokenCheck(deps);
  const refuseOffboarded = createTenantCheck(deps);
  return async (authorization, how) => {
    const text = bearerOf(authorization);
    // keys end with their tenant
    if (isKeyText(text)) return byKey(text, how);
    if (byToken === null) throw new ExpungeError('unauthenticated', UNKNOWN);
    const caller = await byToken(text);
    await refuseOffboarded(caller.tenant, how);
    return caller;
  };
}

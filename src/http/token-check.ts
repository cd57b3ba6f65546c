// Who a caller with an access token is: a JWT (RFC 9068) of the one issuer that is configured, signed by a key of its JWKS.
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { TENANT } from '../domain/key-terms.ts';
import { SCOPES, type Scope } from '../domain/scopes.ts';
import { ExpungeError } from '../errors.ts';
import type { Caller } from './principal.ts';
import type { AppDeps } from './types.ts';

const TOLERANCE_SECONDS = 30;
const FETCH_MS = 5000;

/** What jose says where it is the issuer that cannot be asked, not the token that is wrong. */
const AWAY = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/** Claims are looked at after the signature: what is said of them is said to a client of the issuer. */
function refusal(error: unknown): ExpungeError {
  const { code } = error as { code?: unknown };
  if (!(error instanceof errors.JOSEError) || AWAY.includes(String(code)))
    return new ExpungeError('service-unavailable', 'The keys of the issuer of access tokens cannot be fetched.', {
      cause: error,
    });
  const detail =
    error instanceof errors.JWTExpired
      ? 'The access token has expired.'
      : error instanceof errors.JWTClaimValidationFailed
        ? `The claim ${error.claim} of the access token is missing, or not what is expected here.`
        : 'The access token is not one of the issuer that is configured.';
  return new ExpungeError('unauthenticated', detail, { cause: error });
}

const wordsOf = (claim: unknown): string[] => {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.map(String) : [];
};

/** `scope` as RFC 9068 has it, or `scp`, as some issuers do. Scopes of other services are nobody's business here. */
function scopesOf({ scope, scp }: JWTPayload): Set<Scope> {
  return new Set([...wordsOf(scope), ...wordsOf(scp)].filter((name): name is Scope => Object.hasOwn(SCOPES, name)));
}

/** What goes to the ledger as it is; an address or a name with a blank does not fit. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/;

/**
 * Whoever stands behind the client, as a keyed hash of issuer and `sub`: four eyes are of two people, also where both use one client,
 * and one person with two clients is one. The client, where it calls by itself: `sub` is its own id then, as it is or as Auth0
 * writes it.
 */
function actorOf({ subjectKeys }: Pick<AppDeps, 'subjectKeys'>, tenant: string, claims: JWTPayload): string {
  // not under the subject key: after its rotation somebody would be another pair of eyes
  const keyed = (text: string) => subjectKeys.pseudonym(tenant, 'actor', text).slice(0, 16);
  const id = [claims.client_id, claims.azp].find((claim) => typeof claim === 'string') as string | undefined;
  const { iss, sub } = claims;
  if (sub !== undefined && sub !== id && sub !== `${id}@clients`) return `person:${keyed(`${iss} ${sub}`)}`;
  if (id !== undefined) return `client:${PLAIN.test(id) ? id : keyed(id)}`;
  throw new ExpungeError('unauthenticated', 'The access token names no client: it has neither client_id nor sub.');
}

/** Keys of the set that fit: some issuers name none in the token. */
async function verified(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const tried = await jwtVerify(token, key, options).catch((wrong: unknown) => {
        if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
      });
      if (tried) return tried.payload;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Throws `unauthenticated`, `no-tenant`; `service-unavailable` where the issuer does not give its keys. */
export type TokenCheck = (token: string) => Promise<Caller>;

/** Null where no issuer is configured. */
export function createTokenCheck(deps: Pick<AppDeps, 'config' | 'subjectKeys' | 'clock'>): TokenCheck | null {
  const { oauth } = deps.config.auth;
  if (oauth === null) return null;
  const keys = createRemoteJWKSet(new URL(oauth.jwksUrl), { timeoutDuration: FETCH_MS });
  const { issuer, audience, algorithms } = oauth;
  const options = { issuer, audience, algorithms, clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp'] };
  return async (token) => {
    const currentDate = deps.clock?.() ?? new Date();
    const claims = await verified(token, keys, { ...options, currentDate }).catch((error: unknown) => {
      throw refusal(error);
    });
    const tenant = claims[oauth.tenantClaim];
    if (typeof tenant !== 'string' || !TENANT.test(tenant))
      throw new ExpungeError('no-tenant', `The claim ${oauth.tenantClaim} of the access token names no tenant.`);
    return { tenant, actor: actorOf(deps, tenant, claims), scopes: scopesOf(claims) };
  };
}

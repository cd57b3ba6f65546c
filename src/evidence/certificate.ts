// Checks a certificate against keys that the verifier brings, never against a key that the certificate names itself.
import { compactVerify, importJWK, type JWK } from 'jose';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { CERTIFICATE_TYPE } from './signer.ts';
import { CertificateStatement } from './statement-schema.ts';

export type CertificateCheck =
  | { ok: true; statement: CertificateStatement; kid: string }
  | { ok: false; reason: string };

/** Names of the one signature that is taken: RFC 8037's and RFC 9864's. */
const ALGORITHMS = ['EdDSA', 'Ed25519'];
const Header = Type.Object(
  { alg: Type.String(), kid: Type.String(), typ: Type.Literal(CERTIFICATE_TYPE) },
  { additionalProperties: false },
);

/** The bytes of a base64url text in its only spelling, else null: a decoder that forgives would let two texts verify. */
function decode(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : null;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The public key of that id among the given ones; a reason when there is not exactly one that fits. */
function findKey(jwks: { keys: Record<string, unknown>[] }, kid: string): { key: JWK } | { reason: string } {
  if (!Array.isArray(jwks?.keys)) return { reason: 'the key set has no keys' };
  const found = jwks.keys.filter((key) => key?.kid === kid);
  if (found.length !== 1) return { reason: `${found.length ? 'several keys' : 'no key'} of the key set named ${kid}` };
  const { kty, crv, x } = found[0]!;
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string')
    return { reason: `key ${kid} is not an Ed25519 key` };
  return { key: { kty, crv, x } };
}

export type SignedCheck = { ok: true; payload: unknown; kid: string } | { ok: false; reason: string };

/** Checks form, algorithm, key and signature of a compact JWS, in that order, and not what it says. Never throws on bad input. */
export async function verifySigned(jws: string, jwks: { keys: Record<string, unknown>[] }): Promise<SignedCheck> {
  const no = (reason: string): SignedCheck => ({ ok: false, reason });
  const parts = jws.split('.').map(decode);
  const [headerBytes, payload, signature] = parts;
  if (parts.length !== 3 || !headerBytes || !payload || !signature) return no('it is not a compact JWS');
  const header = parseJson(headerBytes);
  const alg = (header as { alg?: unknown } | null | undefined)?.alg;
  if (typeof alg === 'string' && !ALGORITHMS.includes(alg)) return no('its algorithm is not Ed25519');
  if (!Value.Check(Header, header)) return no('its header is not that of a certificate');
  const found = findKey(jwks, header.kid);
  if ('reason' in found) return no(found.reason);
  try {
    await compactVerify(jws, await importJWK(found.key, header.alg), { algorithms: ALGORITHMS });
  } catch {
    return no('the signature does not fit: the certificate was altered, or signed with another key');
  }
  return { ok: true, payload: parseJson(payload), kid: header.kid };
}

/**
 * Checks form, algorithm, key, signature and schema of a compact JWS, in that order. Never throws on bad input: the
 * reason says what is wrong. `jwks` must come from a place that the verifier trusts.
 */
export async function verifyCertificate(
  jws: string,
  jwks: { keys: Record<string, unknown>[] },
): Promise<CertificateCheck> {
  const signed = await verifySigned(jws, jwks);
  if (!signed.ok) return signed;
  const { payload: statement, kid } = signed;
  if (Value.Check(CertificateStatement, statement)) return { ok: true, statement, kid };
  const [first] = Value.Errors(CertificateStatement, statement);
  const reason = `the signed statement does not fit the schema: ${first?.instancePath ?? ''} ${first?.message ?? ''}`;
  return { ok: false, reason: reason.trim() };
}

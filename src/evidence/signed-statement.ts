// Statements beside certificates: in-toto, signed as a compact JWS with the same keys, and of a kind that no certificate is.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { verifySigned } from './certificate.ts';
import { STATEMENT_TYPE } from './statement-schema.ts';

type Jwks = { keys: Record<string, unknown>[] };

const digestOf = (predicate: unknown): string =>
  createHash('sha256')
    .update(canonicalize(predicate) ?? '')
    .digest('hex');

/** What `Signer.sign` takes; `name` says in a word what it is about. */
export const statementOf = (name: string, predicateType: string, predicate: unknown) => ({
  ...{ _type: STATEMENT_TYPE, subject: [{ name, digest: { sha256: digestOf(predicate) } }] },
  ...{ predicateType, predicate },
});

export type StatementCheck<T> = { ok: true; predicate: T; kid: string } | { ok: false; reason: string };

/** Checks signature, kind and schema. Never throws on bad input; `jwks` must come from a place that the verifier trusts. */
export async function verifyStatement<T extends TSchema>(
  jws: string,
  jwks: Jwks,
  predicateType: string,
  schema: T,
): Promise<StatementCheck<Static<T>>> {
  const no = (reason: string) => ({ ok: false as const, reason });
  const signed = await verifySigned(jws, jwks);
  if (!signed.ok) return signed;
  const statement = signed.payload as { predicateType?: unknown; predicate?: unknown } | null;
  if (statement?.predicateType !== predicateType) return no('it is a signed statement of another kind');
  const { predicate } = statement;
  if (Value.Check(schema, predicate)) return { ok: true, predicate, kid: signed.kid };
  const [first] = Value.Errors(schema, predicate);
  return no(`it does not fit the schema: ${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim());
}

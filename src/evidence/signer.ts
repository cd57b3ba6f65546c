// The signing key of certificates: an Ed25519 JWK on disk, and compact JWS made with it.
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { ExpungeError } from '../errors.ts';
import type { Signer } from '../runs/ports.ts';
import { readOrCreateKeyFile, requireKeyFile } from './key-file.ts';
import type { KeyConfig } from './key-ring.ts';

/** RFC 8037 name of the signature; verifiers also take RFC 9864's `Ed25519`. */
export const SIGNATURE_ALGORITHM = 'EdDSA';
/** `typ` of the JWS header. */
export const CERTIFICATE_TYPE = 'application/vnd.in-toto+jws';

async function makeKey(): Promise<Uint8Array> {
  const { privateKey } = await generateKeyPair(SIGNATURE_ALGORITHM, { crv: 'Ed25519', extractable: true });
  return Buffer.from(`${JSON.stringify(await exportJWK(privateKey))}\n`);
}

function parseKey(bytes: Buffer, path: string): JWK & { x: string } {
  const refuse = (why: string) =>
    new ExpungeError(
      'start-refused',
      `The signing key ${path} ${why}; restore it from the backup of the keys, or remove it to have a new one made`,
    );
  let jwk: JWK;
  try {
    jwk = JSON.parse(bytes.toString('utf8')) as JWK;
  } catch {
    throw refuse('is not JSON');
  }
  if (jwk === null || typeof jwk !== 'object' || jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519')
    throw refuse('is not an Ed25519 JWK');
  if (typeof jwk.x !== 'string' || typeof jwk.d !== 'string') throw refuse('lacks x or d');
  return { ...jwk, x: jwk.x };
}

/**
 * Reads the signing key, making it at the first start. `kid` is its RFC 7638 thumbprint; `sign` returns a compact
 * JWS over the RFC 8785 form of the statement, the same for the same statement. Throws `start-refused`.
 */
export async function createSigner(config: KeyConfig): Promise<Signer> {
  const named = config.keys.signingKeyFile;
  const path = named ?? join(config.keys.dir, 'signing-1.jwk');
  const bytes =
    named === null
      ? await readOrCreateKeyFile(path, makeKey)
      : await requireKeyFile(path, 'SIGNING_KEY_FILE', 'put an Ed25519 private JWK there, or unset it');
  const jwk = parseKey(bytes, path);
  const key = await importJWK(jwk, SIGNATURE_ALGORITHM).catch((error: unknown) => {
    throw new ExpungeError('start-refused', `The signing key ${path} does not load`, { cause: error });
  });
  const shared = { kty: 'OKP', crv: 'Ed25519', x: jwk.x };
  const kid = await calculateJwkThumbprint(shared);
  return {
    kid,
    async sign(statement) {
      const text = canonicalize(statement);
      if (text === undefined) throw new ExpungeError('internal', 'Only JSON can be signed');
      return new CompactSign(Buffer.from(text))
        .setProtectedHeader({ alg: SIGNATURE_ALGORITHM, kid, typ: CERTIFICATE_TYPE })
        .sign(key);
    },
    async jwks() {
      return { keys: [{ ...shared, kid, use: 'sig', alg: SIGNATURE_ALGORITHM }] };
    },
  };
}

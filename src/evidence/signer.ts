// What is signed here: certificates as compact JWS, and checkpoints of the ledger as signed notes. Their signed bytes cannot be taken
// for one another: those of a JWS are base64url and a dot, those of a note have lines.
import { sign as signBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { CompactSign } from 'jose';
import { ExpungeError } from '../errors.ts';
import type { Signer } from '../runs/ports.ts';
import { checkpointText, originOf } from './checkpoint-note.ts';
import type { KeyConfig } from './key-ring.ts';
import { formatNote } from './note.ts';
import { readSigningKeys, type SigningKey } from './signing-keys.ts';

/** RFC 8037 name of the signature; verifiers also take RFC 9864's `Ed25519`. */
const SIGNATURE_ALGORITHM = 'EdDSA';
/** `typ` of the JWS header. */
export const CERTIFICATE_TYPE = 'application/vnd.in-toto+jws';

const published = ({ x, kid, retired_at }: SigningKey) => ({
  ...{ kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: SIGNATURE_ALGORITHM },
  ...(retired_at === null ? {} : { retired_at }),
});

/**
 * Reads the signing keys, making the first at the first start unless `make` is false, and again whenever something is signed: a
 * rotation takes effect at once. `sign` returns a compact JWS over the RFC 8785 form of the statement, the same for the same statement and key.
 * Throws `start-refused`.
 */
export async function createSigner(config: KeyConfig, { make = true } = {}): Promise<Signer> {
  let [active] = await readSigningKeys(config, { make });
  const current = async () => {
    // a folder that went away while this process runs must not bring about another key
    [active] = await readSigningKeys(config, { make: false });
    return active;
  };
  return {
    get kid() {
      return active.kid;
    },
    async sign(statement) {
      const text = canonicalize(statement);
      if (text === undefined) throw new ExpungeError('internal', 'Only JSON can be signed');
      const { kid, secret } = await current();
      return new CompactSign(Buffer.from(text))
        .setProtectedHeader({ alg: SIGNATURE_ALGORITHM, kid, typ: CERTIFICATE_TYPE })
        .sign(secret);
    },
    async signTree({ first, size, root }) {
      const origin = originOf(first);
      const text = checkpointText({ origin, size, root });
      const { x, secret } = await current();
      return { origin, checkpoint: formatNote(text, origin, x, signBytes(null, Buffer.from(text), secret)) };
    },
    async jwks() {
      const keys = await readSigningKeys(config, { make: false });
      return { keys: keys.map(published) };
    },
  };
}

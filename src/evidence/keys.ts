// Subject keys: how a person is known here without being named, and the sealing of text that must not lie in the open.
import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { NORMALISER_VERSION, normalise } from '../corpora/subjects.ts';
import { ExpungeError } from '../errors.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';
import { decrypt, encrypt, KEY_BYTES } from './aead.ts';
import { readKeyFile, readOrCreateKeyFile, requireKeyFile } from './key-file.ts';

export { createSigner } from './signer.ts';

export type KeyConfig = Pick<Config, 'keys'>;

const KEY_VERSION = 1;
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Path of a version of the subject key. */
export function subjectKeyFile(config: KeyConfig, version = KEY_VERSION): string {
  if (version === KEY_VERSION && config.keys.subjectKeyFile !== null) return config.keys.subjectKeyFile;
  return join(config.keys.dir, `subject-default-${version}.key`);
}

/**
 * Refuses the start when the store has used a key version whose file is missing or unknown here: a fresh key in its
 * place would no longer find the people whose keys are stored. To be called before `createSubjectKeys`, which makes
 * a missing file; or through its `usedVersions`.
 */
export async function assertKeysPresent(config: KeyConfig, usedVersions: readonly number[]): Promise<void> {
  for (const version of new Set(usedVersions)) {
    const path = subjectKeyFile(config, version);
    if (version !== KEY_VERSION)
      throw new ExpungeError(
        'start-refused',
        `The store holds subject keys of version ${version}, this release knows version ${KEY_VERSION}; start the release that wrote them`,
      );
    if (!(await readKeyFile(path)))
      throw new ExpungeError(
        'start-refused',
        `The store holds subject keys of version ${version}, whose key file ${path} is missing; restore it from the backup of the keys, or set SUBJECT_KEY_FILE`,
      );
  }
}

/**
 * Reads the subject key, making it at the first start, and returns the port. `usedVersions`: key versions that the
 * store has used (see `assertKeysPresent`). Throws `start-refused` naming the file.
 */
export async function createSubjectKeys(config: KeyConfig, usedVersions: readonly number[] = []): Promise<SubjectKeys> {
  await assertKeysPresent(config, usedVersions);
  const path = subjectKeyFile(config);
  const key =
    config.keys.subjectKeyFile === null
      ? await readOrCreateKeyFile(path, async () => randomBytes(KEY_BYTES))
      : await requireKeyFile(path, 'SUBJECT_KEY_FILE', 'put 32 random bytes there, or unset it');
  if (key.length !== KEY_BYTES)
    throw new ExpungeError(
      'start-refused',
      `The key file ${path} holds ${key.length} bytes, not ${KEY_BYTES}; restore it from the backup of the keys`,
    );
  const box = createBox(key);
  const secretOf = tenantSecrets(key);
  return { keyFor: (tenant, identifier) => keyFor(secretOf(tenant), identifier), ...box };
}

/** Of each tenant its own, so that nobody sees whether two of them know the same person. */
function tenantSecrets(master: Buffer): (tenant: string) => KeyObject {
  // several times as fast as handing over the bytes each time
  const secrets = new Map([['default', createSecretKey(master)]]);
  return (tenant) => {
    const known = secrets.get(tenant);
    if (known !== undefined) return known;
    const derived = hkdfSync('sha256', master, Buffer.alloc(0), `expunge/subject/v1/${tenant}`, KEY_BYTES);
    const secret = createSecretKey(Buffer.from(derived));
    secrets.set(tenant, secret);
    return secret;
  };
}

/** The raw and the client-hashed form of one identifier give the same key. Throws `validation-failed`. */
function keyFor(
  key: KeyObject,
  { type, value, sha256 }: { type: string; value?: string; sha256?: string },
): SubjectKey {
  if ((value === undefined) === (sha256 === undefined))
    throw new ExpungeError('validation-failed', 'An identifier has either a value or a sha256; give exactly one');
  if (sha256 !== undefined && !SHA256_HEX.test(sha256))
    throw new ExpungeError('validation-failed', 'sha256 of an identifier must be 64 lower-case hexadecimal digits');
  const digest = sha256 ?? hash('sha256', normalise(type, value!));
  return {
    key: createHmac('sha256', key).update(`${type}\0${digest}`, 'utf8').digest('base64url'),
    type,
    key_version: KEY_VERSION,
    normaliser_version: NORMALISER_VERSION,
  };
}

const SEAL_VERSION = 'v1';

/** AES-256-GCM under a key derived from the subject key; the form is `v1.` and base64url of nonce, text, tag. */
function createBox(master: Buffer): Pick<SubjectKeys, 'seal' | 'open'> {
  const key = Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), 'expunge/seal/v1', KEY_BYTES));
  return {
    seal: (text) => `${SEAL_VERSION}.${encrypt(key, SEAL_VERSION, Buffer.from(text, 'utf8')).toString('base64url')}`,
    open(sealed) {
      const refuse = (why: string) =>
        new ExpungeError('internal', `A sealed text cannot be opened: ${why}; restore the key file that sealed it`);
      const [version, encoded, ...rest] = sealed.split('.');
      if (version !== SEAL_VERSION || encoded === undefined || rest.length > 0) throw refuse('its form is unknown');
      const bytes = Buffer.from(encoded, 'base64url');
      // decoding forgives stray bits and characters; a sealed text has one spelling
      if (bytes.toString('base64url') !== encoded) throw refuse('it is damaged');
      const content = decrypt(key, SEAL_VERSION, bytes);
      if (content === null) throw refuse('it was altered or sealed with another key');
      return content.toString('utf8');
    },
  };
}

// Subject keys: how a person is known here without being named, and the sealing of text that must not lie in the open.
import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { NORMALISER_VERSION, normalise } from '../corpora/subjects.ts';
import { ExpungeError } from '../errors.ts';
import type { SubjectKey, SubjectKeys, UsedKeyVersion } from '../runs/ports.ts';
import { decrypt, encrypt, KEY_BYTES } from './aead.ts';
import { readKeyFile, readOrCreateKeyFile, requireKeyFile } from './key-file.ts';
import { type DestroyedKey, type KeyConfig, KeyRing, subjectKeyFile, versionsOnDisk } from './key-ring.ts';

export { createSigner } from './signer.ts';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * Refuses the start when the store has used a key version whose file is missing: a fresh key in its place would no longer find the
 * people whose keys are stored. To be called before `createSubjectKeys`, which makes a missing file; or through its `used`.
 */
export async function assertKeysPresent(config: KeyConfig, used: readonly UsedKeyVersion[]): Promise<void> {
  for (const { tenant, version, destroyed } of used) {
    if (destroyed) continue;
    const path = subjectKeyFile(config, tenant, version);
    if (!(await readKeyFile(path)))
      throw new ExpungeError(
        'start-refused',
        `The store holds subject keys of version ${version} of the tenant ${tenant}, whose key file ${path} is missing; restore it from the backup of the keys, or set SUBJECT_KEY_FILE`,
      );
  }
}

/** The first key of the tenant `default`, which every installation has, and which sealing hangs on. */
async function makeFirst(config: KeyConfig, destroyed: readonly UsedKeyVersion[]): Promise<void> {
  if (destroyed.some(({ tenant, version }) => tenant === 'default' && version === 1)) return;
  const path = subjectKeyFile(config, 'default', 1);
  if (config.keys.subjectKeyFile !== null)
    await requireKeyFile(path, 'SUBJECT_KEY_FILE', 'put 32 random bytes there, or unset it');
  else if (!(await versionsOnDisk(config)).some(({ tenant }) => tenant === 'default'))
    await readOrCreateKeyFile(path, async () => randomBytes(KEY_BYTES));
}

export const SEAL_KEY = 'seal-1.key';
const sealKeyFile = ({ keys }: KeyConfig): string => join(keys.dir, SEAL_KEY);
/** One way: it tells nothing of the subject key. */
export const sealKeyOf = (subjectKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', subjectKey, Buffer.alloc(0), 'expunge/seal/v1', KEY_BYTES));

/** The key that texts are sealed with: derived from the first subject key, or kept when that was destroyed. */
async function readSealKey(config: KeyConfig): Promise<Buffer> {
  const first = await readKeyFile(subjectKeyFile(config, 'default', 1));
  const key = (await readKeyFile(sealKeyFile(config))) ?? (first && sealKeyOf(first));
  if (key !== null) return key;
  const detail = `Neither ${sealKeyFile(config)} nor the first subject key is there; restore them from the backup of the keys`;
  throw new ExpungeError('start-refused', detail);
}

/** Before the first subject key goes: what was sealed with a key that is derived from it stays readable. */
export async function keepSealKey(config: KeyConfig): Promise<void> {
  const key = await readSealKey(config);
  await readOrCreateKeyFile(sealKeyFile(config), async () => key);
}

/** Keys that are read again with `reload`. */
export interface LiveSubjectKeys extends SubjectKeys {
  /** Takes up versions that were made, or destroyed as the store is asked then. Throws `start-refused` naming the file. */
  reload(destroyed?: () => Promise<readonly DestroyedKey[]>): Promise<void>;
}

/**
 * Reads the subject keys, making the first one at the first start, and returns the port. `used`: key versions that the
 * store has used (see `assertKeysPresent`). Throws `start-refused` naming the file.
 */
export async function createSubjectKeys(
  config: KeyConfig,
  used: readonly UsedKeyVersion[] = [],
  settleMs?: number,
): Promise<LiveSubjectKeys> {
  await assertKeysPresent(config, used);
  const destroyed = used.filter((one) => one.destroyed);
  await makeFirst(config, destroyed);
  const ring = new KeyRing(config, destroyed, settleMs);
  await ring.reload();
  const sealKey = await readSealKey(config);
  const pseudonyms = createSecretKey(
    Buffer.from(hkdfSync('sha256', sealKey, Buffer.alloc(0), 'expunge/pseudonym/v1', KEY_BYTES)),
  );
  return {
    reload: (since) => ring.reload(since),
    keyFor(tenant, identifier) {
      const { key, version } = ring.current(tenant);
      return keyUnder(key, version, identifier.type, digestOf(identifier));
    },
    keysFor(tenant, identifier) {
      const digest = digestOf(identifier);
      return ring.all(tenant).map(({ key, version }) => keyUnder(key, version, identifier.type, digest));
    },
    pseudonym: (tenant, purpose, text) =>
      createHmac('sha256', pseudonyms)
        .update(JSON.stringify([tenant, purpose, text]))
        .digest('base64url'),
    ...createBox(sealKey),
  };
}

/** Of what an identifier says; the raw and the client-hashed form give the same. Throws `validation-failed`. */
function digestOf({ type, value, sha256 }: { type: string; value?: string; sha256?: string }): string {
  // the details must not repeat the identifier
  if ((value === undefined) === (sha256 === undefined))
    throw new ExpungeError('validation-failed', 'An identifier has either a value or a sha256; give exactly one');
  if (sha256 !== undefined && !SHA256_HEX.test(sha256))
    throw new ExpungeError('validation-failed', 'sha256 of an identifier must be 64 lower-case hexadecimal digits');
  return sha256 ?? hash('sha256', normalise(type, value!));
}

const keyUnder = (key: KeyObject, key_version: number, type: string, digest: string): SubjectKey => ({
  key: createHmac('sha256', key).update(`${type}\0${digest}`, 'utf8').digest('base64url'),
  type,
  key_version,
  normaliser_version: NORMALISER_VERSION,
});

const SEAL_VERSION = 'v1';

/** AES-256-GCM; the form is `v1.` and base64url of nonce, text, tag. */
function createBox(key: Buffer): Pick<SubjectKeys, 'seal' | 'open'> {
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

// The signing keys on disk: signing-1.jwk, signing-2.jwk and so on. The last one signs; of those before it the public half stays, so
// that what they signed can be checked for ever.
import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { ExpungeError } from '../errors.ts';
import { readKeyFile, readOrCreateKeyFile, requireKeyFile, syncFolder } from './key-file.ts';
import type { KeyConfig } from './key-ring.ts';

export interface SigningKey {
  path: string;
  /** RFC 7638 thumbprint. */
  kid: string;
  x: string;
  /** Null where the file has the public half alone. */
  secret: KeyObject | null;
  retired_at: string | null;
}

const NAME = /^signing-([1-9]\d{0,5})\.jwk$/;
const numberOf = (path: string): number => Number(NAME.exec(basename(path))?.[1] ?? 0);
const fileOf = ({ keys }: KeyConfig, number: number): string => join(keys.dir, `signing-${number}.jwk`);

async function makeKey(): Promise<Uint8Array> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return Buffer.from(`${JSON.stringify(await exportJWK(privateKey))}\n`);
}

const NEW_ONE = 'restore it from the backup of the keys, or remove it to have a new one made';
const NOT_MADE =
  'set KEY_DIR to the folder that the service has, whose first start makes one, or restore it from the backup of the keys. If it is lost for good, put its public half into that file, as /.well-known/jwks.json or `expunge keys export-jwks` told it, and make the next one: `expunge signing-keys rotate`';
const refuse = (path: string, why: string, cause?: unknown, remedy = NEW_ONE) =>
  new ExpungeError('start-refused', `The signing key ${path} ${why}; ${remedy}`, { cause });

function secretOf(jwk: JWK, path: string): KeyObject | null {
  if (jwk.d === undefined) return null;
  try {
    return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x!, d: jwk.d }, format: 'jwk' });
  } catch (error) {
    throw refuse(path, 'does not load', error);
  }
}

async function parseKey(bytes: Buffer, path: string): Promise<SigningKey> {
  let jwk: (JWK & { retired_at?: unknown }) | null;
  try {
    jwk = JSON.parse(bytes.toString('utf8')) as JWK | null;
  } catch {
    throw refuse(path, 'is not JSON');
  }
  if (jwk === null || typeof jwk !== 'object' || jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519')
    throw refuse(path, 'is not an Ed25519 JWK');
  if (typeof jwk.x !== 'string') throw refuse(path, 'lacks x');
  const { x, retired_at } = jwk;
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  return {
    ...{ path, kid, x },
    secret: secretOf(jwk, path),
    retired_at: typeof retired_at === 'string' ? retired_at : null,
  };
}

/** Paths of those in the folder of keys, the newest first. Throws `start-refused`. */
export async function signingKeyFiles({ keys }: KeyConfig): Promise<string[]> {
  const names = await readdir(keys.dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ExpungeError('start-refused', `The folder of keys ${keys.dir} cannot be read (${error.code})`);
  });
  const paths = names.filter((name) => NAME.test(name)).map((name) => join(keys.dir, name));
  return paths.sort((a, b) => numberOf(b) - numberOf(a));
}

async function keysIn(config: KeyConfig): Promise<SigningKey[]> {
  const paths = await signingKeyFiles(config);
  const files = paths.map(async (path) => ({ path, bytes: await readKeyFile(path) }));
  const read = (await Promise.all(files)).flatMap(({ path, bytes }) => (bytes === null ? [] : [parseKey(bytes, path)]));
  return Promise.all(read);
}

/**
 * All signing keys, the one that signs first. Makes the first of all, unless SIGNING_KEY_FILE names one, which then signs and must
 * exist, or `make` is false, as for whoever had one before, for commands beside a service, and where it has certified already. Throws `start-refused`.
 */
export async function readSigningKeys(
  config: KeyConfig,
  { make = true } = {},
): Promise<[SigningKey & { secret: KeyObject }, ...SigningKey[]]> {
  const named = config.keys.signingKeyFile;
  let known = await keysIn(config);
  // a rotation under way: the folder was listed before the next key was there, and read after this one had lost its half
  for (let again = 0; again < 3 && named === null && known[0]?.secret === null; again++) known = await keysIn(config);
  if (named !== null) {
    const bytes = await requireKeyFile(named, 'SIGNING_KEY_FILE', 'put an Ed25519 private JWK there, or unset it');
    const key = await parseKey(bytes, named);
    known = [key, ...known.filter(({ kid }) => kid !== key.kid)];
  } else if (known.length === 0) {
    const path = fileOf(config, 1);
    if (!make) throw refuse(path, 'is missing', undefined, NOT_MADE);
    known = [await parseKey(await readOrCreateKeyFile(path, makeKey), path)];
  }
  const [active, ...others] = known as [SigningKey, ...SigningKey[]];
  if (active.secret === null) {
    // the public half is what certificates of before are verified with, so it must not be removed
    const remedy =
      'restore the private key from the backup of the keys, or make the next one: `expunge signing-keys rotate`';
    throw refuse(active.path, 'lacks d, the private half, and no later key is there', undefined, remedy);
  }
  return [{ ...active, secret: active.secret }, ...others];
}

/** The private half goes; a reader sees the file whole, as it was or as it is. */
async function forgetSecret({ path, x, kid }: SigningKey, retired_at: string): Promise<void> {
  const part = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x, kid, retired_at })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Makes the next key and takes the private half of those before it away. Processes that run sign with it from then on. Of two who
 * rotate at once, both get the same new key. Throws `start-refused` where SIGNING_KEY_FILE names the key, or there is none yet.
 */
export async function rotateSigningKey(config: KeyConfig, now: Date): Promise<{ from: SigningKey; to: SigningKey }> {
  if (config.keys.signingKeyFile !== null)
    throw new ExpungeError(
      'start-refused',
      `SIGNING_KEY_FILE names the signing key; put the public half of the old one into ${config.keys.dir} as signing-1.jwk (the next free number), and a new key into the file`,
    );
  // one that has lost its private half is followed too
  const from = (await keysIn(config))[0] ?? (await readSigningKeys(config, { make: false }))[0];
  const path = fileOf(config, numberOf(from.path) + 1);
  await readOrCreateKeyFile(path, makeKey);
  const [to, ...before] = await readSigningKeys(config);
  for (const key of before) if (key.secret !== null) await forgetSecret(key, now.toISOString());
  return { from, to };
}

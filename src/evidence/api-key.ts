// The text of an API key: a prefix that scanners for secrets find, the key's id, 256 random bits, a checksum.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'exp_';
const SECRET_BYTES = 32;
/** `exp_`, the id as 32 hexadecimal digits, `_`, base64url of 32 bytes, base64url of the CRC-32 of all before. */
const FORM = /^(exp_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43}))([\w-]{6})$/;

/** Whether somebody meant it as a key. */
export const isKeyText = (text: string): boolean => text.startsWith(PREFIX);

const checksum = (text: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64url');
};

/** SHA-256 in hexadecimal. Of 256 random bits nobody finds one by trying, so nothing slower is needed. */
const hashOf = (secret: Buffer): string => hash('sha256', secret);

/** A new key's text, shown once, and what is stored of it. */
export function makeKey(id: string): { text: string; secret_hash: string } {
  const secret = randomBytes(SECRET_BYTES);
  const text = `${PREFIX}${id.replaceAll('-', '')}_${secret.toString('base64url')}`;
  return { text: `${text}${checksum(text)}`, secret_hash: hashOf(secret) };
}

/** Id and hash of the secret; null for a text that no key has, such as one with a typing error. */
export function readKey(text: string): { id: string; secret_hash: string } | null {
  const [, signed, a, b, c, d, e, secret, sum] = FORM.exec(text) ?? [];
  if (signed === undefined || checksum(signed) !== sum) return null;
  return { id: [a, b, c, d, e].join('-'), secret_hash: hashOf(Buffer.from(secret!, 'base64url')) };
}

/** In a time that does not tell how much of it is right. */
export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

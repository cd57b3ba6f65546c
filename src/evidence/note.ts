// Signed notes (C2SP signed-note): a text, a blank line, and lines of Ed25519 signatures. What witnesses and other tools of
// transparency logs read and write.
import { createPublicKey, hash, verify } from 'node:crypto';

/** A public key as JWK: the 32 bytes of an Ed25519 key in base64url. */
export interface NoteKey {
  kid: string;
  x: string;
}
export type NoteCheck = { ok: true; text: string; kid: string } | { ok: false; reason: string };

const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+=*)$/;
/** What marks a plain Ed25519 key in an id. */
const ED25519 = Buffer.of(0x0a, 0x01);
const ID_BYTES = 4;
/** A checkpoint with the cosignatures of many witnesses is some kilobytes. */
const MAX_NOTE = 65_536;
const BASE64URL_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Bytes of a standard base64 text in its only spelling, else null: of two spellings, one would pass as altered and valid. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** SHA-256(name || 0x0A || 0x01 || key), the first four bytes. */
export const keyId = (name: string, x: string): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(name), ED25519, Buffer.from(x, 'base64url')]), 'buffer').subarray(
    0,
    ID_BYTES,
  );

/** `text` ends with a newline; `signature` is over its bytes. */
export const formatNote = (text: string, name: string, x: string, signature: Uint8Array): string =>
  `${text}\n— ${name} ${Buffer.concat([keyId(name, x), signature]).toString('base64')}\n`;

/** The verifier key of a note in the form that other tools take: name, id and key. */
export const verifierKey = (name: string, x: string): string =>
  `${name}+${keyId(name, x).toString('hex')}+${Buffer.concat([Buffer.of(1), Buffer.from(x, 'base64url')]).toString('base64')}`;

const verifies = (key: NoteKey, text: string, signature: Uint8Array): boolean =>
  BASE64URL_KEY.test(key.x) &&
  verify(
    null,
    Buffer.from(text),
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' }),
    signature,
  );

/**
 * Checks a note against trusted keys that sign under `name`. Signatures of others are passed over, as the form demands; one of
 * a trusted key that does not fit refuses the whole note.
 */
export function openNote(note: string, name: string, keys: readonly NoteKey[]): NoteCheck {
  const no = (reason: string): NoteCheck => ({ ok: false, reason });
  const cut = note.lastIndexOf('\n\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the form forbids
  if (note.length > MAX_NOTE || cut < 0 || !note.endsWith('\n') || /[\0-\x09\x0b-\x1f\ufffd]/.test(note))
    return no('it is not a signed note');
  const text = note.slice(0, cut + 1);
  let signer: string | null = null;
  for (const line of note.slice(cut + 2, -1).split('\n')) {
    const [, named, encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    if (named === undefined || bytes === null || bytes.length <= ID_BYTES)
      return no('a line of signatures is malformed');
    if (named !== name) continue;
    const key = keys.find(({ x }) => keyId(name, x).equals(bytes.subarray(0, ID_BYTES)));
    if (key === undefined) continue;
    if (!verifies(key, text, bytes.subarray(ID_BYTES))) return no(`the signature of key ${key.kid} does not fit`);
    signer ??= key.kid;
  }
  return signer === null ? no('none of the trusted keys has signed it') : { ok: true, text, kid: signer };
}

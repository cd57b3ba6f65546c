// A checkpoint of the ledger (C2SP tlog-checkpoint): which ledger, how many entries, and the root of their tree, signed.
import { HASH_BYTES } from './merkle.ts';
import { fromBase64, type NoteKey, openNote } from './note.ts';

/** What a checkpoint says. */
export interface TreeHead {
  /** Name of the ledger. */
  origin: string;
  size: number;
  /** SHA-256, 32 bytes. */
  root: Uint8Array;
}
export type CheckpointCheck = { ok: true; head: TreeHead; kid: string } | { ok: false; reason: string };

/** A ledger goes by its first entry: nobody else's begins with it, and it needs no name of a host. */
export const originOf = (firstHash: string): string =>
  `expunge/ledger/${firstHash.replace(/^sha256:/, '').slice(0, 32)}`;

/** The text that is signed. */
export const checkpointText = ({ origin, size, root }: TreeHead): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** What an unsigned text says; null where it is not that of a checkpoint. Extensions are not taken: none are made here. */
export function parseHead(text: string): TreeHead | null {
  const [origin, size = '', encoded = '', ...rest] = text.split('\n');
  const root = fromBase64(encoded);
  if (
    !origin ||
    !/^(0|[1-9]\d{0,15})$/.test(size) ||
    root?.length !== HASH_BYTES ||
    rest.length !== 1 ||
    rest[0] !== ''
  )
    return null;
  return { origin, size: Number(size), root };
}

/** The Ed25519 keys of a JWK set, for `openNote`. */
export const noteKeys = (jwks: { keys: Record<string, unknown>[] }): NoteKey[] =>
  jwks.keys.flatMap(({ kty, crv, x, kid }) =>
    kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string' && typeof kid === 'string' ? [{ kid, x }] : [],
  );

/** Checks form and signature of a checkpoint. Never throws on bad input; `jwks` must come from a place that the verifier trusts. */
export function verifyCheckpoint(note: string, jwks: { keys: Record<string, unknown>[] }): CheckpointCheck {
  const origin = note.slice(0, note.indexOf('\n'));
  const opened = openNote(note, origin, noteKeys(jwks));
  if (!opened.ok) return opened;
  const head = parseHead(opened.text);
  return head === null ? { ok: false, reason: 'it is not a checkpoint' } : { ok: true, head, kid: opened.kid };
}

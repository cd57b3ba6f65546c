// A vault: every secret under a key of its own, so that whoever deletes the key has destroyed every copy of the secret. The key lies in
// the database, wrapped under the installation's own; the secret lies somewhere else. A copy of the database, of the secrets or of
// the key files opens nothing alone. A deleted key lives on in older backups of the database, and ends with them.
import { randomBytes } from 'node:crypto';
import type { SubjectKeys } from '../runs/ports.ts';
import { decrypt, encrypt, KEY_BYTES } from './aead.ts';

export interface Vault {
  /** A fresh key, wrapped, and the content sealed under it. `about`: what it belongs to; opening takes the same. */
  seal(about: readonly string[], content: Uint8Array): { wrapped_key: string; sealed: Buffer };
  /** Null where the key is another secret's, or the content was changed or is about something else. */
  open(about: readonly string[], wrapped_key: string, sealed: Uint8Array): Buffer | null;
}

/** Unambiguous: no two lists give the same text. */
const named = (about: readonly string[]): string => JSON.stringify(['expunge/vault/v1', ...about]);

/** `installation` wraps keys; `open` throws `internal` for one that another installation's key wrapped. */
export const createVault = (installation: Pick<SubjectKeys, 'seal' | 'open'>): Vault => ({
  seal(about, content) {
    const key = randomBytes(KEY_BYTES);
    return { wrapped_key: installation.seal(key.toString('base64')), sealed: encrypt(key, named(about), content) };
  },
  open: (about, wrapped_key, sealed) =>
    decrypt(Buffer.from(installation.open(wrapped_key), 'base64'), named(about), sealed),
});

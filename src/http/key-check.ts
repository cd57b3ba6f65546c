// Who a caller with an API key is. What the store says of a key is believed for a moment, so that polling asks it nothing.
import type { FastifyBaseLogger } from 'fastify';
import { ExpungeError } from '../errors.ts';
import { readKey, sameHash } from '../evidence/api-key.ts';
import type { KeyInUse } from '../runs/ports.ts';
import type { Caller } from './principal.ts';
import type { AppDeps } from './types.ts';

/** After this long everybody knows of a revocation. */
export const BELIEVED_MS = 2000;
const NOTED_MS = 60_000;
/** Keys that are remembered; beyond that the store is asked more often. */
const MOST = 10_000;

const DAMAGED = 'This is no API key as it was made: a character is missing, or is another one.';
/** Of whatever is wrong: who tries keys learns nothing. */
const REFUSED = 'The API key is unknown, wrong, expired or revoked.';

export interface Asking {
  log: FastifyBaseLogger;
  /** Ask the store whatever is known: a key that was revoked a moment ago must not make another one. */
  fresh: boolean;
}

interface Known {
  of: Omit<KeyInUse, 'scopes'> & Caller;
  until: number;
  noted: number;
}

const refused = () => new ExpungeError('unauthenticated', REFUSED);

/** Throws `unauthenticated`; the store's `service-unavailable`. */
export type KeyCheck = (text: string, how: Asking) => Promise<Caller>;

export function createKeyCheck({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): KeyCheck {
  const now = (): number => clock?.().getTime() ?? Date.now();
  const known = new Map<string, Known>();
  const asked = new Map<string, Promise<Known | null>>();

  async function ask(id: string): Promise<Known | null> {
    const found = await store.apiKeyInUse(id);
    const noted = known.get(id)?.noted ?? 0;
    known.delete(id);
    if (found === null) return null;
    if (known.size >= MOST) known.clear();
    const fresh = { of: { ...found, scopes: new Set(found.scopes) }, until: now() + BELIEVED_MS, noted };
    known.set(id, fresh);
    return fresh;
  }

  /** Of many callers at once one asks the store. */
  function lookUp(id: string): Promise<Known | null> {
    const under = asked.get(id) ?? ask(id).finally(() => asked.delete(id));
    asked.set(id, under);
    return under;
  }

  return async (text, { log, fresh }) => {
    const given = readKey(text);
    if (given === null) throw new ExpungeError('unauthenticated', DAMAGED);
    const held = known.get(given.id);
    const key = !fresh && held !== undefined && held.until > now() ? held : await lookUp(given.id);
    if (key === null || !sameHash(key.of.secret_hash, given.secret_hash)) throw refused();
    const { revoked_at, expires_at } = key.of;
    const at = now();
    if (revoked_at !== null || Date.parse(expires_at) <= at) throw refused();
    if (key.noted + NOTED_MS <= at) {
      key.noted = at;
      // nobody waits for it, and nothing hangs on it
      void store.noteApiKeyUse(given.id).catch((err: unknown) => log.warn({ err }, 'The use of a key was not noted'));
    }
    return key.of;
  };
}

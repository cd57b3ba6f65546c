// A client that goes on until it has an answer, as one does whose service is killed under way: every call has a key of its own.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 250;
const CALL_MS = 15_000;
/** A call whose first try was lost with its process stays busy for the service; after this long it is made under a new key. */
const BUSY_MS = 10_000;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  /** An earlier try had no answer: it may have been carried out. */
  again: boolean;
}

export interface Stubborn {
  post(path: string, body: unknown, key: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** How often a call had no answer, and how often a key was given up. */
  counts: { lost: number; keys_given_up: number };
}

type Call = { method: 'GET' | 'POST'; path: string; body?: unknown };

async function once(base: string, { method, path, body }: Call, key: string | null): Promise<Omit<Answer, 'again'>> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_MS),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** `over` ends all waiting: the soak has run out of time. */
export function stubbornClient(base: string, over: AbortSignal): Stubborn {
  const counts = { lost: 0, keys_given_up: 0 };
  async function call(what: Call, given: string | null): Promise<Answer> {
    let [key, again, busySince] = [given, false, 0];
    for (;;) {
      over.throwIfAborted();
      const answer = await once(base, what, key).catch(() => null);
      if (answer === null || answer.status >= 500) {
        counts.lost++;
        again = true;
      } else if (answer.body.code === 'idempotency-key-busy') {
        busySince ||= Date.now();
        if (Date.now() - busySince > BUSY_MS) {
          key = `${given}-${Date.now()}`;
          busySince = 0;
          counts.keys_given_up++;
        }
      } else return { ...answer, again };
      await sleep(PAUSE_MS);
    }
  }
  return {
    post: (path, body, key) => call({ method: 'POST', path, body }, key),
    get: (path) => call({ method: 'GET', path }, null),
    counts,
  };
}

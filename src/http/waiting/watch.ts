// Everybody who waits for something to change, by one question to the store for all of them.
import type { FastifyBaseLogger } from 'fastify';
import type { Seen, Watched, WatchStore } from '../../runs/ports.ts';

/** Between two questions, while anybody waits. */
const EVERY_MS = 250;
/** Of a tenant at a time; who comes then is answered at once, as without the wish to wait. */
const MOST_OF_A_TENANT = 200;

interface Waiter {
  tenant: string;
  kind: Watched;
  id: string;
  ready(seen: Seen | undefined): boolean;
  done(): void;
}

export interface Watch {
  /**
   * Resolves when what is seen of the resource is ready (undefined: it is gone), and when `signal` or the service ends. Never
   * rejects: a store that is away is asked again. False at once where the tenant has too many who wait.
   */
  until(about: Omit<Waiter, 'done'>, signal: AbortSignal): Promise<boolean>;
  /** Lets everybody go, and whoever comes later. */
  stop(): void;
  /** Aborted by `stop`. */
  readonly over: AbortSignal;
}

export function createWatch(store: WatchStore, log: FastifyBaseLogger, everyMs = EVERY_MS): Watch {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;
  const over = new AbortController();

  async function look(): Promise<void> {
    const byKind = Map.groupBy([...waiters], ({ kind }) => kind);
    for (const [kind, those] of byKind) {
      const seen = await store.seen(kind, [...new Set(those.map(({ id }) => id))]);
      for (const one of those) if (one.ready(seen.get(one.id))) one.done();
    }
  }
  function plan(): void {
    if (timer !== undefined || waiters.size === 0) return;
    timer = setTimeout(async () => {
      await look().catch((err: unknown) => log.warn({ err }, 'Whoever waits for a change hears of it later'));
      timer = undefined;
      plan();
    }, everyMs);
  }

  return {
    over: over.signal,
    async until(about, signal) {
      if (over.signal.aborted || signal.aborted) return true;
      const { tenant } = about;
      if ([...waiters].filter((one) => one.tenant === tenant).length >= MOST_OF_A_TENANT) return false;
      await new Promise<void>((resolve) => {
        const waiter: Waiter = {
          ...about,
          done() {
            waiters.delete(waiter);
            signal.removeEventListener('abort', waiter.done);
            resolve();
          },
        };
        signal.addEventListener('abort', waiter.done);
        waiters.add(waiter);
        plan();
      });
      return true;
    },
    stop() {
      over.abort();
      clearTimeout(timer);
      for (const one of [...waiters]) one.done();
    },
  };
}

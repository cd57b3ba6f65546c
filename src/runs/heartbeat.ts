// Keeps the store's lease on a run while a worker is at it.
import type { Log } from './deps.ts';
import type { Claim, Store } from './ports.ts';

export interface Lease {
  /** Aborted when the lease is lost: another worker may own the run, so nothing of it may be written any more. */
  signal: AbortSignal;
  stop(): void;
}

/** Renews every third of `leaseMs`. A refusal, or no answer until the lease must have run out, loses it. */
export function keepLease(
  store: Pick<Store, 'renewLease'>,
  claim: Pick<Claim, 'fence'> & { run: Pick<Claim['run'], 'id'> },
  leaseMs: number,
  log: Log,
): Lease {
  const lost = new AbortController();
  let heldSince = Date.now();
  let asking = false;
  const lose = (why: string) => {
    clearInterval(timer);
    if (lost.signal.aborted) return;
    log.warn({ run_id: claim.run.id, fence: claim.fence }, `The lease of the run is lost: ${why}`);
    lost.abort(new Error(why));
  };
  const renew = async () => {
    if (Date.now() - heldSince >= leaseMs) return lose('it could not be renewed in time');
    if (asking) return;
    asking = true;
    // the database counts from when it hears us, so this moment is the safe one to count from
    const asked = Date.now();
    try {
      if (await store.renewLease(claim.run.id, claim.fence, leaseMs)) heldSince = asked;
      else lose('another worker took the run over');
    } catch (error) {
      log.warn({ run_id: claim.run.id, err: error }, 'The lease was not renewed; trying again');
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void renew(), leaseMs / 3);
  return { signal: lost.signal, stop: () => clearInterval(timer) };
}

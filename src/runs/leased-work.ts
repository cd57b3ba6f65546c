// Work that a worker takes by lease: renewed while it goes on, given back at a shutdown, taken over where its worker was lost.
import { ExpungeError, type ProblemCode } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import { keepLease } from './heartbeat.ts';

export interface LeasedWork<Claim extends { fence: number }> {
  /** What it is, at the beginning of a sentence. */
  name: string;
  /** Null: there is nothing to do. */
  claim(options: { lease_ms: number; max_restarts: number }): Promise<Claim | null>;
  renew(fence: number, lease_ms: number): Promise<boolean>;
  release(fence: number): Promise<boolean>;
  /** So that a worker takes it again. */
  ring(): Promise<void>;
  /** Does it and writes its end. What it throws is its end, too. */
  work(claim: Claim, signal: AbortSignal): Promise<void>;
  /** Ends it with why it failed: in our own words, since messages of parsers quote what they were given. */
  fail(claim: Claim, reason: string): Promise<unknown>;
}

/** What another process may yet do better: it is started again, as often as restarts are allowed. */
const BROKE_OFF: readonly ProblemCode[] = ['compute-crashed', 'service-unavailable'];

/**
 * Does what waits under `id`. What has ended, or what another worker has, is left; what this worker is shut down over, or
 * broke off by no fault of its own, waits again.
 */
export async function workByLease<Claim extends { fence: number }>(
  { settings, log }: Pick<RunDeps, 'settings' | 'log'>,
  id: string,
  work: LeasedWork<Claim>,
  outer: AbortSignal,
): Promise<void> {
  const { leaseMs, maxRestarts } = settings;
  const claim = await work.claim({ lease_ms: leaseMs, max_restarts: maxRestarts });
  if (claim === null) return;
  const { fence } = claim;
  const renewal = { renewLease: (_: string, held: number, ms: number) => work.renew(held, ms) };
  const lease = keepLease(renewal, { run: { id }, fence }, leaseMs, log);
  try {
    await work.work(claim, AbortSignal.any([outer, lease.signal]));
  } catch (error) {
    if (lease.signal.aborted) return;
    lease.stop();
    if (outer.aborted) {
      await work.release(fence);
      return await work.ring();
    }
    log.warn({ id, err: error }, `${work.name} failed`);
    if (error instanceof ExpungeError && BROKE_OFF.includes(error.code)) {
      await work.renew(fence, 0);
      return await work.ring();
    }
    const known = error instanceof ExpungeError ? `${error.code}: ${error.message}` : null;
    await work.fail(claim, known ?? `${work.name} could not be done; see the log of the worker.`);
  } finally {
    lease.stop();
  }
}

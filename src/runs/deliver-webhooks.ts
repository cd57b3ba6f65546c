// What a ring for a webhook endpoint starts: everything that is due is sent. The store says what is due; the queue only rings.

import { statusBody } from '../domain/opendsr.ts';
import type { DisabledReason, WebhookAttempt } from '../domain/webhook.ts';
import { DISABLE_AFTER_MS, pauseAfter, retryAfter } from '../domain/webhook-schedule.ts';
import { ExpungeError } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import { signedHeaders } from './opendsr-headers.ts';
import type { AfterAttempt, OpenDsrCallback, SendOutcome, WebhookClaim } from './ports.ts';

export type WebhookDeps = Pick<RunDeps, 'store' | 'doorbell' | 'webhooks' | 'worker' | 'clock' | 'log'>;

/** Read at a time. */
const BATCH = 32;
/** Sent to one endpoint at a time. */
const AT_ONCE = 4;
/** Longer than an attempt may take; what a lost worker had is sent again after it. */
const LEASE_MS = 60_000;

const GONE = 410;

/** `chance` in [0, 1). */
export function afterAttempt(claim: WebhookClaim, outcome: SendOutcome, now: Date, chance: number): AfterAttempt {
  const status = 'status' in outcome ? outcome.status : null;
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered' };
  if (status === GONE) return { state: 'failed', pause_ms: null, disable: 'gone' };
  const { failing_since, failed_lately } = claim.endpoint;
  const failing =
    failing_since !== null && failed_lately && now.getTime() - Date.parse(failing_since) >= DISABLE_AFTER_MS;
  const disable: DisabledReason | null = failing ? 'failing' : null;
  const pause_ms = 'status' in outcome ? pauseAfter(outcome.status, outcome.retry_after, now) : null;
  const next = retryAfter(claim.round_attempts + 1, chance);
  if (next === null) return { state: 'failed', pause_ms, disable };
  return { state: 'waiting', next_ms: Math.max(next, pause_ms ?? 0), pause_ms, disable };
}

interface Message {
  headers: Record<string, string>;
  body: string;
}

function webhookOf({ webhooks }: WebhookDeps, { event: { id, body }, secrets }: WebhookClaim, now: Date): Message {
  return { headers: webhooks.sign(secrets, { id, seconds: Math.floor(now.getTime() / 1000), body }), body };
}

/** In the words of OpenDSR. They have neither time nor version, so what is sent late says what is true by then. */
function callbackOf({ webhooks }: WebhookDeps, { endpoint }: WebhookClaim, callback: OpenDsrCallback): Message {
  if (webhooks.opendsr === null)
    throw new ExpungeError('opendsr-disabled', 'A callback of OpenDSR waits, and this worker has no key for it.');
  const body = JSON.stringify({ ...statusBody(callback), status_callback_url: endpoint.url });
  return { headers: signedHeaders(webhooks.opendsr, body), body };
}

/** False where another worker has it, or this one is shut down. */
async function deliver(deps: WebhookDeps, id: string, signal: AbortSignal): Promise<boolean> {
  const { store, doorbell, webhooks, log } = deps;
  const claim = await store.claimWebhookDelivery(id, deps.worker, LEASE_MS);
  if (claim === null) return false;
  const { endpoint, event } = claim;
  const now = deps.clock();
  const { headers, body } =
    claim.callback === null ? webhookOf(deps, claim, now) : callbackOf(deps, claim, claim.callback);
  const outcome = await webhooks.send(endpoint.url, headers, body, signal);
  if (signal.aborted) {
    await store.releaseWebhookDelivery(id, claim.fence);
    return false;
  }
  const [status, error] = 'status' in outcome ? [outcome.status, null] : [null, outcome.error];
  const attempt: WebhookAttempt = { at: now.toISOString(), status, error, duration_ms: outcome.duration_ms };
  const then = afterAttempt(claim, outcome, now, Math.random());
  if (!(await store.recordWebhookAttempt(claim, attempt, then, deps.worker))) return false;
  const about = { delivery_id: id, endpoint_id: endpoint.id, type: event.type, status, error, state: then.state };
  log.info(about, 'A webhook was sent');
  if (then.state === 'waiting')
    await doorbell
      .ringWebhook(endpoint.id, then.next_ms)
      .catch((err: unknown) => log.warn({ ...about, err }, 'doorbell not rung'));
  return true;
}

/**
 * Sends what is due to an endpoint until nothing is, or `signal` aborts. One that cannot be sent for a reason of our own keeps its
 * lease until that ends, and is then found again.
 */
export async function deliverWebhooks(deps: WebhookDeps, endpointId: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ids = await deps.store.dueWebhookDeliveries(endpointId, BATCH);
    let sent = 0;
    const lane = async (): Promise<void> => {
      for (let id = ids.shift(); id !== undefined && !signal.aborted; id = ids.shift()) {
        try {
          if (await deliver(deps, id, signal)) sent++;
        } catch (err) {
          deps.log.warn({ delivery_id: id, endpoint_id: endpointId, err }, 'A webhook was not sent');
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (sent === 0) return;
  }
}

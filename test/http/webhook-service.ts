// The service with a receiver of webhooks, a clock that tests move, and a worker's part that sends what is due when it is told to.
import { createPublicKey, verify } from 'node:crypto';
import type { TestContext } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { WebhookDelivery, WebhookEndpoint } from '../../src/domain/webhook.ts';
import { deliverWebhooks, type WebhookDeps } from '../../src/runs/deliver-webhooks.ts';
import type { Store } from '../../src/runs/ports.ts';
import { createStore } from '../../src/store/store.ts';
import { parseNetworks } from '../../src/webhooks/addresses.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { signHeaders } from '../../src/webhooks/signatures.ts';
import { openReceiver, type Received } from '../helpers/receiver.ts';
import { call, openService } from './service.ts';

export type WithSecret = WebhookEndpoint & { secret: string };
type Closing = Pick<TestContext, 'after'>;

export async function openWebhookService(t: Closing, env: Record<string, string> = {}) {
  const receiver = await openReceiver();
  const time = { now: new Date() };
  /** Endpoints that were rung for after a commit. */
  const rung: string[] = [];
  let store: Store | undefined;
  // before the service drops its database
  t.after(async () => {
    await receiver.close();
    await store?.close();
  });
  const { app, deps, importDir, logs } = await openService(
    t,
    { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', ...env },
    (given) => {
      store = createStore({
        url: given.config.databaseUrl!,
        clock: () => time.now,
        onOutbox: (ids) => rung.push(...ids),
      });
      return { store, clock: () => time.now };
    },
  );
  const later: { id: string; wait: number }[] = [];
  const work: WebhookDeps = {
    store: store!,
    doorbell: { ...deps.doorbell, ringWebhook: async (id, wait = 0) => void later.push({ id, wait }) },
    webhooks: {
      ...createSender({
        allowedNetworks: parseNetworks(deps.config.webhooks.allowedNetworks),
        agent: 'expunge/test',
        timeoutMs: 300,
      }),
      sign: (sealed, message) => signHeaders(deps.subjectKeys, sealed, message),
      opendsr: deps.opendsr ?? null,
      retention_ms: deps.config.webhooks.retentionMs,
    },
    ...{ worker: 'worker-a', clock: () => time.now },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const never = new AbortController().signal;
  return {
    ...{ app, deps, importDir, logs, receiver, rung, later, work, store: store! },
    forward: (ms: number) => {
      time.now = new Date(time.now.getTime() + ms);
    },
    now: () => time.now,
    /** What a worker does after a ring. */
    send: (endpointId: string, signal: AbortSignal = never) => deliverWebhooks(work, endpointId, signal),
    endpoint: async (more: object = {}): Promise<WithSecret> => {
      const made = await call(app, 'POST', '/v1/webhook-endpoints', { url: receiver.url, ...more });
      if (made.statusCode !== 201) throw new Error(made.body);
      return made.json();
    },
    /** Somebody whom no model knows: the request is over at once. */
    request: async (): Promise<string> => {
      const subject = { identifiers: [{ type: 'email', value: `nobody-${uuid()}@example.org` }] };
      return (await call(app, 'POST', '/v1/deletion-requests', { subject })).json().id;
    },
    deliveries: async (id: string): Promise<WebhookDelivery[]> =>
      (await call(app, 'GET', `/v1/webhook-endpoints/${id}/deliveries`)).json().items,
  };
}
export type WebhookService = Awaited<ReturnType<typeof openWebhookService>>;

/** Which of the signatures of a message the public key made, as a receiver would check. */
export function ed25519Verifies({ headers, body }: Received, publicKey: string): boolean[] {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .map((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
}

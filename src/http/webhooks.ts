// What routes of webhooks share: what may be sent to, and what clients may not do.
import type { Static } from 'typebox';
import type { EndpointEvents, WebhookDelivery, WebhookEndpoint } from '../domain/webhook.ts';
import { ExpungeError } from '../errors.ts';
import { networkList, parseNetworks } from '../webhooks/addresses.ts';
import { makeSecret } from '../webhooks/signatures.ts';
import { refusalOf } from '../webhooks/url.ts';
import { notFound } from './links.ts';
import type { Principal } from './principal.ts';
import type { AppDeps } from './types.ts';

/** Throws `url-not-allowed`. Addresses of a host are looked up when something is sent, and each time anew. */
export function checkUrl(deps: Pick<AppDeps, 'config'>, url: string, pointer = '#/url'): string {
  const why = refusalOf(url, networkList(parseNetworks(deps.config.webhooks.allowedNetworks)));
  if (why === null) return url;
  throw new ExpungeError('url-not-allowed', `${pointer} ${why}.`, { errors: [{ pointer, detail: why }] });
}

export interface NewEndpoint {
  url: string;
  description?: string;
  recipient?: string;
  events?: Static<typeof EndpointEvents>;
}

/** Throws `url-not-allowed`, `too-many-endpoints`. */
export async function createEndpoint(deps: AppDeps, who: Principal, given: NewEndpoint) {
  const { tenant, actor } = who;
  const { secret, stored } = makeSecret(deps.subjectKeys);
  const made = await deps.store.createWebhookEndpoint(
    {
      ...{ tenant, actor, url: checkUrl(deps, given.url), description: given.description ?? null },
      ...{ recipient: given.recipient ?? null, events: given.events ?? ['*'], secret: stored },
    },
    deps.config.webhooks.endpoints,
  );
  if (made.status === 'created') return { ...made.endpoint, secret };
  throw new ExpungeError('too-many-endpoints', `There are ${deps.config.webhooks.endpoints} webhook endpoints.`);
}

export function found(endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (endpoint === null) throw notFound('webhook endpoint');
  return endpoint;
}

/** Throws `not-found`, `endpoint-disabled`. */
export function accepted(delivery: WebhookDelivery | 'disabled' | null, what: string): WebhookDelivery {
  if (delivery === null) throw notFound(what);
  if (delivery === 'disabled') throw new ExpungeError('endpoint-disabled', 'Nothing is sent to a disabled endpoint.');
  return delivery;
}

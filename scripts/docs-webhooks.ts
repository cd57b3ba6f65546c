// docs/webhooks.md: what is sent, when and how it is checked, from the registry of events and the tables that the service goes by.

import { payloadOf, WEBHOOK_EVENT_TYPES, WEBHOOK_EVENTS } from '../src/domain/webhook-events.ts';
import { DISABLE_AFTER_MS, FAILURES_APART_MS, RETRY_DELAYS_MS } from '../src/domain/webhook-schedule.ts';
import { PUBLIC_IPV6, REFUSED_IPV4, REFUSED_IPV6 } from '../src/webhooks/addresses.ts';
import { page, table } from './docs-pages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const spoken = (ms: number): string =>
  ms >= HOUR ? `${ms / HOUR} h` : ms >= MINUTE ? `${ms / MINUTE} min` : `${ms / 1000} s`;

const BEGIN = `The service tells a URL of yours what happened, by the rules of
[Standard Webhooks](https://www.standardwebhooks.com) 1.0.0. Messages are thin: ids, a state, a path. Nothing in them names a person or what was
asked; whoever wants more reads the resource with a credential of their own.

\`\`\`sh
curl -s localhost:8080/v1/webhook-endpoints -H 'content-type: application/json' \\
  -d '{"url": "https://hooks.example.org/expunge", "events": ["deletion_request.*", "certificate.issued"]}'
\`\`\`

The answer shows the \`secret\` once. \`POST …/{id}/test\` sends \`webhook.test\`; \`GET …/{id}/deliveries\` lists what was sent with
every attempt, its status and how long it took (never what the answer said); \`POST /v1/webhook-deliveries/{id}/replay\` sends
one again. An endpoint is told of what happens while it is enabled. All of it takes the scope \`webhooks:manage\`.`;

const CHECK = `Each message carries \`webhook-id\` (of the event: the same in every attempt and replay, so keep those that you have seen),
\`webhook-timestamp\` (of the attempt; refuse what is five minutes old) and \`webhook-signature\`: a list by spaces, in which one signature
that verifies suffices. Both kinds are over \`webhook-id.webhook-timestamp.body\`, the body as it came.

- \`v1\`: HMAC-SHA-256 under \`secret\` (\`whsec_\`). With the package \`standardwebhooks\`, of npm, PyPI and others:
  \`new Webhook(secret).verify(body, headers)\`.
- \`v1a\`: ed25519, checked with the \`public_key\` (\`whpk_\`) that \`GET /v1/webhook-endpoints/{id}\` shows: no secret need lie where messages are received.

\`POST …/{id}/rotate-secret\` makes new keys. Until \`overlap_hours\` (24) are over the list has signatures of both, so that receivers can
change over one after the other. Secrets are stored sealed with the installation's key (AES-256-GCM).`;

const DELIVERY = `A message is written in the transaction of what it tells of, so neither is there without the other; a
worker sends it after the commit. It is sent **at least once**, and order is not promised: \`version\` says which of two states of a request is the later one. Answer 2xx within
15 s. Whatever else comes, a redirect included, is tried again, each time up to a tenth later:
${['at once', ...RETRY_DELAYS_MS.map((ms) => `after ${spoken(ms)}`)].join(', ')}. After the last one a delivery is \`failed\`, and can be replayed.

- **410** disables the endpoint at once.
- **429** and **503** with \`Retry-After\` keep everything from the endpoint until then, for a day at most; without it, and for 502 and 504, for 5 s.
- An endpoint that was tried for ${DISABLE_AFTER_MS / HOUR / 24} days and took nothing is disabled. The days begin anew where nothing was tried for ${Math.round(FAILURES_APART_MS / HOUR)} h: a message
  that comes weeks after the last one failed has the whole schedule before it.
- \`GET\` shows \`state\`, \`disabled_reason\` and \`failing_since\`; the ledger has an entry (\`webhook-endpoint.disabled\`). \`POST …/{id}/enable\` takes it up again:
  what waited is due at once. So does \`PATCH …/{id}\` with another \`url\`: pauses and failures of the old receiver are nothing to the new one.

Deliveries are kept for \`WEBHOOK_RETENTION_DAYS\`.`;

const WHERE = `Only \`https\`, on port 443 or from 1024 up, without user name and fragment. The host is looked up for every attempt; if **one** of its
addresses is not public nothing is sent, and the connection goes to an address that was checked, so a name server that answers otherwise the second
time changes nothing. Redirects are not followed. In the log of deliveries this is \`address_not_allowed\` or \`url_not_allowed\`.

A worker sends them, so it needs a way out; where those that compute should have none, a process of its own sends
(\`WORKER_TASKS=webhooks\`, as the \`sender\` of docker-compose.yml). \`WEBHOOK_ALLOWED_NETWORKS\`, for API and worker alike, opens networks of your own, with \`http\` and any port: \`10.20.0.0/16\`, or \`127.0.0.0/8,::1/128\` for tests.`;

export function webhooksPage(): string {
  const events = WEBHOOK_EVENT_TYPES.map((type) => [
    `\`${type}\``,
    WEBHOOK_EVENTS[type].summary,
    Object.keys(payloadOf(type).properties.data.properties)
      .filter((name) => name !== 'links')
      .map((name) => `\`${name}\``)
      .join(', '),
  ]);
  const ranges = [...REFUSED_IPV4, ...REFUSED_IPV6].map(([cidr, what]) => [`\`${cidr}\``, what]);
  return page(
    'Webhooks',
    BEGIN,
    '## Events',
    '`{"type": …, "timestamp": …, "data": {…}}`. An endpoint names events, families (`run.*`) or all (`*`). Every one has its schema in the `webhooks` of [openapi.json](../openapi/openapi.json).',
    table(['type', 'when', '`data`, beside `links`'], events),
    '## Checking a message',
    CHECK,
    '## Delivery',
    DELIVERY,
    '## Where to',
    WHERE,
    `What is refused: of IPv6 everything outside of \`${PUBLIC_IPV6}\` (loopback, mapped and translated IPv4, local, multicast), and`,
    table(['network', 'what it is'], ranges),
  );
}

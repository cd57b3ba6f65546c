// The `webhooks` of the OpenAPI document: one entry an event, from the registry.
import { payloadOf, WEBHOOK_EVENT_TYPES, WEBHOOK_EVENTS } from '../domain/webhook-events.ts';

const header = (name: string, description: string, type = 'string') => ({
  ...{ name, in: 'header' as const, required: true, description, schema: { type } as object },
});

const HEADERS = [
  header('webhook-id', 'Of the event: the same in every attempt, so that a repeated one can be told'),
  header('webhook-timestamp', 'Of the attempt, in seconds since 1970; refuse what is minutes old', 'integer'),
  header(
    'webhook-signature',
    'By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices',
  ),
];

const RESPONSES = {
  '2XX': { description: 'Taken. Anything else is tried again, redirects included' },
  '410': { description: 'Nobody listens here any more: the endpoint is disabled' },
  '429': { description: 'Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise' },
};

/** Plain JSON: TypeBox keeps what is not schema under symbols and hidden properties. */
const plain = (schema: object): object => JSON.parse(JSON.stringify(schema)) as object;

export const webhookSection = () =>
  Object.fromEntries(
    WEBHOOK_EVENT_TYPES.map((type) => [
      type,
      {
        post: {
          tags: ['webhooks'],
          operationId: `on${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
          summary: WEBHOOK_EVENTS[type].summary,
          parameters: HEADERS,
          requestBody: { required: true, content: { 'application/json': { schema: plain(payloadOf(type)) } } },
          responses: RESPONSES,
        },
      },
    ]),
  );

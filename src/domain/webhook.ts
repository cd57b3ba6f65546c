// Webhook endpoints and their deliveries as the wire shows them.
import Type, { type Static } from 'typebox';
import { Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { EVENT_PATTERNS, WEBHOOK_EVENT_TYPES, type WebhookEventType } from './webhook-events.ts';
import { FAILURES_APART_MS } from './webhook-schedule.ts';

export const EndpointUrl = Type.String({
  ...{ minLength: 1, maxLength: 2000, pattern: '^[^\\s\\u0000]+$' },
  description:
    'https, without user name and fragment, on port 443 or from 1024 up; every address that its host resolves to must be public',
});
export const EndpointEvents = Type.Array(StringEnum(EVENT_PATTERNS), {
  ...{ minItems: 1, maxItems: 50, uniqueItems: true },
  description: '`*`: all; `run.*`: all whose name begins so',
});
export const EndpointRecipient = Type.String({
  ...{ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]+$' },
  description:
    'A recipient of weights, as GET /v1/checkpoints/{id}/recipients names it, whose address this is (Art. 19): it is told when checkpoints that it got are not in use any more, and of nothing else; a delivery that it takes counts as told',
});
export const EndpointDescription = Type.String({
  ...{ maxLength: 200, pattern: '^[^\\u0000]*$', description: 'For people' },
});

const SigningKey = Type.Object({
  public_key: Type.String({ description: 'For `v1a`: whpk_ and the base64 of the ed25519 key' }),
  created_at: Timestamp,
  expires_at: Nullable({ ...Timestamp, description: 'Signs beside the newer one until then; null: the present one' }),
});

export const DISABLED_REASONS = ['gone', 'failing', 'asked'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export const WebhookEndpoint = Type.Object({
  id: Id,
  url: EndpointUrl,
  description: Nullable(EndpointDescription),
  recipient: Nullable(EndpointRecipient),
  events: EndpointEvents,
  state: StringEnum(['enabled', 'disabled'] as const),
  disabled_reason: Nullable(
    StringEnum(
      DISABLED_REASONS,
      '`gone`: it answered 410; `failing`: it was tried for five days and took nothing; `asked`: somebody disabled it',
    ),
  ),
  failing_since: Nullable({
    ...Timestamp,
    description: `First of the attempts that failed since the last that did not, or since nothing was tried for ${Math.round(FAILURES_APART_MS / 3_600_000)} hours`,
  }),
  keys: Type.Array(SigningKey, { description: 'Newest first; every one of them signs' }),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer(),
});
export type WebhookEndpoint = Static<typeof WebhookEndpoint>;

/** The one answer that shows a secret. */
export const WebhookEndpointWithSecret = Type.Object({
  ...WebhookEndpoint.properties,
  secret: Type.String({ description: 'For `v1`: whsec_ and the base64 of the key. It is shown once' }),
});

/** What came of an attempt that got no answer. */
export const SEND_FAILURES = ['timeout', 'dns', 'address_not_allowed', 'url_not_allowed', 'tls', 'connection'] as const;
export type SendFailure = (typeof SEND_FAILURES)[number];

const Attempt = Type.Object({
  at: Timestamp,
  status: Nullable(Type.Integer({ description: 'HTTP status; what the answer said beside it is not kept' })),
  error: Nullable(StringEnum(SEND_FAILURES, 'Why there was no answer')),
  duration_ms: Type.Integer(),
});
export type WebhookAttempt = Static<typeof Attempt>;

export const DELIVERY_STATES = ['pending', 'sending', 'delivered', 'failed'] as const;

export const WebhookDelivery = Type.Object({
  id: Id,
  webhook_endpoint_id: Id,
  webhook_id: { ...Id, description: 'Header webhook-id: the same in every attempt and replay, other for every event' },
  type: StringEnum<readonly WebhookEventType[]>(WEBHOOK_EVENT_TYPES),
  state: StringEnum(DELIVERY_STATES),
  next_attempt_at: Nullable(Timestamp),
  attempts: Type.Array(Attempt, { description: 'Oldest first' }),
  created_at: Timestamp,
  finished_at: Nullable(Timestamp),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;
